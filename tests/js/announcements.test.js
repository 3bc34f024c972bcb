import assert from 'node:assert/strict';
import { test } from 'node:test';

import { remarks, timeRemark } from '../../frontend/js/core/announcements.js';
import { createMoney } from '../../frontend/js/core/money.js';
import { reduce } from '../../frontend/js/core/reducer.js';
import { createTelling } from '../../frontend/js/core/telling.js';
import { createTimes } from '../../frontend/js/core/times.js';
import { sayInEnglish } from './languages.js';
import { answerFor, holdOf, idOf, layoutOf, openPage } from './sample-hall.js';

const tell = createTelling({
  say: sayInEnglish,
  money: createMoney('en-GB'),
  times: createTimes('en-GB', 'UTC', sayInEnglish),
  locale: 'en-GB',
});

function said(state, action) {
  const next = reduce(state, action);
  return [next, remarks(next, state).map((remark) => tell(remark, next))];
}

test('tells each pick with what it adds up to', () => {
  const page = openPage(['SSPP']);
  const [one, first] = said(page, { type: 'picks/changed', picked: [idOf(page, 'A2')] });
  assert.deepEqual(first, ['A2 picked. 1 seat, 10.50 euros.']);
  const [two, second] = said(one, { type: 'picks/changed', picked: [idOf(page, 'A2'), idOf(page, 'A3')] });
  assert.deepEqual(second, ['A3 picked. 2 seats, 23.50 euros.']);
  assert.deepEqual(said(two, { type: 'picks/changed', picked: [idOf(page, 'A3')] })[1], ['A2 taken off. 1 seat, 13.00 euros.']);
  assert.deepEqual(said(two, { type: 'picks/changed', picked: [] })[1], ['Nothing picked.']);
});

test('says nothing about seats of other people', () => {
  const page = openPage(['SSSS']);
  const answer = { ...answerFor(layoutOf(['SSSS']), { A1: 'HELD', A2: 'BOOKED' }), cursor: 'c2' };
  assert.deepEqual(said(page, { type: 'status/answered', answer })[1], []);
});

test('says once that a picked seat was taken', () => {
  const page = openPage(['SSSS']);
  const picked = reduce(page, { type: 'picks/changed', picked: [idOf(page, 'A1')] });
  const answer = { ...answerFor(layoutOf(['SSSS']), { A1: 'HELD' }), cursor: 'c2' };
  const [noted, first] = said(picked, { type: 'status/answered', answer });
  assert.deepEqual(first, ['A1 from your pick was taken a moment ago.']);
  assert.deepEqual(said(noted, { type: 'status/answered', answer: { ...answer, cursor: 'c3' } })[1], []);
});

test('says until when seats are held, and when they are kept longer', () => {
  const page = openPage(['SSSS']);
  const [held, first] = said(page, { type: 'hold/made', hold: holdOf(page, ['A1', 'A2']), at: 0 });
  assert.deepEqual(first, ['A1 and A2 are held for you until 12:10.']);
  const longer = holdOf(page, ['A1', 'A2'], { expires_at: '2029-12-31T12:20:00.000Z' });
  assert.deepEqual(said(held, { type: 'hold/extended', hold: longer })[1], ['Your seats are kept until 12:20.']);
});

test('says that the line is gone and that it is back, not that it is slow', () => {
  const page = reduce(openPage(), { type: 'link/changed', phase: 'live' });
  const [slow, nothing] = said(page, { type: 'link/changed', phase: 'slow' });
  assert.deepEqual(nothing, []);
  const [offline, lost] = said(slow, { type: 'link/changed', phase: 'offline' });
  assert.deepEqual(lost, ['The connection is lost. Seats may have changed since 12:00.']);
  assert.deepEqual(said(offline, { type: 'link/changed', phase: 'offline', retryAt: 5 })[1], []);
  assert.deepEqual(said(offline, { type: 'link/changed', phase: 'live' })[1], ['The connection is back.']);
});

test('another show is not told as a lost pick', () => {
  const page = openPage(['SSSS']);
  const picked = reduce(page, { type: 'picks/changed', picked: [idOf(page, 'A1')] });
  assert.deepEqual(said(picked, { type: 'show/chosen', showId: 2 })[1], []);
});

test('the countdown speaks at two minutes, one and thirty seconds, and only then', () => {
  const spoken = [];
  for (let left = 600000; left > -2000; left -= 500) {
    const remark = timeRemark(left + 500, left);
    if (remark) spoken.push([left, tell(remark, openPage())]);
  }
  assert.deepEqual(spoken.map(([left]) => left), [120000, 60000, 30000]);
  assert.match(spoken[1][1], /^One minute left/);
  assert.equal(timeRemark(null, 100000), null);
});
