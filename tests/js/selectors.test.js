import assert from 'node:assert/strict';
import { test } from 'node:test';

import { durationOf, hasBegun, heldLeft, isSoldOut, primaryAction, screenOf, showsWithRoom, titleOf } from '../../frontend/js/core/selectors.js';
import { after, holdOf, idOf, openPage, show } from './sample-hall.js';

const noon = Date.parse('2029-12-31T12:00:00.000Z');

test('the one button does what comes next', () => {
  let state = openPage(['SSPP']);
  assert.equal(primaryAction(state, noon), null);
  state = after(state, { type: 'picks/changed', picked: [idOf(state, 'A2'), idOf(state, 'A3')] });
  assert.deepEqual(primaryAction(state, noon), { kind: 'hold', more: false, count: 2, total: '23.50' });
  state = after(state, { type: 'work/started', kind: 'hold' });
  assert.deepEqual(primaryAction(state, noon), { kind: 'pending', pending: 'hold' });
  state = after(state, { type: 'work/ended' }, { type: 'hold/made', hold: holdOf(state, ['A2', 'A3']), at: 0 });
  assert.deepEqual(primaryAction(state, noon), { kind: 'book', left: 600000 });
  state = after(state, { type: 'picks/changed', picked: [idOf(state, 'A1')] });
  assert.deepEqual(primaryAction(state, noon), { kind: 'hold', more: true, count: 1, total: '10.50' });
});

test('the time left runs on the server’s clock', () => {
  let state = openPage(['SS']);
  state = after(
    state,
    { type: 'hold/made', hold: holdOf(state, ['A1']), at: 0 },
    { type: 'clock/sampled', sample: { sentAt: noon - 3600000, receivedAt: noon - 3600000, serverTime: '2029-12-31T12:00:00.000Z' } },
  );
  assert.equal(heldLeft(state, noon - 3600000), 600000);
  assert.equal(heldLeft(openPage(), noon), null);
});

test('a show begins at its time, to the millisecond', () => {
  const start = Date.parse(show.start_time);
  assert.equal(hasBegun(show, start - 1), false);
  assert.equal(hasBegun(show, start), true);
  assert.equal(hasBegun(null, start), false);
});

test('sold out means nothing free, and an empty hall is not sold out', () => {
  assert.equal(isSoldOut({ available: 0, held: 3, booked: 1, total: 4 }), true);
  assert.equal(isSoldOut({ available: 1, held: 0, booked: 3, total: 4 }), false);
  assert.equal(isSoldOut({ available: 0, held: 0, booked: 0, total: 0 }), false);
  assert.equal(isSoldOut(null), false);
});

test('elsewhere there is room: the same film first, nothing full or begun', () => {
  const full = { available: 0, held: 0, booked: 4, total: 4 };
  const list = [
    { ...show, stats: full },
    { ...show, id: 2, movie: 'Another', start_time: '2030-01-01T10:00:00Z' },
    { ...show, id: 3, start_time: '2030-01-05T10:00:00Z' },
    { ...show, id: 4, stats: full },
    { ...show, id: 5, start_time: '2020-01-01T10:00:00Z' },
  ];
  const state = after(openPage(), { type: 'shows/loaded', shows: list });
  assert.deepEqual(showsWithRoom(state, noon).map(({ id }) => id), [3, 2]);
});

test('names and lengths are read in either shape', () => {
  assert.equal(titleOf({ movie: 'Night Ferry' }), 'Night Ferry');
  assert.equal(titleOf({ movie: { title: 'Night Ferry' } }), 'Night Ferry');
  assert.equal(screenOf({ screen: { name: 'Studio' } }), 'Studio');
  assert.equal(titleOf(null), '');
  assert.equal(durationOf(show), 120);
  assert.equal(durationOf({ ...show, duration_minutes: 97 }), 97);
  assert.equal(durationOf({}), null);
});
