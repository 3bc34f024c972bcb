import assert from 'node:assert/strict';
import { test } from 'node:test';

import { addSample, clockOffset, serverTimeOfHold } from '../../frontend/js/core/clock.js';

const sample = (sentAt, receivedAt, serverTime) => ({ sentAt, receivedAt, serverTime });

test('half the round trip lies behind the server’s time', () => {
  const samples = addSample([], sample(1000, 1200, 61100));
  assert.equal(clockOffset(samples), 60000);
});

test('a slow answer does not move a clock that quick answers set', () => {
  let samples = addSample([], sample(0, 20, 10));
  samples = addSample(samples, sample(1000, 5000, 4990));
  assert.equal(clockOffset(samples), 0);
});

test('an answer out of a cache is late, and the later clock wins', () => {
  let samples = addSample([], sample(0, 20, 10));
  samples = addSample(samples, sample(1000, 1020, 210));
  assert.equal(clockOffset(samples), 0);
});

test('follows the server when old samples have gone', () => {
  let samples = addSample([], sample(0, 20, 10));
  for (let i = 1; i <= 8; i += 1) samples = addSample(samples, sample(i * 1000, i * 1000 + 20, i * 1000 + 10 - 5000));
  assert.equal(clockOffset(samples), -5000);
});

test('nonsense is no sample', () => {
  const samples = addSample([], sample(0, 20, 'yesterday'));
  assert.deepEqual(samples, []);
  assert.equal(clockOffset(samples), 0);
});

test('a hold says what time it is at the server', () => {
  const hold = { expires_at: '2026-11-20T19:40:00.000Z', expires_in: 600 };
  assert.equal(serverTimeOfHold(hold), Date.parse('2026-11-20T19:30:00.000Z'));
  assert.ok(Number.isNaN(serverTimeOfHold(undefined)));
});
