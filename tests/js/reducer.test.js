import assert from 'node:assert/strict';
import { test } from 'node:test';

import { reduce } from '../../frontend/js/core/reducer.js';
import { seatLook } from '../../frontend/js/core/selectors.js';
import { after, answerFor, holdOf, idOf, layoutOf, openPage } from './sample-hall.js';

const look = (state, label) => seatLook(state, idOf(state, label));
const pick = (state, ...labels) => after(state, { type: 'picks/changed', picked: labels.map((label) => idOf(state, label)) });

function delta(state, statuses, more = {}) {
  const seats = Object.entries(statuses).map(([label, status]) => {
    const { id, row, number } = state.hall.drawing.seats.get(idOf(state, label));
    return { id, row, number, label, status, held_until: null };
  });
  return {
    type: 'status/answered',
    answer: { show_id: 1, cursor: 'c2', full: false, server_time: '2029-12-31T12:00:05.000Z', poll_after_ms: 5000, stats: state.stats, seats, ...more },
  };
}

test('a delta changes only its seats, in a new map', () => {
  const state = openPage(['SSSS'], { A1: 'BOOKED' });
  const next = reduce(state, delta(state, { A2: 'HELD' }));
  assert.deepEqual(['A1', 'A2', 'A3'].map((label) => look(next, label)), ['booked', 'taken', 'available']);
  assert.equal(look(state, 'A2'), 'available');
});

test('an empty delta leaves the seats the very same object', () => {
  const state = openPage();
  assert.equal(reduce(state, delta(state, {})).seats, state.seats);
});

test('an answer about another show is not for us', () => {
  const state = openPage();
  assert.equal(reduce(state, { type: 'status/answered', answer: { ...answerFor(layoutOf(['SS'])), show_id: 2 } }), state);
});

test('a full answer replaces everything', () => {
  const state = openPage(['SSSS'], { A1: 'BOOKED' });
  const next = after(state, { type: 'status/answered', answer: answerFor(layoutOf(['SSSS']), { A2: 'HELD' }) });
  assert.deepEqual(['A1', 'A2'].map((label) => look(next, label)), ['available', 'taken']);
  assert.deepEqual(next.activity, [], 'what happened while we were away is not news of this moment');
});

test('a picked seat that somebody takes leaves the pick, named, with others to take', () => {
  const state = pick(openPage(['SSSS']), 'A1', 'A2');
  const next = reduce(state, delta(state, { A2: 'HELD' }));
  assert.deepEqual(next.picked, [idOf(state, 'A1')]);
  assert.equal(next.note.key, 'problem.pickedLost');
  assert.deepEqual(next.note.values.seats.map((seat) => seat.label), ['A2']);
  assert.deepEqual(next.note.offers, [{ kind: 'pick', ids: [idOf(state, 'A3'), idOf(state, 'A4')] }]);
});

test('while our own hold is under way our picks are not called taken', () => {
  const state = after(pick(openPage(['SSSS']), 'A1'), { type: 'work/started', kind: 'hold' });
  const next = reduce(state, delta(state, { A1: 'HELD' }));
  assert.deepEqual(next.picked, state.picked);
  assert.equal(next.note, null);
});

test('nothing is ours before the server said so', () => {
  const state = after(pick(openPage(['SSSS']), 'A1'), { type: 'work/started', kind: 'hold' });
  assert.equal(look(state, 'A1'), 'picked');
  const held = after(state, { type: 'work/ended' }, { type: 'hold/made', hold: holdOf(state, ['A1']), at: 0 });
  assert.equal(look(held, 'A1'), 'held');
  assert.deepEqual(held.picked, []);
});

test('a hold of another show is not shown in this one', () => {
  const state = openPage(['SSSS']);
  assert.equal(after(state, { type: 'holds/loaded', holds: [holdOf(state, ['A1'], { show_id: 2 })] }), state);
});

