import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createApiClient } from '../../frontend/js/net/api-client.js';
import { handClock, jsonAnswer, settle } from './sample-hall.js';

// A network that answers from a list: a response, a failure, or nothing ever.
function clientWith(answers, options = {}) {
  const clock = handClock(1000000);
  const asked = [];
  const api = createApiClient({
    fetch(path, request) {
      asked.push({ path, at: clock.now(), ...request });
      const answer = answers.shift();
      // As browsers do it: they follow a POST with a GET, unless they are told not to.
      if (answer === 'pointed back') {
        const unfollowed = { status: 0, ok: false, type: 'opaqueredirect', headers: new Headers() };
        return Promise.resolve(request.redirect === 'manual' ? unfollowed : jsonAnswer({ code: 'method_not_allowed' }, { status: 405 }));
      }
      if (answer === 'cut') return Promise.reject(new TypeError('network'));
      if (answer === 'silence') {
        return new Promise((resolve, reject) => request.signal.addEventListener('abort', () => reject(new Error('aborted'))));
      }
      return Promise.resolve(answer);
    },
    wait: clock.wait,
    now: clock.now,
    random: () => 0,
    ...options,
  });
  return { api, asked, clock };
}

async function finished(promise, clock, pause = 200000) {
  let result;
  promise.then((value) => (result = value));
  for (let spent = 0; spent < pause && result === undefined; spent += 100) await clock.pass(100);
  return result;
}

test('an answer comes with its body and its times', async () => {
  const { api, asked } = clientWith([jsonAnswer({ shows: [] }, { headers: { ETag: '"7"' } })]);
  const result = await api.get('/api/seats/shows/');
  assert.deepEqual([result.kind, result.body, result.etag], ['answer', { shows: [] }, '"7"']);
  assert.equal(asked[0].credentials, 'same-origin');
});

test('an explained refusal is a problem with its code', async () => {
  const { api } = clientWith([jsonAnswer({ code: 'seat_limit', limit: 10 }, { status: 409 })]);
  const result = await api.post('/x', {});
  assert.deepEqual([result.kind, result.status, result.code, result.problem.limit], ['problem', 409, 'seat_limit', 10]);
});

test('not modified is an answer without a body, and the tag was sent', async () => {
  const { api, asked } = clientWith([jsonAnswer(null, { status: 304 })]);
  const result = await api.get('/x', { etag: '"7"' });
  assert.deepEqual([result.kind, result.body], ['answer', null]);
  assert.equal(asked[0].headers['If-None-Match'], '"7"');
});

test('a page of somebody else’s is no answer', async () => {
  const html = () => new Response('<h1>Please log in to this hotspot</h1>', { headers: { 'Content-Type': 'text/html' } });
  const { api, clock } = clientWith([html(), html(), html()]);
  assert.equal((await finished(api.get('/x'), clock)).kind, 'unreachable');
});

test('broken JSON is no answer', async () => {
  const broken = new Response('{"shows": [', { headers: { 'Content-Type': 'application/json' } });
  const { api } = clientWith([broken]);
  assert.equal((await api.get('/x', { tries: 1 })).kind, 'unreachable');
});

test('a refusal that is no JSON still tells its status', async () => {
  const plain = new Response('no', { status: 404, headers: { 'Content-Type': 'text/plain' } });
  const { api } = clientWith([plain]);
  assert.deepEqual((({ kind, status, code }) => [kind, status, code])(await api.get('/x')), ['problem', 404, 'unknown']);
});

test('a GET is asked again after a failure, further and further apart', async () => {
  const { api, asked, clock } = clientWith(['cut', jsonAnswer({}, { status: 503 }), jsonAnswer({ ok: 1 })]);
  const result = await finished(api.get('/x'), clock);
  assert.equal(result.kind, 'answer');
  assert.deepEqual(asked.map(({ at }) => at - asked[0].at), [0, 500, 1500]);
});

test('a GET gives up after three tries', async () => {
  const { api, asked, clock } = clientWith(['cut', 'cut', 'cut', 'cut']);
  assert.equal((await finished(api.get('/x'), clock)).kind, 'unreachable');
  assert.equal(asked.length, 3);
});

test('a refusal for good is not asked again', async () => {
  const { api, asked } = clientWith([jsonAnswer({ code: 'show_not_found' }, { status: 404 }), jsonAnswer({})]);
  await api.get('/x');
  assert.equal(asked.length, 1);
});

