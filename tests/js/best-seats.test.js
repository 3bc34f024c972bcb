import assert from 'node:assert/strict';
import { test } from 'node:test';

import { centreOf, seatsTogether } from '../../frontend/js/core/best-seats.js';
import { hallOf } from './sample-hall.js';

function best(hall, count, { taken = [], ...more } = {}) {
  const ids = seatsTogether(hall, { count, isFree: (id) => !taken.includes(hall.seats.get(id).label), ...more });
  return ids && ids.map((id) => hall.seats.get(id).label).join(' ');
}

test('chooses the middle, a little behind the centre', () => {
  assert.equal(best(hallOf(Array(5).fill('SSSSSSS')), 3), 'C3 C4 C5');
});

test('never seats a group across an aisle or around a taken seat', () => {
  assert.equal(best(hallOf(['SS_SS']), 3), null);
  assert.equal(best(hallOf(['SSSSS']), 3, { taken: ['A3'] }), null);
});

test('leaves no single seat over if it can be helped', () => {
  assert.equal(best(hallOf(['SSSS']), 2), 'A1 A2');
  assert.equal(best(hallOf(['SSSSS']), 4), 'A1 A2 A3 A4');
});

test('leaves wheelchair places and companion seats to those who need them', () => {
  const hall = hallOf(['SSS', 'SSS'], { features: { A2: ['wheelchair'], B2: ['companion'] } });
  assert.equal(best(hall, 2), null);
  assert.ok(best(hall, 1) !== 'A2');
});

test('keeps to the wanted price group', () => {
  const hall = hallOf(['SSSS', 'PPPP', 'SSSS']);
  assert.match(best(hall, 2, { tier: 'P' }), /^B\d B\d$/);
  assert.equal(best(hall, 5, { tier: 'P' }), null);
});

test('looks near a given place when it replaces what was lost', () => {
  const hall = hallOf(Array(6).fill('SSSSSSSSSS'));
  const lost = ['A1', 'A2'].map((label) => hall.byLabel.get(label));
  assert.equal(best(hall, 2, { near: centreOf(hall, lost), taken: ['A1', 'A2'] }), 'A3 A4');
});

test('a full hall has no best seats', () => {
  assert.equal(seatsTogether(hallOf(['SSSS']), { count: 1, isFree: () => false }), null);
});
