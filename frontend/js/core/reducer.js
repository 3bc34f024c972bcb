// Actions are named after what happened.

import { addEntries, entriesFrom, ownEntry } from './activity.js';
import { seatsTogether, centreOf } from './best-seats.js';
import { addSample, clockOffset } from './clock.js';
import { ofOneShow, SeatStates } from './state.js';
import { isFree } from './selectors.js';

function withNote(state, note) {
  return { ...state, note: { tone: 'calm', values: {}, offers: [], ...note } };
}

function setStatus(seats, ids, status) {
  const known = ids.map((id) => seats.get(id)).filter(Boolean);
  return seats.with(known.map((seat) => ({ ...seat, status, held_until: null })));
}

function logOwn(state, kind, seats, at) {
  return addEntries(state.activity, [ownEntry(kind, seats, at)]);
}

// Another free group of the same size for somebody whose pick was taken.
function pickInstead(state, wanted) {
  const { drawing } = state.hall;
  if (!drawing) return [];
  const ids = seatsTogether(drawing, {
    count: wanted.length,
    isFree: (id) => isFree(state, id),
    near: centreOf(drawing, wanted),
  });
  return ids ? [{ kind: 'pick', ids }] : [];
}

function conflictMet(state, { conflicts, alternatives, wanted }) {
  const seats = state.seats.with(conflicts.map((seat) => ({ ...state.seats.get(seat.id), ...seat })));
  const ids = new Set(conflicts.map((seat) => seat.id));
  const byLabel = state.hall.drawing?.byLabel ?? new Map();
  const offers = alternatives
    .map((labels) => labels.map((label) => byLabel.get(label)))
    .filter((group) => group.length && group.every((id) => id !== undefined))
    .map((group) => ({ kind: 'hold', ids: group }));
  return withNote({ ...state, seats, picked: state.picked.filter((id) => !ids.has(id)) }, {
    tone: 'warn',
    key: 'problem.taken',
    values: { count: conflicts.length, seats: conflicts },
    more: { key: offers.length ? 'problem.together' : 'problem.noTogether', values: { count: wanted } },
    offers,
  });
}

function dropLostPicks(state) {
  const kept = state.picked.filter((id) => isFree(state, id));
  if (kept.length === state.picked.length) return state;
  const next = { ...state, picked: kept };
  const lost = state.picked
    .filter((id) => !isFree(state, id) && !state.holdIds.has(id) && !state.booked.has(id))
    .map((id) => state.hall.drawing?.seats.get(id))
    .filter(Boolean);
  if (!lost.length) return next;
  return withNote(next, {
    tone: 'warn',
    key: 'problem.pickedLost',
    values: { count: lost.length, seats: lost },
    offers: pickInstead(next, state.picked),
  });
}

function statusAnswered(state, { answer }) {
  if (answer.show_id !== state.showId) return state;
  const known = state.cursor !== null && !answer.full;
  const changed = answer.seats.length > 0 || answer.full;
  const answeredAt = Date.parse(answer.server_time);
  const news = known ? entriesFrom(state.seats, answer.seats, state.answeredAt, answeredAt) : [];
  const next = {
    ...state,
    seats: answer.full ? new SeatStates(answer.seats) : changed ? state.seats.with(answer.seats) : state.seats,
    stats: sameStats(state.stats, answer.stats) ? state.stats : answer.stats,
    cursor: answer.cursor,
    answeredAt,
    activity: addEntries(state.activity, news),
    shows: sameStats(state.stats, answer.stats) ? state.shows : showsWithStats(state.shows, answer),
  };
  // While our own hold is on its way, a pick that turns "held" is most likely ours.
  return changed && state.pending?.kind !== 'hold' ? dropLostPicks(next) : next;
}

function sameStats(one, other) {
  return Boolean(one && other) && ['available', 'held', 'booked', 'total'].every((name) => one[name] === other[name]);
}

function showsWithStats(shows, { show_id: showId, stats }) {
  return { ...shows, list: shows.list.map((show) => (show.id === showId ? { ...show, stats } : show)) };
}

