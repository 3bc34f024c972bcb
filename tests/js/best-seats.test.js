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

test('in a hall of thousands it finds what a look at every place would find', () => {
  const rows = Array.from({ length: 26 }, (_, row) => Array.from({ length: 60 }, (_, x) => ((x + row) % 23 === 7 ? '_' : 'S')).join(''));
  const hall = hallOf(rows);
  const isFree = (id) => (id * 7919) % 11 > 4;
  const score = (seats) => {
    const row = hall.rows[seats[0].rowIndex].seats;
    const alone = (column, step) => {
      const next = row[column];
      const joined = next && isFree(next.id) && (step < 0 ? row[column + 1].joined : next.joined);
      if (!joined) return 0;
      const beyond = row[column + step];
      return beyond && isFree(beyond.id) && (step < 0 ? next.joined : beyond.joined) ? 0 : 2.5;
    };
    const middle = (seats[0].x + seats.at(-1).x) / 2;
    return Math.abs(middle - hall.width / 2) / 40 + Math.abs(seats[0].rowIndex - 25 * 0.62) * 1.6 + alone(seats[0].column - 1, -1) + alone(seats.at(-1).column + 1, 1);
  };
  for (const count of [1, 2, 3, 4]) {
    let lowest = Infinity;
    for (const { seats } of hall.rows) {
      for (let start = 0; start + count <= seats.length; start += 1) {
        const group = seats.slice(start, start + count);
        if (!group.every((seat, index) => isFree(seat.id) && (index === 0 || seat.joined))) continue;
        lowest = Math.min(lowest, score(group));
      }
    }
    const found = seatsTogether(hall, { count, isFree }).map((id) => hall.seats.get(id));
    assert.equal(found.length, count);
    assert.equal(score(found).toFixed(6), lowest.toFixed(6), `best ${count}`);
  }
});
