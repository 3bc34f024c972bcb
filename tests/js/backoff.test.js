import assert from 'node:assert/strict';
import { test } from 'node:test';

import { backoff, jitter } from '../../frontend/js/core/backoff.js';

test('doubles from a second to a minute', () => {
  const most = () => 1;
  assert.deepEqual([1, 2, 3, 4, 5, 6, 7, 8, 30].map((failures) => backoff(failures, most)), [
    1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000,
  ]);
});

test('spreads over the upper half, so that pages do not come back together', () => {
  assert.equal(backoff(4, () => 0), 4000);
  assert.equal(backoff(4, () => 0.5), 6000);
});

test('jitter stays within 15 percent on both sides', () => {
  assert.equal(jitter(5000, () => 0), 4250);
  assert.equal(jitter(5000, () => 1), 5750);
});
