import assert from 'node:assert/strict';
import { test } from 'node:test';

import { clampPitch, detailAt, LARGEST, openingPitch, TOUCHABLE, wholeHall } from '../../frontend/js/core/hall-zoom.js';
import { hallOf } from './sample-hall.js';

const studio = hallOf(Array(4).fill('S'.repeat(10)));
const saal = hallOf(Array(11).fill('S'.repeat(18)));
const theatre = hallOf(Array(22).fill('S'.repeat(40)));

test('a small hall opens whole and not larger than comfortable', () => {
  const pitch = openingPitch(studio, 1000, 500);
  assert.equal(pitch, wholeHall(studio, 1000));
  assert.ok(pitch <= 52);
});

test('seats are never opened too small to touch where there is room for more', () => {
  assert.equal(openingPitch(theatre, 1100, 200), TOUCHABLE);
});

test('on a phone a middling hall opens touchable, a wide one whole', () => {
  assert.equal(openingPitch(saal, 390, 500), TOUCHABLE);
  assert.ok(openingPitch(theatre, 390, 500) < TOUCHABLE / 2);
});

test('zooming ends at the whole hall and at the largest seat', () => {
  assert.equal(clampPitch(1, theatre, 390), wholeHall(theatre, 390));
  assert.equal(clampPitch(900, theatre, 390), LARGEST);
});

test('the drawing of a seat gets plainer the smaller it is', () => {
  assert.deepEqual([60, 34, 20, 18, 17, 8, 5].map(detailAt), ['numbered', 'numbered', 'seat', 'seat', 'square', 'square', 'dot']);
});
