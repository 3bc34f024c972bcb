// Other people's seats are left unsaid: the page must not chatter.

import { pickedSeats, totalOf } from './selectors.js';

export function remarks(state, before) {
  const said = [];
  const add = (key, values = {}) => said.push({ key, values });
  const sameShow = state.showId === before.showId;

  const noted = state.note && state.note !== before.note;

  if (noted) add(state.note.key, state.note.values);
  else if (sameShow && state.picked !== before.picked && !state.pending) picks(state, before, add);
  if (sameShow && state.hold !== before.hold) holds(state, before, add);
  if (state.ticket && state.ticket !== before.ticket && state.ticket.seats) {
    if (state.bookings.list !== before.bookings.list) add(state.ticket.status === 'in_review' ? 'say.inReview' : 'say.booked', { reference: state.ticket.reference });
  }
  if (state.link.phase !== before.link.phase) {
    if (state.link.phase === 'offline') add('say.offline', { moment: state.answeredAt });
    if (before.link.phase === 'offline' && state.link.phase === 'live') add('say.live');
  }
  return said;
}

function picks(state, before, add) {
  const fresh = state.picked.filter((id) => !before.picked.includes(id));
  const gone = before.picked.filter((id) => !state.picked.includes(id));
  if (!fresh.length && !gone.length) return;
  const held = gone.every((id) => state.holdIds.has(id) || state.booked.has(id));
  const count = state.picked.length;
  const price = totalOf(state, pickedSeats(state));
  const name = (id) => [state.hall.drawing.seats.get(id)];
  if (fresh.length === 1 && !gone.length) add('say.picked', { seat: name(fresh[0]), count, price });
  else if (fresh.length) add('say.pickedMany', { count, price });
  else if (gone.length && held) return;
  else if (gone.length === 1) add('say.unpicked', { seat: name(gone[0]), count, price });
  else if (!count) add('say.cleared');
}

function holds(state, before, add) {
  if (state.hold && !sameSeats(state.holdIds, before.holdIds) && state.holdIds.size > before.holdIds.size) {
    add('say.held', { count: state.hold.seats.length, seats: state.hold.seats, moment: Date.parse(state.hold.expires_at) });
  } else if (state.hold && before.hold && state.hold.expires_at > before.hold.expires_at) {
    add('say.extended', { moment: Date.parse(state.hold.expires_at) });
  } else if (before.hold && state.activity !== before.activity && state.activity[0]?.kind === 'released' && state.activity[0].own) {
    add('say.released', { count: state.activity[0].seats.length, seats: state.activity[0].seats });
  }
}

function sameSeats(one, other) {
  return one.size === other.size && [...one].every((id) => other.has(id));
}

// The countdown speaks three times, not every second.
export function timeRemark(leftBefore, left) {
  if (leftBefore === null || left === null) return null;
  const passed = (mark) => leftBefore > mark && left <= mark && left > 0;
  if (passed(30000)) return { key: 'say.secondsLeft', values: {} };
  if (passed(60000)) return { key: 'say.minutesLeft', values: { count: 1 } };
  if (passed(120000)) return { key: 'say.minutesLeft', values: { count: 2 } };
  return null;
}
