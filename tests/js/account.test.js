import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createAccount } from '../../frontend/js/net/account.js';

function accountWith(...results) {
  const sent = [];
  const done = [];
  const next = async (path, body) => {
    sent.push({ path, body });
    return results.shift();
  };
  const account = createAccount({ api: { post: next, get: next }, dispatch: (action) => done.push(action), tell: () => {} });
  return { account, sent, done };
}

const user = { kind: 'answer', body: { token: 'secret', user: { username: 'owner' } } };

test('logging in keeps the name and nothing secret', async () => {
  const { account, done } = accountWith(user);
  assert.deepEqual(await account.logIn('owner', 'pass'), { done: true });
  assert.deepEqual(done, [{ type: 'person/known', name: 'owner' }]);
});

test('registering logs in as well, and sends an e-mail only if there is one', async () => {
  const { account, sent, done } = accountWith({ kind: 'answer', body: {} }, user);
  await account.register('owner', 'pass', '');
  assert.deepEqual(sent.map(({ path }) => path), ['/api/seats/register/', '/api/seats/login/']);
  assert.deepEqual(sent[0].body, { username: 'owner', password: 'pass' });
  assert.equal(done.length, 1);
});

test('a refusal comes back in words, field by field', async () => {
  const refusal = { kind: 'problem', status: 400, code: 'invalid', problem: { errors: { password: ['Too short.', 'Too common.'] } } };
  const { account } = accountWith(refusal);
  const result = await account.register('owner', 'x', '');
  assert.equal(result.done, false);
  assert.equal(result.sentence.key, 'problem.check');
  assert.deepEqual([...result.fields], [['password', 'Too short. Too common.']]);
});

test('a wrong password is told without a code', async () => {
  const { account } = accountWith({ kind: 'problem', status: 401, code: 'invalid_credentials', problem: {} });
  assert.equal((await account.logIn('owner', 'x')).sentence.key, 'problem.credentials');
});

test('nobody is somebody only when the server says so, and silence says nothing', async () => {
  const guest = accountWith({ kind: 'problem', status: 401, code: 'not_authenticated' });
  await guest.account.whoAmI();
  assert.deepEqual(guest.done, [{ type: 'person/guest' }]);
  const silence = accountWith({ kind: 'unreachable' });
  await silence.account.whoAmI();
  assert.deepEqual(silence.done, []);
});

test('a session that is already over is logged out', async () => {
  const { account, done } = accountWith({ kind: 'problem', status: 401, code: 'not_authenticated' });
  assert.equal((await account.logOut()).done, true);
  assert.deepEqual(done, [{ type: 'person/guest' }]);
});
