import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createIntents, createKeys } from '../../frontend/js/net/intents.js';

function shelf() {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => kept.set(key, text), removeItem: (key) => kept.delete(key), kept };
}

function intentsOn(storage, clock = { time: 1000 }) {
  let serial = 0;
  return createIntents({ storage, now: () => clock.time, newKey: () => `key-${(serial += 1)}` });
}

test('what was sent and not answered is found after a reload', () => {
  const storage = shelf();
  const sent = intentsOn(storage).open('book', '/api/seats/book-batch/', { show_id: 1 });
  assert.deepEqual(intentsOn(storage).left(), sent);
});

test('what was answered is forgotten, and only that', () => {
  const intents = intentsOn(shelf());
  const first = intents.open('hold', '/h', {});
  const second = intents.open('book', '/b', {});
  intents.close(first);
  assert.equal(intents.left().key, second.key);
  intents.close(second);
  assert.equal(intents.left(), null);
});

test('after five minutes nobody waits for it any more', () => {
  const clock = { time: 0 };
  const intents = intentsOn(shelf(), clock);
  intents.open('book', '/b', {});
  clock.time = 5 * 60000;
  assert.notEqual(intents.left(), null);
  clock.time += 1;
  assert.equal(intents.left(), null);
});

test('a full or broken storage stops nobody', () => {
  const storage = shelf();
  storage.setItem = () => {
    throw new Error('full');
  };
  assert.equal(intentsOn(storage).open('book', '/b', {}).kind, 'book');
  storage.kept.set('holdfast.intent', '{not json');
  assert.equal(intentsOn(storage).left(), null);
});

test('keys are long, printable and never the same', () => {
  const newKey = createKeys(globalThis.crypto);
  const keys = new Set(Array.from({ length: 200 }, newKey));
  assert.equal(keys.size, 200);
  for (const key of keys) assert.match(key, /^[0-9a-f]{32}$/);
});

test('a booking whose ticket nobody has seen is found again, but not taken for unanswered', () => {
  const storage = shelf();
  const intents = intentsOn(storage);
  const sent = intents.open('book', '/b', {});
  intents.keepUntilSeen(sent);
  assert.equal(intents.left(), null);
  assert.equal(intentsOn(storage).left({ unseen: true }).key, sent.key);
  intents.seen();
  assert.equal(intents.left({ unseen: true }), null);
});

test('seeing a ticket crosses out no request that waits for its answer', () => {
  const intents = intentsOn(shelf());
  const sent = intents.open('hold', '/h', {});
  intents.seen();
  assert.deepEqual(intents.left(), sent);
});
