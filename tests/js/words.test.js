import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { createWords, english } from '../../frontend/js/core/words.js';

const say = createWords(english, 'en');
const scripts = new URL('../../frontend/js/', import.meta.url).pathname;
const page = readFileSync(new URL('../../frontend/index.html', import.meta.url), 'utf8');
const sources = readdirSync(scripts, { recursive: true })
  .filter((name) => name.endsWith('.js') && !name.endsWith('words.js'))
  .map((name) => readFileSync(join(scripts, name), 'utf8'));

test('fills in what is named and leaves the rest', () => {
  assert.equal(say('seat.name', { row: 'C', number: 4 }), 'Row C, seat 4');
  assert.equal(say('seat.name', { row: 'C' }), 'Row C, seat {number}');
});

test('counts in the plural of the language', () => {
  assert.equal(say('action.hold', { count: 1, price: '€12.00' }), 'Hold 1 seat · €12.00');
  assert.equal(say('action.hold', { count: 3, price: '€36.00' }), 'Hold 3 seats · €36.00');
  assert.equal(say('say.unpicked', { seat: 'A1', count: 0 }), 'A1 taken off. Nothing picked.');
});

test('what is counted is written as a number, what is a name is not', () => {
  assert.equal(say('shows.free', { count: 50000 }), '50,000 seats free');
  assert.equal(say('seat.name', { row: 'A', number: 1204 }), 'Row A, seat 1204');
});

test('a value that looks like a pattern stays text', () => {
  assert.equal(say('account.hello', { name: '$& {name} <b>' }), 'Logged in as $& {name} <b>.');
});

test('an unknown sentence is a mistake, not silence', () => {
  assert.throws(() => say('no.such.sentence'), /no\.such\.sentence/);
});

test('every sentence that a module asks for by name exists', () => {
  const asked = sources.flatMap((source) => [...source.matchAll(/(?:say|tool)\((?:'[a-z]+', )?'([a-zA-Z]+\.[a-zA-Z.]+)'/g)].map((match) => match[1]));
  assert.ok(asked.length > 80, `only ${asked.length} found`);
  assert.deepEqual(asked.filter((key) => !(key in english)), []);
});

test('no sentence is kept that nothing asks for', () => {
  const inPage = [...page.matchAll(/data-words(?:-label)?="([^"]+)"/g)].map((match) => `'${match[1]}'`);
  const all = [...sources, ...inPage].join('\n');
  const families = [...all.matchAll(/`([a-zA-Z]+\.(?:[a-zA-Z]+\.)*)\$\{/g)].map((match) => match[1]);
  const unused = Object.keys(english).filter(
    (key) => !all.includes(`'${key}'`) && !families.some((family) => key.startsWith(family)),
  );
  assert.deepEqual(unused, []);
});

test('no sentence blames, shouts or shows a code', () => {
  const texts = Object.values(english).flatMap((entry) => (typeof entry === 'string' ? [entry] : Object.values(entry)));
  for (const text of texts) assert.doesNotMatch(text, /error|invalid|illegal|failed|!|\b[45]\d\d\b|_/i, text);
});

test('the sentences that are in the page are those of the dictionary', () => {
  const texts = [...page.matchAll(/data-words="([^"]+)">([^<]*)</g)];
  const labels = [...page.matchAll(/aria-label="([^"]+)" data-words-label="([^"]+)"/g)].map(([, text, key]) => ['', key, text]);
  assert.ok(texts.length >= 5 && labels.length >= 1);
  for (const [, key, text] of [...texts, ...labels]) assert.equal(text, english[key]);
});
