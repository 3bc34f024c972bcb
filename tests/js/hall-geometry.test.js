import assert from 'node:assert/strict';
import { test } from 'node:test';

import { areNeighbours, drawHall, eachSeatWithin, seatAt, seatsBetween, UNIT } from '../../frontend/js/core/hall-geometry.js';
import { hallOf, layoutOf } from './sample-hall.js';

const seatOf = (hall, label) => hall.seats.get(hall.byLabel.get(label));

test('neighbours stand one unit apart, whatever the units of the layout', () => {
  const layout = layoutOf(['SSS', 'SSS']);
  for (const seat of layout.seats) {
    seat.x *= 55;
    seat.y *= 55;
  }
  const hall = drawHall(layout);
  assert.equal(seatOf(hall, 'A2').x - seatOf(hall, 'A1').x, UNIT);
  assert.equal(seatOf(hall, 'B1').y - seatOf(hall, 'A1').y, UNIT);
});

test('rows run from the screen to the back and their seats from left to right', () => {
  const layout = layoutOf(['SSS', 'SSS']);
  layout.seats.reverse();
  const hall = drawHall(layout);
  assert.deepEqual(hall.rows.map((row) => row.seats.map((seat) => seat.label).join(' ')), ['A1 A2 A3', 'B1 B2 B3']);
});

test('every seat lies inside the drawing, with room for letters and the screen', () => {
  const hall = hallOf(['SS_SSSS_SS', 'SSSSSSSSSS']);
  for (const seat of hall.seats.values()) {
    assert.ok(seat.x >= UNIT && seat.x <= hall.width - UNIT);
    assert.ok(seat.y > hall.screen.y + UNIT && seat.y <= hall.height - UNIT / 2);
  }
});

test('seats of a curved row turn towards the screen, those beside an aisle too', () => {
  const layout = layoutOf(['SSSSS']);
  [0, 0.75, 1, 0.75, 0].forEach((y, index) => (layout.seats[index].y = y));
  const hall = drawHall(layout);
  assert.ok(seatOf(hall, 'A1').angle > 10);
  assert.equal(seatOf(hall, 'A3').angle, 0);
  assert.equal(seatOf(hall, 'A1').angle, -seatOf(hall, 'A5').angle);
});

test('an aisle parts neighbours', () => {
  const hall = hallOf(['SS_SS']);
  assert.ok(areNeighbours(seatOf(hall, 'A1'), seatOf(hall, 'A2')));
  assert.ok(!areNeighbours(seatOf(hall, 'A2'), seatOf(hall, 'A3')));
});

test('a point between two seats means the nearer one, an aisle means none', () => {
  const hall = hallOf(['SS___SS', 'SSSSSSS']);
  const a2 = seatOf(hall, 'A2');
  assert.equal(seatAt(hall, a2.x + 19, a2.y + 19).label, 'A2');
  assert.equal(seatAt(hall, a2.x - 30, a2.y).label, 'A1');
  assert.equal(seatAt(hall, a2.x + 2 * UNIT, a2.y - 5), null);
  assert.equal(seatAt(hall, -500, -500), null);
});

test('sections begin at a gap, a name or another price', () => {
  const layout = layoutOf(['SS', 'SS', 'PP', 'PP', 'PP']);
  for (const seat of layout.seats) if (seat.row > 'C') seat.y += 2;
  for (const seat of layout.seats) if (seat.row === 'E') seat.section = 'Circle';
  const hall = drawHall(layout);
  assert.deepEqual(hall.sections.map(({ first, last }) => [first, last]), [[0, 1], [2, 2], [3, 3], [4, 4]]);
});

test('between two seats of a row lie all others, in either direction', () => {
  const hall = hallOf(['SSSS_SS', 'SSSS']);
  const between = (from, to) => seatsBetween(hall, hall.byLabel.get(from), hall.byLabel.get(to)).map((seat) => seat.label);
  assert.deepEqual(between('A2', 'A5'), ['A2', 'A3', 'A4', 'A5']);
  assert.deepEqual(between('A5', 'A4'), ['A4', 'A5']);
  assert.deepEqual(between('A2', 'B3'), ['A2']);
});

test('a hall with a single seat can be drawn', () => {
  const hall = hallOf(['S']);
  assert.equal(hall.seats.size, 1);
  assert.ok(Number.isFinite(hall.width) && Number.isFinite(hall.height));
});

test('seats are found by where they are, each once', () => {
  const hall = hallOf(['SSSSSSSSSS', '_SS____SS_', 'SSSSSSSSSS']);
  const within = (edges) => {
    const found = [];
    eachSeatWithin(hall, edges, (seat) => found.push(seat));
    return found;
  };
  const everything = { left: -900, top: -900, right: 9000, bottom: 9000 };
  assert.deepEqual(within(everything).map((seat) => seat.index).sort((a, b) => a - b), hall.inOrder.map((seat) => seat.index));
  for (const one of hall.inOrder) {
    const edges = { left: one.x - 50, top: one.y - 10, right: one.x + 50, bottom: one.y + 60 };
    const found = within(edges);
    for (const seat of hall.inOrder) {
      const inside = seat.x >= edges.left && seat.x <= edges.right && seat.y >= edges.top && seat.y <= edges.bottom;
      if (inside) assert.equal(found.filter((other) => other === seat).length, 1, `${seat.label} near ${one.label}`);
    }
  }
  assert.deepEqual(within({ left: 9000, top: 0, right: 9900, bottom: 900 }), []);
});

test('every seat knows its row, its place there and whom it sits beside', () => {
  const hall = hallOf(['SS_SS', 'SSSSS']);
  assert.deepEqual(hall.inOrder.map((seat) => seat.index), [...hall.inOrder.keys()]);
  for (const seat of hall.inOrder) assert.equal(hall.rows[seat.rowIndex].seats[seat.column], seat);
  assert.deepEqual(hall.rows[0].seats.map((seat) => seat.joined), [false, true, false, true]);
});
