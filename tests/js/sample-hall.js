// Halls and states the tests share.

import { drawHall } from '../../frontend/js/core/hall-geometry.js';
import { reduce } from '../../frontend/js/core/reducer.js';
import { initialState } from '../../frontend/js/core/state.js';

// Rows as text: "SSS_SS" is three seats, an aisle, two seats.
export function layoutOf(rows, { showId = 1, features = {} } = {}) {
  const seats = [];
  rows.forEach((places, y) => {
    const row = String.fromCharCode(65 + y);
    let number = 0;
    [...places].forEach((tier, x) => {
      if (tier === '_') return;
      number += 1;
      const label = `${row}${number}`;
      seats.push({ id: seats.length + 1, row, number, label, x, y, tier, section: '', features: features[label] ?? [] });
    });
  });
  const tiers = [
    { id: 'S', name: 'Standard', price: '10.50' },
    { id: 'P', name: 'Premium', price: '13.00' },
  ];
  return { show_id: showId, screen: 'Studio', tiers, seats };
}

export const hallOf = (rows, options) => drawHall(layoutOf(rows, options));

export const show = {
  id: 1,
  movie: 'Night Ferry',
  screen: 'Studio',
  start_time: '2030-01-01T19:30:00.000Z',
  end_time: '2030-01-01T21:30:00.000Z',
  price: '10.50',
  currency: 'EUR',
  stats: { available: 12, held: 0, booked: 0, total: 12 },
};

export function countsOf(seats) {
  const stats = { available: 0, held: 0, booked: 0, total: seats.length };
  for (const seat of seats) stats[seat.status.toLowerCase()] += 1;
  return stats;
}

export function answerFor(layout, statuses = {}, more = {}) {
  const seats = layout.seats.map(({ id, row, number, label }) => ({
    id,
    row,
    number,
    label,
    status: statuses[label] ?? 'AVAILABLE',
    held_until: null,
  }));
  return {
    show_id: layout.show_id,
    cursor: 'c1',
    full: true,
    server_time: '2029-12-31T12:00:00.000Z',
    poll_after_ms: 5000,
    stats: countsOf(seats),
    seats,
    ...more,
  };
}

export function after(state, ...actions) {
  return actions.reduce(reduce, state);
}

// A page that shows the hall and knows every seat.
export function openPage(rows = ['SSSS', 'SSSS', 'PPPP'], statuses = {}, options = {}) {
  const layout = layoutOf(rows, options);
  return after(
    initialState(),
    { type: 'shows/loaded', shows: [show] },
    { type: 'show/chosen', showId: 1 },
    { type: 'hall/drawn', drawing: drawHall(layout) },
    { type: 'status/answered', answer: answerFor(layout, statuses) },
  );
}

export const idOf = (state, label) => state.hall.drawing.byLabel.get(label);

export function holdOf(state, labels, more = {}) {
  return {
    id: 7,
    show_id: 1,
    seats: labels.map((label) => {
      const { id, row, number, tier } = state.hall.drawing.seats.get(idOf(state, label));
      return { id, row, number, label, tier, price: '10.50' };
    }),
    expires_at: '2029-12-31T12:10:00.000Z',
    expires_in: 600,
    total_price: '21.00',
    currency: 'EUR',
    ...more,
  };
}

// Time that passes only when told to.
export function handClock(start = 0) {
  let time = start;
  let serial = 0;
  const waiting = new Map();
  return {
    now: () => time,
    timers: {
      set(task, pause) {
        serial += 1;
        waiting.set(serial, { task, due: time + pause });
        return serial;
      },
      clear: (timer) => waiting.delete(timer),
    },
    wait(pause, signal) {
      return new Promise((resolve, reject) => {
        serial += 1;
        const timer = serial;
        waiting.set(timer, { task: resolve, due: time + pause });
        signal?.addEventListener('abort', () => (waiting.delete(timer), reject(new Error('stopped'))), { once: true });
      });
    },
    dues: () => [...waiting.values()].map(({ due }) => due - time).sort((a, b) => a - b),
    async pass(pause) {
      const end = time + pause;
      for (;;) {
        await settle();
        const next = [...waiting].filter(([, { due }]) => due <= end).sort((a, b) => a[1].due - b[1].due)[0];
        if (!next) break;
        waiting.delete(next[0]);
        time = Math.max(time, next[1].due);
        next[1].task();
      }
      time = end;
      await settle();
    },
  };
}

export async function settle() {
  for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
}

export function jsonAnswer(body, { status = 200, headers = {} } = {}) {
  const type = status >= 400 ? 'application/problem+json' : 'application/json; charset=utf-8';
  return new Response(status === 304 ? null : JSON.stringify(body), { status, headers: { 'Content-Type': type, ...headers } });
}