test('the same hold read again changes nothing', () => {
  const state = openPage(['SSSS']);
  const held = after(state, { type: 'holds/loaded', holds: [holdOf(state, ['A1'])] });
  assert.equal(after(held, { type: 'holds/loaded', holds: [holdOf(state, ['A1'])] }), held);
  assert.notEqual(after(held, { type: 'holds/loaded', holds: [] }), held);
});

test('a conflict names the seats, keeps the rest of the pick and offers what the server found', () => {
  const state = pick(openPage(['SSSS', 'SSSS']), 'A1', 'A2');
  const conflicts = [{ id: idOf(state, 'A2'), row: 'A', number: 2, label: 'A2', status: 'HELD', held_until: null }];
  const next = after(state, { type: 'conflict/met', conflicts, alternatives: [['A3', 'A4'], ['B1', 'Z9']], wanted: 2 });
  assert.deepEqual(next.picked, [idOf(state, 'A1')]);
  assert.equal(look(next, 'A2'), 'taken');
  assert.equal(next.note.key, 'problem.taken');
  assert.deepEqual(next.note.offers, [{ kind: 'hold', ids: [idOf(state, 'A3'), idOf(state, 'A4')] }]);
  assert.equal(next.note.more.key, 'problem.together');
});

test('a conflict without alternatives says so', () => {
  const state = pick(openPage(['SS']), 'A1');
  const conflicts = [{ id: idOf(state, 'A1'), row: 'A', number: 1, label: 'A1', status: 'BOOKED' }];
  assert.equal(after(state, { type: 'conflict/met', conflicts, alternatives: [], wanted: 1 }).note.more.key, 'problem.noTogether');
});

test('letting one seat go keeps the others held', () => {
  const state = openPage(['SSSS']);
  const held = after(state, { type: 'hold/made', hold: holdOf(state, ['A1', 'A2']), at: 0 });
  const next = after(held, { type: 'hold/released', ids: [idOf(state, 'A1')], at: 1 });
  assert.deepEqual(['A1', 'A2'].map((label) => look(next, label)), ['available', 'held']);
  const none = after(next, { type: 'hold/released', ids: [idOf(state, 'A2')], at: 1 });
  assert.equal(none.hold, null);
});

test('a hold that ended offers the same seats again', () => {
  const state = openPage(['SSSS']);
  const held = after(state, { type: 'hold/made', hold: holdOf(state, ['A1', 'A2']), at: 0 });
  const next = after(held, { type: 'hold/ended' });
  assert.equal(next.hold, null);
  assert.deepEqual(next.note.offers, [{ kind: 'again', ids: [idOf(state, 'A1'), idOf(state, 'A2')] }]);
});

test('a booking turns the hold into a ticket and is listed once', () => {
  const state = openPage(['SSSS']);
  const held = after(state, { type: 'hold/made', hold: holdOf(state, ['A1']), at: 0 });
  const booking = { reference: 'K7M2', show_id: 1, seats: held.hold.seats, total_price: '10.50', currency: 'EUR' };
  const booked = after(held, { type: 'booking/made', booking, at: 0 });
  assert.equal(look(booked, 'A1'), 'mine');
  assert.equal(booked.hold, null);
  assert.equal(booked.ticket.reference, 'K7M2');
  const again = after(booked, { type: 'booking/made', booking, at: 0 });
  assert.equal(again.bookings.list.length, 1);
});

test('a cancelled booking stays listed and gives its seats back', () => {
  const state = openPage(['SSSS'], { A1: 'BOOKED' });
  const seats = [{ id: idOf(state, 'A1'), row: 'A', number: 1, label: 'A1' }];
  const listed = after(state, { type: 'bookings/loaded', bookings: [{ reference: 'K7M2', show_id: 1, status: 'confirmed', seats }] });
  assert.equal(look(listed, 'A1'), 'mine');
  const next = after(listed, { type: 'booking/cancelled', booking: { reference: 'K7M2', seats } });
  assert.equal(look(next, 'A1'), 'available');
  assert.equal(next.bookings.list[0].status, 'cancelled');
});

