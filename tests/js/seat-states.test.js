import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SeatStates } from '../../frontend/js/core/state.js';

const seat = (id, status) => ({ id, status });
const told = (states, ...ids) => ids.map((id) => states.get(id)?.status);

test('every moment stays as it was, however many follow', () => {
  const first = new SeatStates([seat(1, 'free'), seat(2, 'free')]);
  const second = first.with([seat(1, 'held')]);
  const third = second.with([seat(1, 'booked'), seat(3, 'free')]);
  assert.deepEqual(told(first, 1, 2, 3), ['free', 'free', undefined]);
  assert.deepEqual(told(second, 1, 2, 3), ['held', 'free', undefined]);
  assert.deepEqual(told(third, 1, 2, 3), ['booked', 'free', 'free']);
});

test('a moment that is past can have another future', () => {
  const first = new SeatStates([seat(1, 'free'), seat(2, 'free')]);
  const second = first.with([seat(1, 'held'), seat(3, 'free')]);
  const other = first.with([seat(2, 'booked')]);
  assert.deepEqual(told(first, 1, 2, 3), ['free', 'free', undefined]);
  assert.deepEqual(told(second, 1, 2, 3), ['held', 'free', 'free']);
  assert.deepEqual(told(other, 1, 2, 3), ['free', 'booked', undefined]);
  assert.deepEqual(told(second.with([seat(2, 'held')]), 1, 2, 3), ['held', 'held', 'free']);
});

test('the same seat twice in one change is what it was told to be last', () => {
  const first = new SeatStates([seat(1, 'free')]);
  const second = first.with([seat(1, 'held'), seat(1, 'booked')]);
  assert.deepEqual(told(first, 1), ['free']);
  assert.deepEqual(told(second, 1), ['booked']);
});

test('it knows which seats may differ from an earlier moment', () => {
  const first = new SeatStates([seat(1, 'free'), seat(2, 'free')]);
  const second = first.with([seat(1, 'held')]);
  const third = second.with([seat(2, 'held')]);
  assert.deepEqual([...third.changedSince(first)].sort(), [1, 2]);
  assert.deepEqual([...third.changedSince(second)], [2]);
  assert.deepEqual([...third.changedSince(third)], []);
});

test('of a moment that is not of its past it knows nothing', () => {
  const first = new SeatStates([seat(1, 'free')]);
  const second = first.with([seat(1, 'held')]);
  const other = first.with([seat(1, 'booked')]);
  assert.equal(first.changedSince(second), null);
  assert.equal(second.changedSince(other), null);
  assert.equal(second.changedSince(new SeatStates()), null);
  assert.equal(second.changedSince(undefined), null);
});
