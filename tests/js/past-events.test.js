import assert from 'node:assert/strict';
import { test } from 'node:test';

import { reduce } from '../../frontend/js/core/reducer.js';
import { createStore } from '../../frontend/js/core/store.js';
import { createPastEvents } from '../../frontend/js/net/past-events.js';
import { idOf, openPage, settle } from './sample-hall.js';

const HELD = { version: 7, kind: 'held', seats: ['A1'], at: '2029-12-31T12:00:04.000Z', held_until: '2029-12-31T12:10:04.000Z', hold: 3 };

function pageWith(result) {
  const store = createStore(reduce, openPage());
  const asked = [];
  let nudges = 0;
  const recall = createPastEvents({
    api: { get: async (path) => (asked.push(path), result) },
    store,
    poller: { nudge: () => (nudges += 1) },
    now: () => Date.parse('2029-12-31T12:00:06.000Z'),
  });
  function hear(time, seats) {
    const { stats } = store.get();
    store.dispatch({ type: 'status/answered', answer: { show_id: 1, cursor: time, full: false, server_time: `2029-12-31T${time}Z`, stats, seats } });
  }
  return { store, recall, asked, hear, nudges: () => nudges };
}

test('waits until the page knows what the ledger tells, so that nothing is told twice', async () => {
  const { store, recall, asked, hear, nudges } = pageWith({ kind: 'answer', body: { events: [HELD] } });
  const recalled = recall();
  await settle();
  assert.deepEqual(asked, ['/api/seats/events/?show_id=1&last=25']);
  assert.equal(nudges(), 1);
  assert.deepEqual(store.get().activity, []);
  const seat = store.get().hall.drawing.seats.get(idOf(store.get(), 'A1'));
  hear('12:00:05', [{ ...seat, status: 'HELD' }]);
  await recalled;
  assert.deepEqual(store.get().activity.map(({ kind, at }) => [kind, at]), [['held', Date.parse(HELD.at)]]);
});

test('a history of the show before is not shown in the next', async () => {
  const { store, recall } = pageWith({ kind: 'answer', body: { events: [HELD] } });
  const recalled = recall();
  await settle();
  store.dispatch({ type: 'show/chosen', showId: 2 });
  await recalled;
  assert.deepEqual(store.get().activity, []);
});

test('without an answer the log stays as it is', async () => {
  const { store, recall } = pageWith({ kind: 'unreachable' });
  await recall();
  assert.deepEqual(store.get().activity, []);
});