test('logging out forgets what was mine and keeps the pick', () => {
  const state = pick(openPage(['SSSS']), 'A4');
  const held = after(state, { type: 'person/known', name: 'owner' }, { type: 'hold/made', hold: holdOf(state, ['A1']), at: 0 });
  const next = after(held, { type: 'person/guest' });
  assert.equal(look(next, 'A1'), 'taken');
  assert.equal(look(next, 'A4'), 'picked');
});

test('the log tells what changed, newest first, and not what was there before', () => {
  const state = openPage(['SSSS'], { A1: 'HELD' });
  assert.deepEqual(state.activity, []);
  const next = after(state, delta(state, { A1: 'BOOKED', A2: 'HELD', A3: 'HELD' }));
  const later = after(next, delta(next, { A2: 'AVAILABLE' }, { cursor: 'c3' }));
  assert.deepEqual(
    later.activity.map(({ kind, seats }) => `${kind} ${seats.map((seat) => seat.label)}`),
    ['released A2', 'held A2,A3', 'booked A1'],
  );
  assert.equal(new Set(later.activity.map(({ serial }) => serial)).size, 3);
});

test('what we did ourselves is logged once, as ours', () => {
  const state = openPage(['SSSS']);
  const held = after(state, { type: 'hold/made', hold: holdOf(state, ['A1']), at: 5 });
  const echoed = after(held, delta(held, { A1: 'HELD' }));
  assert.deepEqual(echoed.activity.map(({ kind, own }) => [kind, own]), [['held', true]]);
});

test('another show starts afresh and keeps who is asking', () => {
  const state = after(pick(openPage(), 'A1'), { type: 'person/known', name: 'owner' }, { type: 'show/chosen', showId: 2 });
  assert.deepEqual([state.picked, state.hall.drawing, state.cursor, state.person.name], [[], null, null, 'owner']);
});

test('numbers of the show follow the poll in its card', () => {
  const state = openPage(['SSSS']);
  const stats = { available: 1, held: 1, booked: 2, total: 4 };
  assert.deepEqual(after(state, delta(state, {}, { stats })).shows.list[0].stats, stats);
});

test('an unknown action is a mistake', () => {
  assert.throws(() => reduce(openPage(), { type: 'seat/eaten' }), /seat\/eaten/);
});

test('what the box office decided is told, once, with its reason', () => {
  const state = openPage(['SSSS'], { A1: 'BOOKED' });
  const booking = { reference: 'K7M2', show_id: 1, status: 'in_review', seats: [{ id: idOf(state, 'A1'), row: 'A', number: 1, label: 'A1' }] };
  const waiting = after(state, { type: 'bookings/loaded', bookings: [booking] });
  assert.deepEqual([look(waiting, 'A1'), waiting.note], ['mine', null]);
  const same = after(waiting, { type: 'bookings/loaded', bookings: [booking] });
  assert.equal(same.note, null);
  const accepted = after(waiting, { type: 'bookings/loaded', bookings: [{ ...booking, status: 'confirmed' }] });
  assert.deepEqual([accepted.note.key, accepted.note.values], ['review.accepted', { reference: 'K7M2' }]);
  const rejected = after(waiting, { type: 'bookings/loaded', bookings: [{ ...booking, status: 'rejected', rejection_reason: 'Too little.' }] });
  assert.deepEqual([rejected.note.key, rejected.note.values.reason, look(rejected, 'A1')], ['review.rejected', 'Too little.', 'booked']);
  assert.equal(after(waiting, { type: 'bookings/loaded', bookings: [{ ...booking, status: 'rejected', rejection_reason: null }] }).note.key, 'review.rejectedPlain');
});

test('the ticket of a booking in review follows the decision', () => {
  const state = openPage(['SSSS'], { A1: 'BOOKED' });
  const booking = { reference: 'K7M2', show_id: 1, status: 'in_review', seats: [] };
  const shown = after(state, { type: 'bookings/loaded', bookings: [booking] }, { type: 'ticket/shown', booking });
  const decided = (status) => after(shown, { type: 'bookings/loaded', bookings: [{ ...booking, status }] }).ticket;
  assert.equal(decided('confirmed').status, 'confirmed');
  assert.equal(decided('rejected'), null);
});
