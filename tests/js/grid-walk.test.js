import assert from 'node:assert/strict';
import { test } from 'node:test';

import { stepFrom } from '../../frontend/js/core/grid-walk.js';
import { hallOf } from './sample-hall.js';

const hall = hallOf(['_SSS_', 'SSSSS', 'SS_SS', 'PPPPP', 'PPPPP']);

function walk(from, key, options) {
  return hall.seats.get(stepFrom(hall, hall.byLabel.get(from), key, options)).label;
}

test('left and right follow the row over an aisle and stop at its ends', () => {
  assert.equal(walk('C2', 'ArrowRight'), 'C3');
  assert.equal(walk('C1', 'ArrowLeft'), 'C1');
  assert.equal(walk('C4', 'ArrowRight'), 'C4');
});

test('up and down go to the seat straight ahead, not to the same number', () => {
  assert.equal(walk('B2', 'ArrowUp'), 'A1');
  assert.equal(walk('A3', 'ArrowDown'), 'B4');
  assert.equal(walk('A1', 'ArrowUp'), 'A1');
  assert.equal(walk('E3', 'ArrowDown'), 'E3');
});

test('Home and End go to the ends of the row, with Control to those of the hall', () => {
  assert.equal(walk('B3', 'Home'), 'B1');
  assert.equal(walk('B3', 'End'), 'B5');
  assert.equal(walk('B3', 'Home', { toTheEnd: true }), 'A1');
  assert.equal(walk('B3', 'End', { toTheEnd: true }), 'E5');
});

test('Page keys go from section to section and end at the edge of the hall', () => {
  assert.equal(walk('A2', 'PageDown'), 'D3');
  assert.equal(walk('E3', 'PageUp'), 'A2');
  assert.equal(walk('D3', 'PageDown'), 'E3');
});

test('other keys and unknown seats lead nowhere', () => {
  assert.equal(stepFrom(hall, hall.byLabel.get('A1'), 'x'), null);
  assert.equal(stepFrom(hall, 999, 'ArrowLeft'), null);
});
