import assert from 'node:assert/strict';
import { test } from 'node:test';

import { countdown, createTimes } from '../../frontend/js/core/times.js';
import { sayInEnglish } from './languages.js';

const times = createTimes('en-GB', 'UTC', sayInEnglish);
const moment = '2026-11-20T18:30:00.000Z';

test('says a moment as people say it, in the zone of the show', () => {
  assert.equal(times.dayAndClock(moment, 'Europe/Berlin'), 'Fri 20 Nov, 19:30');
  assert.equal(times.dayAndClock(moment, 'Asia/Tokyo'), 'Sat 21 Nov, 03:30');
});

test('falls back to the clock of the device', () => {
  assert.equal(times.clock(moment), '18:30');
  assert.equal(times.clock(moment, 'No/Such_Zone'), '18:30');
});

test('midnight is 00:00', () => {
  assert.equal(times.clock('2026-11-20T00:00:00Z'), '00:00');
});

test('a countdown shows 0:00 only when the time is over', () => {
  assert.equal(countdown(581000), '9:41');
  assert.equal(countdown(60000), '1:00');
  assert.equal(countdown(1), '0:01');
  assert.equal(countdown(0), '0:00');
  assert.equal(countdown(-5000), '0:00');
});
