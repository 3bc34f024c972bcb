import assert from 'node:assert/strict';
import { test } from 'node:test';

import { reduce } from '../../frontend/js/core/reducer.js';
import { primaryAction } from '../../frontend/js/core/selectors.js';
import { createStore } from '../../frontend/js/core/store.js';
import { createProofDesk } from '../../frontend/js/net/proof-desk.js';
import { after, holdOf, openPage, settle, show } from './sample-hall.js';

const picture = new Blob(['a picture']);

function deskWith({ kept = new Map(), held = true } = {}) {
  const requests = [];
  const questions = [];
  let page = after(openPage(), { type: 'shows/loaded', shows: [show], paymentMode: 'proof' }, { type: 'person/known', name: 'owner' });
  if (held) page = after(page, { type: 'hold/made', hold: holdOf(page, ['A1']), at: 0 });
  const store = createStore(reduce, page);
  let serial = 0;
  class Request {
    constructor() {
      this.upload = {};
      this.headers = {};
      requests.push(this);
    }
    open(...address) {
      this.address = address;
    }
    setRequestHeader(name, value) {
      this.headers[name] = value;
    }
    send(body) {
      this.body = body;
    }
    abort() {
      this.aborted = true;
      this.onabort();
    }
    async reply(status, response) {
      Object.assign(this, { status, response });
      this.onload();
      await settle();
    }
  }
  const desk = createProofDesk({
    newRequest: () => new Request(),
    store,
    storage: { getItem: (name) => kept.get(name) ?? null, setItem: (name, text) => kept.set(name, text), removeItem: (name) => kept.delete(name) },
    newKey: () => `key-${(serial += 1)}`,
    askWho: (question) => questions.push(question),
  });
  return { desk, store, requests, kept, questions, proof: () => store.get().proof, action: () => primaryAction(store.get(), 0) };
}

test('the one button asks for a picture first, and to confirm once it has arrived', async () => {
  const { desk, requests, action, proof } = deskWith();
  assert.deepEqual([action().kind, action().phase], ['prove', 'empty']);
  desk.handIn(picture);
  assert.deepEqual([action().kind, action().phase], ['prove', 'sending']);
  const [request] = requests;
  assert.deepEqual([request.address, request.headers['Idempotency-Key'], request.body.get('file').size], [['POST', '/api/seats/payment-proofs/'], 'key-1', picture.size]);
  request.upload.onprogress({ loaded: 30, total: 60 });
  assert.equal(proof().share, 0.5);
  await request.reply(201, { id: 'p-1' });
  assert.deepEqual([proof().phase, proof().id, action().kind], ['kept', 'p-1', 'book']);
});

test('without an answer it is sent again with the same key', async () => {
  const { desk, requests, proof } = deskWith();
  desk.handIn(picture);
  requests[0].onerror();
  await settle();
  assert.deepEqual([proof().phase, proof().problem], ['failed', 'proof.cut']);
  desk.again();
  await requests[1].reply(503, null);
  assert.equal(proof().problem, 'problem.busy');
  desk.again();
  await requests[2].reply(201, { id: 'p-1' });
  assert.equal(proof().phase, 'kept');
  assert.deepEqual(requests.map((one) => one.headers['Idempotency-Key']), ['key-1', 'key-1', 'key-1']);
});

test('another picture takes the place of the one under way, with a key of its own', async () => {
  const { desk, requests, proof } = deskWith();
  desk.handIn(picture);
  desk.handIn(new Blob(['another']));
  assert.equal(requests[0].aborted, true);
  requests[0].upload.onprogress({ loaded: 60, total: 60 });
  await requests[1].reply(201, { id: 'p-2' });
  assert.deepEqual([proof().id, requests[1].headers['Idempotency-Key']], ['p-2', 'key-2']);
});

test('a refusal says what to do', async () => {
  for (const [status, code, phase, problem] of [
    [413, 'too_large', 'refused', 'proof.tooLarge'],
    [400, 'invalid', 'refused', 'proof.notPicture'],
    [429, 'throttled', 'failed', 'problem.busy'],
    [403, 'forbidden', 'failed', 'problem.unknown'],
  ]) {
    const { desk, requests, proof } = deskWith();
    desk.handIn(picture);
    await requests[0].reply(status, { code });
    assert.deepEqual([proof().phase, proof().problem], [phase, problem], code);
  }
});

test('whose session has ended is asked who they are, and it goes on', async () => {
  const { desk, requests, questions, proof } = deskWith();
  desk.handIn(picture);
  await requests[0].reply(401, { code: 'not_authenticated' });
  questions[0].then();
  await requests[1].reply(201, { id: 'p-1' });
  assert.equal(proof().phase, 'kept');
});

test('what has arrived is known after a reload, until it is spent', async () => {
  const { desk, requests, kept } = deskWith();
  desk.handIn(picture);
  await requests[0].reply(201, { id: 'p-1' });
  const again = deskWith({ kept });
  assert.deepEqual(again.proof(), { phase: 'kept', id: 'p-1' });
  const { hold } = again.store.get();
  again.store.dispatch({ type: 'booking/made', booking: { reference: 'K7', show_id: 1, seats: hold.seats, status: 'in_review' }, at: 0 });
  assert.equal(again.proof(), null);
  assert.equal(deskWith({ kept }).proof(), null);
});

test('it waits for a hold, outlives one that ran out, and leaves with its customer', async () => {
  const kept = new Map([['holdfast.proof', JSON.stringify({ showId: 1, id: 'p-1' })]]);
  const { store, proof } = deskWith({ kept, held: false });
  assert.equal(proof(), null);
  const hold = holdOf(store.get(), ['A1']);
  store.dispatch({ type: 'hold/made', hold, at: 0 });
  assert.equal(proof().id, 'p-1');
  store.dispatch({ type: 'hold/ended' });
  store.dispatch({ type: 'hold/made', hold, at: 0 });
  assert.equal(proof().id, 'p-1');
  store.dispatch({ type: 'person/guest' });
  assert.deepEqual([proof(), kept.size], [null, 0]);
});

test('an answer for the show before is not taken for this one', async () => {
  const { desk, store, requests, proof } = deskWith();
  desk.handIn(picture);
  store.dispatch({ type: 'show/chosen', showId: 2 });
  await requests[0].reply(201, { id: 'p-1' });
  assert.equal(proof(), null);
});
