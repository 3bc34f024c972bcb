import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compareSeats, fullName, readLabel, seatsInShort } from '../../frontend/js/core/seat-names.js';
import { sayInEnglish as say } from './languages.js';

const named = (...labels) => labels.map(readLabel);

test('neighbours are told as one', () => {
  assert.equal(seatsInShort(named('C9', 'C7', 'C8'), 'en-GB'), 'C7–C9');
  assert.equal(seatsInShort(named('C4', 'C5'), 'en-GB'), 'C4 and C5');
  assert.equal(seatsInShort(named('A1', 'B1', 'B2', 'B3', 'D9'), 'en-GB'), 'A1, B1–B3 and D9');
});

test('seats of different rows are never one run', () => {
  assert.equal(seatsInShort(named('A10', 'B11'), 'en-GB'), 'A10 and B11');
});

test('row AA comes after row Z, and 10 after 9', () => {
  const sorted = named('AA1', 'Z10', 'Z9', 'A2').sort(compareSeats).map((seat) => seat.label);
  assert.deepEqual(sorted, ['A2', 'Z9', 'Z10', 'AA1']);
});

test('labels are read in every spelling', () => {
  assert.deepEqual(readLabel('c-04'), { row: 'C', number: 4, label: 'c-04' });
  assert.equal(readLabel('box').number, 0);
});

test('the full name tells row, seat, kind, price and state', () => {
  const seat = { row: 'C', number: 4, features: ['wheelchair', 'unheard of'] };
  assert.equal(
    fullName(seat, { say, price: '12.00 euros', state: 'taken' }),
    'Row C, seat 4, wheelchair place, 12.00 euros, held by someone else',
  );
});

test('in a language that runs the other way each label keeps its order, and the list the language’s', () => {
  const seats = ['C4', 'C5', 'C6', 'D1'].map(readLabel);
  assert.equal(seatsInShort(seats, 'ar-u-nu-latn'), '\u2068C4–C6\u2069 و\u2068D1\u2069');
});
