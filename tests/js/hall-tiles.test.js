import assert from 'node:assert/strict';
import { test } from 'node:test';

import { overviewScale, runsOfSeats, tilesAround } from '../../frontend/js/core/hall-tiles.js';
import { hallOf } from './sample-hall.js';

const hall = { hallWidth: 1000, hallHeight: 700 };
const keys = (tiles) => tiles.map(({ key }) => key).sort();

test('the tiles under a part of the hall cover it and no more', () => {
  assert.deepEqual(keys(tilesAround({ left: 0, top: 0, width: 256, height: 256 }, 256, hall)), ['0 0']);
  assert.deepEqual(keys(tilesAround({ left: 200, top: 0, width: 256, height: 300 }, 256, hall)), ['0 0', '0 1', '1 0', '1 1']);
});

test('what is nearest to the middle is painted first', () => {
  const tiles = tilesAround({ left: 256, top: 256, width: 256, height: 256 }, 256, { ...hall, margin: 1 });
  assert.equal(tiles[0].key, '1 1');
  assert.equal(tiles.length, 9);
});

test('there are no tiles outside of the hall', () => {
  assert.equal(tilesAround({ left: -80, top: -80, width: 3000, height: 3000 }, 256, { ...hall, margin: 2 }).length, 4 * 3);
  assert.deepEqual(keys(tilesAround({ left: 4000, top: 4000, width: 100, height: 100 }, 256, hall)), ['3 2']);
});

test('the picture of the whole hall never takes more pixels than it may', () => {
  const large = { width: 10_000, height: 8_000 };
  assert.equal(overviewScale(large, 0.1, 1_600_000), 0.1);
  const scale = overviewScale(large, 0.9, 1_600_000);
  assert.ok(scale < 0.9 && large.width * scale * large.height * scale <= 1_600_001);
});

test('neighbours that look the same are one run, which ends at an aisle and with the row', () => {
  const seats = hallOf(['SSS_SS', 'SSSS_S']).inOrder;
  const look = (seat) => (seat.label === 'A2' ? 'held' : 'picked');
  const runs = runsOfSeats([...seats].reverse(), look).map((run) => `${run.look} ${run.seats.map(({ label }) => label).join('')}`);
  assert.deepEqual(runs, ['picked A1', 'held A2', 'picked A3', 'picked A4A5', 'picked B1B2B3B4', 'picked B5']);
});