test('a POST without a key is sent once, whatever happens', async () => {
  const { api, asked, clock } = clientWith(['cut', jsonAnswer({})]);
  assert.equal((await finished(api.post('/x', {}), clock)).kind, 'unreachable');
  assert.equal(asked.length, 1);
});

test('a POST with a key is sent again with the very same key and body until it is answered', async () => {
  const { api, asked, clock } = clientWith(['cut', 'cut', jsonAnswer({ booked: 1 }, { headers: { 'Idempotency-Replayed': 'true' } })]);
  let waited = 0;
  const result = await finished(api.post('/x', { show_id: 1 }, { key: 'k1', onWaiting: () => (waited += 1) }), clock);
  assert.deepEqual([result.kind, result.replayed, waited], ['answer', true, 2]);
  assert.deepEqual(new Set(asked.map(({ headers }) => headers['Idempotency-Key'])), new Set(['k1']));
  assert.deepEqual(new Set(asked.map(({ body }) => body)), new Set(['{"show_id":1}']));
  assert.equal(asked.length, 3);
});

test('a POST that a restarting host points back to its address is sent again, as a POST', async () => {
  const { api, asked, clock } = clientWith(['pointed back', jsonAnswer({ booked: 1 })]);
  const result = await finished(api.post('/x', {}, { key: 'k' }), clock);
  assert.deepEqual([result.kind, result.body], ['answer', { booked: 1 }]);
  assert.deepEqual(asked.map(({ method }) => method), ['POST', 'POST']);
});

test('a twin that is still running is waited for', async () => {
  const busy = jsonAnswer({ code: 'idempotency_in_progress' }, { status: 409 });
  const { api, clock } = clientWith([busy, jsonAnswer({ ok: 1 })]);
  assert.equal((await finished(api.post('/x', {}, { key: 'k' }), clock)).kind, 'answer');
});

test('a conflict is an outcome and not sent again', async () => {
  const { api, asked } = clientWith([jsonAnswer({ code: 'seats_unavailable' }, { status: 409 }), jsonAnswer({})]);
  assert.equal((await api.post('/x', {}, { key: 'k' })).code, 'seats_unavailable');
  assert.equal(asked.length, 1);
});

test('the pause the server orders is kept, and a long one is told instead', async () => {
  const soon = clientWith([jsonAnswer({ code: 'busy' }, { status: 503, headers: { 'Retry-After': '3' } }), jsonAnswer({})]);
  await finished(soon.api.get('/x'), soon.clock);
  assert.equal(soon.asked[1].at - soon.asked[0].at, 3000);
  const late = clientWith([jsonAnswer({ code: 'throttled' }, { status: 429, headers: { 'Retry-After': '600' } })]);
  const result = await late.api.post('/x', {}, { key: 'k' });
  assert.deepEqual([result.code, result.retryAfter], ['throttled', 600]);
});

test('silence ends after the time-out', async () => {
  const { api, clock } = clientWith(['silence']);
  const asked = api.get('/x', { tries: 1 });
  await clock.pass(9999);
  assert.equal(await Promise.race([asked.then(() => 'ended'), settle().then(() => 'waiting')]), 'waiting');
  await clock.pass(2);
  assert.equal((await asked).kind, 'unreachable');
});

test('a POST with a key gives up when patience ends', async () => {
  const { api, asked, clock } = clientWith(Array(50).fill('cut'), { patience: 10000 });
  assert.equal((await finished(api.post('/x', {}, { key: 'k' }), clock)).kind, 'unreachable');
  assert.ok(asked.length > 3 && asked.at(-1).at - asked[0].at < 30000);
});

test('when the line is back nobody waits for the next try', async () => {
  const { api, asked, clock } = clientWith(['cut', 'cut', 'cut', 'cut', jsonAnswer({})]);
  const sent = api.post('/x', {}, { key: 'k' });
  await clock.pass(4000);
  assert.equal(asked.length, 4);
  api.hurry();
  await settle();
  assert.equal(asked.length, 5);
  assert.equal((await sent).kind, 'answer');
});

test('a stopped question is neither answer nor failure', async () => {
  const { api } = clientWith(['silence']);
  const stop = new AbortController();
  const asked = api.get('/x', { signal: stop.signal, tries: 1 });
  await settle();
  stop.abort();
  assert.equal((await asked).kind, 'stopped');
});
