import { addPrices } from './money.js';

export const LAST_MINUTES = 120000;

export function seatLook(state, id) {
  if (state.booked.has(id)) return 'mine';
  if (state.holdIds.has(id)) return 'held';
  const status = state.seats.get(id)?.status;
  if (status === 'BOOKED') return 'booked';
  if (status === 'HELD') return 'taken';
  return state.picked.includes(id) ? 'picked' : 'available';
}

// The ids of the seats that may look otherwise than before; null if any of them may.
export function changedSeats(state, before) {
  if (state.hall.drawing !== before.hall?.drawing) return null;
  const ids = state.seats.changedSince(before.seats);
  for (const name of ids ? ['picked', 'holdIds', 'booked'] : []) {
    if (state[name] === before[name]) continue;
    for (const id of state[name]) ids.add(id);
    for (const id of before[name]) ids.add(id);
  }
  return ids;
}

export function isFree(state, id) {
  return state.seats.get(id)?.status === 'AVAILABLE' && !state.holdIds.has(id) && !state.booked.has(id);
}

export function selectedShow(state) {
  return state.shows.list.find((show) => show.id === state.showId) ?? null;
}

// The API names a film as text or as a film with a title; so with screens.
export function titleOf(show) {
  return (show?.movie?.title ?? show?.movie ?? show?.title ?? '').toString();
}

export function screenOf(show) {
  return (show?.screen?.name ?? show?.screen ?? '').toString();
}

export function durationOf(show) {
  const minutes = show?.duration_minutes ?? show?.movie?.duration_minutes;
  if (Number.isInteger(minutes) && minutes > 0) return minutes;
  const length = (Date.parse(show?.end_time) - Date.parse(show?.start_time)) / 60000;
  return Number.isFinite(length) && length > 0 ? Math.round(length) : null;
}

export function zoneOf(show) {
  return show?.time_zone ?? undefined;
}

export function serverNow(state, deviceNow) {
  return deviceNow + state.clock.offset;
}

export function priceOf(state, seat) {
  return state.hall.drawing?.tierById.get(seat.tier)?.price ?? seat.price ?? selectedShow(state)?.price ?? null;
}

export function currencyOf(state) {
  return state.hold?.currency ?? selectedShow(state)?.currency ?? null;
}

export function pickedSeats(state) {
  const seats = state.hall.drawing?.seats;
  return seats ? state.picked.map((id) => seats.get(id)).filter(Boolean) : [];
}

export function totalOf(state, seats) {
  return addPrices(seats.map((seat) => priceOf(state, seat) ?? '0'));
}

export function heldLeft(state, deviceNow) {
  return state.hold ? Date.parse(state.hold.expires_at) - serverNow(state, deviceNow) : null;
}

export function hasBegun(show, now) {
  return Boolean(show) && Date.parse(show.start_time) <= now;
}

export function isSoldOut(stats) {
  return Boolean(stats) && stats.total > 0 && stats.available === 0;
}

// Other shows with free seats: the same film first, then by time.
export function showsWithRoom(state, deviceNow) {
  const title = titleOf(selectedShow(state));
  const other = (show) => (titleOf(show) === title ? 0 : 1);
  return state.shows.list
    .filter((show) => show.id !== state.showId && show.stats?.available > 0 && !hasBegun(show, serverNow(state, deviceNow)))
    .sort((a, b) => other(a) - other(b) || Date.parse(a.start_time) - Date.parse(b.start_time));
}

export function seatsLeftToPick(state) {
  return state.limit - state.holdIds.size - state.picked.length;
}

export function primaryAction(state, deviceNow) {
  const count = state.picked.length;
  if (state.pending) return { kind: 'pending', pending: state.pending.kind };
  if (count) {
    return { kind: 'hold', more: state.holdIds.size > 0, count, total: totalOf(state, pickedSeats(state)) };
  }
  if (state.hold) {
    const left = heldLeft(state, deviceNow);
    const paid = state.paymentMode !== 'proof' || state.proof?.phase === 'kept';
    return paid ? { kind: 'book', left } : { kind: 'prove', left, phase: state.proof?.phase ?? 'empty' };
  }
  return null;
}
