import assert from 'node:assert/strict';
import { test } from 'node:test';

import { swept, toggled } from '../../frontend/js/core/picking.js';
import { after, holdOf, idOf, openPage } from './sample-hall.js';

const idsOf = (state, ...labels) => labels.map((label) => idOf(state, label));

test('a press picks and a second press takes off', () => {
  const state = openPage();
  const [a1] = idsOf(state, 'A1');
  const { picked } = toggled(state, a1);
  assert.deepEqual(picked, [a1]);
  assert.deepEqual(toggled({ ...state, picked }, a1).picked, []);
});

test('what somebody has is refused with the reason', () => {
  const state = openPage(['SSSS'], { A1: 'HELD', A2: 'BOOKED' });
  const [a1, a2] = idsOf(state, 'A1', 'A2');
  assert.deepEqual(toggled(state, a1), { refused: 'taken' });
  assert.deepEqual(toggled(state, a2), { refused: 'booked' });
});

test('held and picked seats together keep to the limit', () => {
  let state = { ...openPage(['SSSS']), limit: 3 };
  state = after(state, { type: 'hold/made', hold: holdOf(state, ['A1', 'A2']), at: 0 });
  const [a3, a4] = idsOf(state, 'A3', 'A4');
  const { picked } = toggled(state, a3);
  assert.deepEqual(toggled({ ...state, picked }, a4), { refused: 'limit' });
});

test('a sweep picks the free seats in between and moving back takes back', () => {
  const state = openPage(['SSSSS'], { A3: 'BOOKED' });
  const all = idsOf(state, 'A1', 'A2', 'A3', 'A4', 'A5');
  assert.deepEqual(swept(state, [], all[0], all), idsOf(state, 'A1', 'A2', 'A4', 'A5'));
  assert.deepEqual(swept(state, [], all[0], all.slice(0, 2)), idsOf(state, 'A1', 'A2'));
});

test('a sweep that starts on a picked seat takes off', () => {
  const state = openPage(['SSSSS']);
  const base = idsOf(state, 'A1', 'A2', 'A3');
  assert.deepEqual(swept(state, base, base[1], idsOf(state, 'A2', 'A3')), idsOf(state, 'A1'));
});

test('a sweep stops at the limit, counted from where it began', () => {
  const state = { ...openPage(['SSSSS']), limit: 2 };
  const all = idsOf(state, 'A1', 'A2', 'A3', 'A4', 'A5');
  assert.deepEqual(swept(state, [], all[0], all), idsOf(state, 'A1', 'A2'));
  assert.deepEqual(swept(state, [], all[4], all), idsOf(state, 'A5', 'A4'));
});
