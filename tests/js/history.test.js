import assert from 'node:assert/strict';
import { test } from 'node:test';

import { entriesOfLedger, withHistory } from '../../frontend/js/core/history.js';
import { after, holdOf, idOf, openPage } from './sample-hall.js';

const clock = (text) => Date.parse(`2029-12-31T${text}Z`);
const seatsByLabel = (state) => new Map([...state.hall.drawing.seats.values()].map((seat) => [seat.label, seat]));
const event = (at, kind, seats, until = null) => ({ kind, seats, at: `2029-12-31T${at}Z`, held_until: until && `2029-12-31T${until}Z` });
const ledgerOf = (state, events, now = '12:00:00') => entriesOfLedger(events, seatsByLabel(state), clock(now));
const told = (entries) => entries.map(({ kind, seats, at, own }) => `${new Date(at).toISOString().slice(11, 19)} ${own ? 'my ' : ''}${kind} ${seats.map((seat) => seat.label)}`);

function delta(state, statuses, serverTime) {
  const seats = Object.entries(statuses).map(([label, status]) => ({ ...state.hall.drawing.seats.get(idOf(state, label)), status }));
  return { type: 'status/answered', answer: { show_id: 1, cursor: serverTime, full: false, server_time: `2029-12-31T${serverTime}Z`, stats: state.stats, seats } };
}

test('the ledger in words: who had more time is no news, that a deadline passed is', () => {
  const events = [
    event('11:00:00', 'held', ['A1', 'A2'], '11:10:00'),
    event('11:05:00', 'extended', ['A1', 'A2'], '11:15:00'),
    event('11:06:00', 'released', ['A2']),
    event('11:40:00', 'expired', ['A1']),
    event('11:41:00', 'held', ['A3'], '11:51:00'),
    event('11:42:00', 'booked', ['A3']),
    event('11:43:00', 'cancelled', ['A3']),
    event('11:59:00', 'held', ['A4'], '12:09:00'),
  ];
  assert.deepEqual(told(ledgerOf(openPage(), events)), [
    '11:00:00 held A1,A2',
    '11:06:00 released A2',
    '11:15:00 released A1',
    '11:41:00 held A3',
    '11:42:00 booked A3',
    '11:43:00 cancelled A3',
    '11:59:00 held A4',
  ]);
});

test('a hold that ran out and that nobody has tidied is told too', () => {
  assert.deepEqual(told(ledgerOf(openPage(), [event('11:00:00', 'held', ['A1'], '11:10:00')])), ['11:00:00 held A1', '11:10:00 released A1']);
});

test('what the page saw itself and the ledger tells too is there once, at the time of the ledger', () => {
  let state = openPage();
  state = after(state, delta(state, { A1: 'HELD' }, '12:00:05'));
  state = after(state, delta(state, { A1: 'BOOKED', B1: 'HELD' }, '12:00:10'));
  const ledger = ledgerOf(state, [
    event('11:50:00', 'booked', ['C1']),
    event('12:00:02', 'held', ['A1'], '12:10:02'),
    event('12:00:07', 'booked', ['A1']),
  ]);
  const log = withHistory(state, ledger);
  assert.deepEqual(told(log), ['12:00:10 held B1', '12:00:07 booked A1', '12:00:02 held A1', '11:50:00 booked C1']);
  assert.equal(new Set(log.map(({ serial }) => serial)).size, 4);
  assert.ok(log.every(({ serial }) => serial > state.activity[0].serial));
});

test('the same once more changes nothing', () => {
  let state = openPage();
  state = after(state, delta(state, { A1: 'HELD' }, '12:00:05'));
  const ledger = ledgerOf(state, [event('12:00:02', 'held', ['A1'], '12:10:02')]);
  const once = withHistory(state, ledger);
  const twice = withHistory({ ...state, activity: once }, ledger);
  assert.deepEqual(told(twice), told(once));
});

test('two holds of the same seat are two', () => {
  let state = openPage();
  state = after(state, delta(state, { A1: 'HELD' }, '12:00:05'));
  state = after(state, delta(state, { A1: 'AVAILABLE' }, '12:00:10'));
  state = after(state, delta(state, { A1: 'HELD' }, '12:00:30'));
  const ledger = ledgerOf(state, [event('12:00:02', 'held', ['A1'], '12:10:02'), event('12:00:08', 'released', ['A1'])]);
  assert.deepEqual(told(withHistory(state, ledger)), ['12:00:30 held A1', '12:00:08 released A1', '12:00:02 held A1']);
});

test('what we did stays ours, also after a reload', () => {
  const fresh = openPage();
  const held = after(fresh, { type: 'hold/made', hold: holdOf(fresh, ['A1']), at: clock('12:00:03') });
  const events = [event('11:00:00', 'held', ['A1'], '11:10:00'), event('11:05:00', 'released', ['A1']), event('12:00:02', 'held', ['A1'], '12:10:02')];
  const wanted = ['12:00:02 my held A1', '11:05:00 released A1', '11:00:00 held A1'];
  assert.deepEqual(told(withHistory(held, ledgerOf(held, events, '12:00:04'))), wanted);
  const reloaded = { ...held, activity: [] };
  assert.deepEqual(told(withHistory(reloaded, ledgerOf(held, events, '12:00:04'))), wanted);
});

test('later entries go on top, with serials of their own', () => {
  let state = openPage();
  state = { ...state, activity: withHistory(state, ledgerOf(state, [event('11:50:00', 'booked', ['C1'])])) };
  state = after(state, delta(state, { A1: 'HELD' }, '12:00:05'));
  assert.deepEqual(told(state.activity), ['12:00:05 held A1', '11:50:00 booked C1']);
  assert.equal(state.activity[0].serial, state.activity[1].serial + 1);
});