function withHold(state, hold) {
  const holdIds = new Set((hold?.seats ?? []).map((seat) => seat.id));
  const same =
    state.hold?.expires_at === hold?.expires_at &&
    holdIds.size === state.holdIds.size &&
    [...holdIds].every((id) => state.holdIds.has(id));
  if (same && Boolean(state.hold) === Boolean(hold)) return state;
  return {
    ...state,
    hold: hold && { ...hold },
    holdIds,
    picked: state.picked.filter((id) => !holdIds.has(id)),
  };
}

function withBookings(state, list) {
  const booked = new Set();
  for (const booking of list) {
    if (booking.status === 'cancelled' || booking.status === 'rejected') continue;
    for (const seat of booking.seats ?? []) booked.add(seat.id);
  }
  return { ...state, bookings: { phase: 'ready', list }, booked };
}

// What the box office decided meanwhile, in the order it can be read: the last one.
function withReviews(state, before) {
  const waited = new Set(before.filter((one) => one.status === 'in_review').map((one) => one.reference));
  const [decided] = state.bookings.list.filter(({ reference, status }) => waited.has(reference) && (status === 'confirmed' || status === 'rejected'));
  if (!decided) return state;
  const { reference, status, rejection_reason: reason } = decided;
  const ticket = state.ticket?.reference === reference ? (status === 'confirmed' ? { ...state.ticket, ...decided } : null) : state.ticket;
  if (status === 'confirmed') return withNote({ ...state, ticket }, { key: 'review.accepted', values: { reference } });
  return withNote({ ...state, ticket }, { tone: 'warn', key: reason ? 'review.rejected' : 'review.rejectedPlain', values: { reference, reason } });
}

function replaceBooking(list, booking) {
  const known = list.findIndex((other) => other.reference === booking.reference);
  if (known < 0) return [booking, ...list];
  return list.map((other, index) => (index === known ? { ...other, ...booking } : other));
}

