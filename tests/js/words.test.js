import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { createWords } from '../../frontend/js/core/words.js';
import { english, languages, sayInEnglish as say } from './languages.js';

const scripts = new URL('../../frontend/js/', import.meta.url).pathname;
const page = readFileSync(new URL('../../frontend/index.html', import.meta.url), 'utf8');
const sources = readdirSync(scripts, { recursive: true })
  .filter((name) => name.endsWith('.js'))
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
  const inPage = [...page.matchAll(/\{\{ words\.(\w+\.\w+) \}\}/g)].map((match) => `'${match[1]}'`);
  assert.ok(inPage.length > 8);
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

test('the sentences that are in the page are in the dictionary, and nothing else is said there', () => {
  for (const [, key] of page.matchAll(/\{\{ words\.(\w+\.\w+) \}\}/g)) assert.equal(typeof english[key], 'string', key);
  const said = page.replace(/<!doctype html>|<[^>]*>|\{[{%].*?[%}]\}/g, '').trim();
  assert.equal(said, 'Holdfast');
});

// Other languages

const HOW = 'docs/languages.md says how a sentence is added: a line in every file of frontend/languages';
const others = Object.entries(languages).filter(([code]) => code !== 'en');
const formsOf = (entry) => (typeof entry === 'string' ? { other: entry } : entry);
const namesIn = (text) => new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
const OF_COUNT = new Set(['count', 'number']);

test('every language has every sentence, and no other', () => {
  assert.ok(others.length >= 1);
  for (const [code, { words }] of others) {
    assert.deepEqual(Object.keys(english).filter((key) => !(key in words)), [], `not in ${code}.json; ${HOW}`);
    assert.deepEqual(Object.keys(words).filter((key) => !(key in english)), [], `in ${code}.json only; ${HOW}`);
  }
});

test('every language counts in all the plurals it has', () => {
  for (const [code, { words, formats }] of Object.entries(languages)) {
    const needed = new Set(new Intl.PluralRules(formats).resolvedOptions().pluralCategories);
    for (const [key, entry] of Object.entries(words)) {
      assert.equal(typeof entry, typeof english[key], `${code}: ${key}`);
      if (typeof entry === 'string') continue;
      const missing = [...needed].filter((form) => !(form in entry));
      assert.deepEqual(missing, [], `${code}: ${key} has no form for these counts`);
    }
  }
});

test('every translation is filled in with the same values as the English sentence', () => {
  for (const [code, { words }] of others) {
    for (const [key, entry] of Object.entries(words)) {
      const known = new Set(Object.values(formsOf(english[key])).flatMap((text) => [...namesIn(text)]));
      if (known.has('number')) known.add('count');
      for (const [form, text] of Object.entries(formsOf(entry))) {
        const named = namesIn(text);
        assert.deepEqual([...named].filter((name) => !known.has(name)), [], `${code}: ${key} ${form}`);
        // How many there are may be told by the words; nothing else may be left out.
        const needed = form === 'zero' ? namesIn(english[key].zero ?? text) : known;
        assert.deepEqual([...needed].filter((name) => !named.has(name) && !OF_COUNT.has(name)), [], `${code}: ${key} ${form}`);
        assert.ok(text.trim() || key === 'list.comma', `${code}: ${key} ${form}`);
      }
    }
  }
});

test('each language knows its own name and how it writes numbers', () => {
  for (const [code, { name, formats }] of Object.entries(languages)) {
    assert.ok(name);
    assert.equal(new Intl.Locale(formats).language, code);
  }
});

test('Arabic counts in six forms', () => {
  const { words, formats } = languages.ar;
  const inArabic = createWords(words, formats);
  const told = [0, 1, 2, 3, 11, 100].map((count) => inArabic('shows.free', { count }));
  assert.equal(new Set(told).size, 6);
  assert.equal(told[3], '3 مقاعد شاغرة');
});

test('what is filled in between letters that run the other way stands apart', () => {
  const { words, formats } = languages.ar;
  const inArabic = createWords(words, formats);
  assert.equal(inArabic('panel.until', { time: '19:30' }), 'حتى \u206819:30\u2069');
  assert.equal(say('panel.until', { time: '19:30' }), 'until 19:30');
});

test('facts stand beside each other, each on its own, and in the order of the language', () => {
  const { words, formats } = languages.ar;
  const inArabic = createWords(words, formats);
  const when = inArabic('times.dayAndClock', { day: 'الأحد', time: '20:30' });
  assert.equal(inArabic.line([when, '', 'Saal 1', '0+']), `${when} · \u2068Saal 1\u2069 · \u20680+\u2069`);
  assert.equal(say.line(['Sun 22 Nov', null, 'Saal 1']), 'Sun 22 Nov · Saal 1');
});
