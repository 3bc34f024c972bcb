import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createPicksMemory, storageOf } from '../../frontend/js/net/memory.js';

function memoryOn(kept = new Map()) {
  return createPicksMemory({ getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => kept.set(key, text) });
}

test('what was picked is remembered for its show only', () => {
  const kept = new Map();
  memoryOn(kept).keep({ showId: 3, picked: [7, 9] });
  assert.deepEqual(memoryOn(kept).of(3), [7, 9]);
  assert.deepEqual(memoryOn(kept).of(4), []);
});

test('what somebody else wrote there is not believed', () => {
  const texts = ['{', '"x"', '{"showId":3}', '{"showId":3,"picked":["7",null,9]}'];
  const read = texts.map((text) => memoryOn(new Map([['holdfast.picked', text]])).of(3));
  assert.deepEqual(read, [[], [], [], [9]]);
});

test('a forbidden storage stops nobody', () => {
  const forbidden = () => {
    throw new Error('forbidden');
  };
  const memory = createPicksMemory({ getItem: forbidden, setItem: forbidden });
  memory.keep({ showId: 3, picked: [7] });
  assert.deepEqual(memory.of(3), []);
});

test('without storage things are remembered as long as the page lives', () => {
  const storage = storageOf('no such storage');
  storage.setItem('a', '1');
  assert.equal(storage.getItem('a'), '1');
  storage.removeItem('a');
  assert.equal(storage.getItem('a'), null);
});