const reactions = {
  'shows/loaded': (state, { shows, paymentMode = 'none' }) => ({ ...state, paymentMode, shows: { phase: 'ready', list: shows } }),
  'shows/failed': (state) => ({
    ...state,
    shows: { ...state.shows, phase: state.shows.list.length ? 'ready' : 'failed' },
  }),

  'show/chosen': (state, { showId }) =>
    showId === state.showId ? state : { ...state, ...ofOneShow(showId), link: { ...state.link, phase: 'connecting' } },
  'hall/drawn': (state, { drawing }) =>
    drawing.showId === state.showId ? { ...state, hall: { phase: 'ready', drawing } } : state,
  'hall/failed': (state) => ({ ...state, hall: { ...state.hall, phase: 'failed' } }),
  'hall/loading': (state) => ({ ...state, hall: { ...state.hall, phase: 'loading' } }),

  'status/answered': statusAnswered,
  'status/unchanged': (state, { at }) => ({ ...state, answeredAt: at ?? state.answeredAt }),
  'activity/recalled': (state, { activity }) => ({ ...state, activity }),
  'clock/sampled': (state, { sample }) => {
    const samples = addSample(state.clock.samples, sample);
    return samples === state.clock.samples ? state : { ...state, clock: { samples, offset: clockOffset(samples) } };
  },
  'link/changed': (state, { phase, retryAt = null, failures = 0, push = false }) =>
    state.link.phase === phase && state.link.retryAt === retryAt && state.link.push === push
      ? state
      : { ...state, link: { phase, retryAt, failures, push } },

  'person/known': (state, { name }) => ({ ...state, person: { phase: 'known', name } }),
  'person/guest': (state) => ({
    ...withHold({ ...state, booked: new Set(), bookings: { phase: 'idle', list: [] } }, null),
    person: { phase: 'guest', name: '' },
    proof: null,
  }),

  'picks/changed': (state, { picked }) => ({ ...state, picked }),
  'conflict/met': conflictMet,

  'work/started': (state, { kind }) => ({ ...state, pending: { kind, waiting: false } }),
  'work/waiting': (state) => (state.pending ? { ...state, pending: { ...state.pending, waiting: true } } : state),
  'work/ended': (state) => (state.pending ? { ...state, pending: null } : state),

  'holds/loaded': (state, { holds }) =>
    withHold(state, holds.find((hold) => hold.show_id === state.showId && hold.seats.length) ?? null),
  'hold/made': (state, { hold, at }) => {
    if (hold.show_id !== state.showId) return state;
    const fresh = hold.seats.filter((seat) => !state.holdIds.has(seat.id));
    const held = withHold(state, hold);
    return {
      ...held,
      note: null,
      seats: setStatus(held.seats, hold.seats.map((seat) => seat.id), 'HELD'),
      activity: fresh.length ? logOwn(state, 'held', fresh, at) : state.activity,
    };
  },
  'hold/extended': (state, { hold }) => (hold.show_id === state.showId ? { ...withHold(state, hold), note: null } : state),
  'hold/released': (state, { ids, at }) => {
    const gone = [...state.holdIds].filter((id) => ids.includes(id));
    const seats = gone.map((id) => state.hold.seats.find((seat) => seat.id === id));
    const left = state.hold ? state.hold.seats.filter((seat) => !ids.includes(seat.id)) : [];
    return {
      ...withHold(state, left.length ? { ...state.hold, seats: left } : null),
      note: null,
      seats: setStatus(state.seats, gone, 'AVAILABLE'),
      activity: gone.length ? logOwn(state, 'released', seats, at) : state.activity,
    };
  },
  'hold/ended': (state, { key = 'problem.expired', seats = state.hold?.seats ?? [] }) => {
    const ids = seats.map((seat) => seat.id);
    return withNote(withHold(state, null), {
      tone: 'warn',
      key,
      values: {},
      offers: ids.length ? [{ kind: 'again', ids }] : [],
    });
  },

  'booking/made': (state, { booking, at }) => {
    const ids = booking.seats.map((seat) => seat.id);
    const left = state.hold ? state.hold.seats.filter((seat) => !ids.includes(seat.id)) : [];
    const listed = withBookings(state, replaceBooking(state.bookings.list, { status: 'confirmed', ...booking }));
    const here = booking.show_id === state.showId;
    return {
      ...(here ? withHold(listed, left.length ? { ...state.hold, seats: left } : null) : listed),
      note: null,
      proof: here ? null : state.proof,
      ticket: { ...booking, fresh: true },
      seats: here ? setStatus(state.seats, ids, 'BOOKED') : state.seats,
      activity: here ? logOwn(state, 'booked', booking.seats, at) : state.activity,
    };
  },
  'booking/cancelled': (state, { booking }) => {
    const ids = (booking.seats ?? []).map((seat) => seat.id);
    const listed = withBookings(state, replaceBooking(state.bookings.list, { ...booking, status: 'cancelled' }));
    return { ...listed, seats: setStatus(listed.seats, ids, 'AVAILABLE') };
  },
  'bookings/loading': (state) => ({ ...state, bookings: { ...state.bookings, phase: 'loading' } }),
  'bookings/loaded': (state, { bookings }) => withReviews(withBookings(state, bookings), state.bookings.list),
  'bookings/failed': (state) => ({ ...state, bookings: { ...state.bookings, phase: 'failed' } }),

  'proof/changed': (state, { proof }) => ({ ...state, proof }),
  'ticket/shown': (state, { booking }) => ({ ...state, ticket: booking }),
  'ticket/closed': (state) => ({ ...state, ticket: null }),
  'view/chosen': (state, { view }) => ({ ...state, view }),
  'note/shown': (state, { note }) => withNote(state, note),
  'note/closed': (state) => (state.note ? { ...state, note: null } : state),
};

export function reduce(state, action) {
  const reaction = reactions[action.type];
  if (!reaction) throw new Error(`Nothing is known of ${action.type}`);
  return reaction(state, action);
}
