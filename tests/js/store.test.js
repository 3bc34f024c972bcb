import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createStore } from '../../frontend/js/core/store.js';

const add = (state, { type, by }) => (type === 'add' && by ? state + by : state);

test('tells listeners the state and the one before it', () => {
  const store = createStore(add, 1);
  const seen = [];
  store.subscribe((now, before) => seen.push([now, before]));
  store.dispatch({ type: 'add', by: 2 });
  assert.deepEqual(seen, [[3, 1]]);
});

test('an action that changes nothing is not told', () => {
  const store = createStore(add, 1);
  store.subscribe(() => assert.fail('nothing has changed'));
  store.dispatch({ type: 'add', by: 0 });
});

test('what a listener dispatches comes after what it is being told', () => {
  const store = createStore(add, 0);
  const seen = [];
  store.subscribe((now) => now === 1 && store.dispatch({ type: 'add', by: 10 }));
  store.subscribe((now) => seen.push(now));
  store.dispatch({ type: 'add', by: 1 });
  assert.deepEqual(seen, [1, 11]);
});

test('a listener that left hears nothing more', () => {
  const store = createStore(add, 0);
  const leave = store.subscribe(() => assert.fail('has left'));
  leave();
  store.dispatch({ type: 'add', by: 1 });
  assert.equal(store.get(), 1);
});

test('a listener that breaks does not block the store', () => {
  const store = createStore(add, 0);
  const leave = store.subscribe(() => {
    throw new Error('broken');
  });
  assert.throws(() => store.dispatch({ type: 'add', by: 1 }), /broken/);
  leave();
  store.dispatch({ type: 'add', by: 1 });
  assert.equal(store.get(), 2);
});
