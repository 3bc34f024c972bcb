import assert from 'node:assert/strict';
import { test } from 'node:test';

import { addPrices, createMoney, fromMinor, toMinor } from '../../frontend/js/core/money.js';

test('adds to the cent', () => {
  assert.equal(addPrices(Array(10).fill('0.10')), '1.00');
  assert.equal(addPrices(['12.00', '15.50', '0.05']), '27.55');
  assert.equal(addPrices([]), '0.00');
});

test('holds amounts beyond what a float can', () => {
  assert.equal(addPrices(['90071992547409.93', '0.01']), '90071992547409.94');
});

test('reads what is no amount as nothing', () => {
  assert.equal(toMinor('abc'), 0n);
  assert.equal(toMinor(undefined), 0n);
  assert.equal(toMinor('7'), 700n);
  assert.equal(toMinor('-1.5'), -150n);
});

test('writes minor units with their zeros', () => {
  assert.equal(fromMinor(5n), '0.05');
  assert.equal(fromMinor(-150n), '-1.50');
  assert.equal(fromMinor(1200n, 0), '1200');
});

test('is shown short and spoken long', () => {
  const money = createMoney('en-GB');
  assert.equal(money.short('36.00', 'EUR'), '€36.00');
  assert.equal(money.spoken('12.00', 'EUR'), '12.00 euros');
});

test('an unknown currency leaves the number as it is', () => {
  assert.equal(createMoney('en-GB').short('36.00', null), '36.00');
});
