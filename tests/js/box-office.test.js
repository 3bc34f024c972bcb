import assert from 'node:assert/strict';
import { test } from 'node:test';

import { reduce } from '../../frontend/js/core/reducer.js';
import { createStore } from '../../frontend/js/core/store.js';
import { createBoxOffice } from '../../frontend/js/net/box-office.js';
import { createIntents } from '../../frontend/js/net/intents.js';
import { after, holdOf, idOf, openPage, settle } from './sample-hall.js';

const noon = Date.parse('2029-12-31T12:00:00.000Z');

// A box office whose server is a list of results, by path.
function officeWith(replies, { known = true, held = [] } = {}) {
  const posts = [];
  const asked = [];
  const told = [];
  const wantsToKnow = [];
  let nudges = 0;
  let page = openPage(['SSSS', 'SSSS']);
  if (known) page = after(page, { type: 'person/known', name: 'owner' });
  if (held.length) page = after(page, { type: 'hold/made', hold: holdOf(page, held), at: 0 });
  const store = createStore(reduce, page);
  const kept = new Map();
  const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, text) => kept.set(key, text), removeItem: (key) => kept.delete(key) };
  let serial = 0;
  const intents = createIntents({ storage, now: () => noon, newKey: () => `key-${(serial += 1)}` });
  const api = {
    async post(path, body, { key, onWaiting }) {
      posts.push({ path, body, key });
      const reply = replies.post.shift();
      return typeof reply === 'function' ? reply({ onWaiting }) : { sentAt: noon, receivedAt: noon, ...reply };
    },
    async get(path) {
      asked.push(path);
      const name = path.includes('my-holds') ? 'holds' : 'bookings';
      return { kind: 'answer', sentAt: noon, receivedAt: noon, body: { [name]: replies[name] ?? [] } };
    },
  };
  const office = createBoxOffice({
    api,
    store,
    intents,
    poller: { nudge: () => (nudges += 1) },
    tell: (what) => told.push(what),
    now: () => noon,
    askWho: (question) => wantsToKnow.push(question),
  });
  return { office, store, posts, asked, told, wantsToKnow, intents, nudges: () => nudges, ids: (...labels) => labels.map((label) => idOf(page, label)), page };
}

const answer = (body, more = {}) => ({ kind: 'answer', status: 200, body, ...more });
const problem = (status, code, more = {}) => ({ kind: 'problem', status, code, problem: { code, ...more } });

test('holding sends the seats with a key and shows what the server granted', async () => {
  const page = openPage(['SSSS', 'SSSS']);
  const { office, store, posts, told, nudges, ids, intents } = officeWith({ post: [answer({ hold: holdOf(page, ['A1', 'A2']) })] });
  await office.hold(ids('A1', 'A2'));
  assert.deepEqual(posts, [{ path: '/api/seats/hold-batch/', body: { show_id: 1, seat_ids: ids('A1', 'A2') }, key: 'key-1' }]);
  assert.deepEqual([...store.get().holdIds], ids('A1', 'A2'));
  assert.deepEqual([store.get().pending, told, nudges(), intents.left()], [null, ['mine'], 1, null]);
});

test('who is not logged in is asked first, and then the same seats are held', async () => {
  const page = openPage(['SSSS', 'SSSS']);
  const { office, store, posts, wantsToKnow, ids } = officeWith({ post: [answer({ hold: holdOf(page, ['A1']) })] }, { known: false });
  assert.equal(office.hold(ids('A1')), null);
  assert.equal(posts.length, 0);
  store.dispatch({ type: 'person/known', name: 'owner' });
  await wantsToKnow[0].then();
  assert.deepEqual(posts[0].body.seat_ids, ids('A1'));
});

test('a session that ended on the way is the same question', async () => {
  const page = openPage(['SSSS', 'SSSS']);
  const { office, store, posts, wantsToKnow, ids } = officeWith({ post: [problem(401, 'not_authenticated'), answer({ hold: holdOf(page, ['A1']) })] });
  store.dispatch({ type: 'picks/changed', picked: ids('A1') });
  await office.hold(ids('A1'));
  assert.equal(store.get().person.phase, 'guest');
  assert.deepEqual(store.get().picked, ids('A1'));
  store.dispatch({ type: 'person/known', name: 'owner' });
  await wantsToKnow[0].then();
  assert.notEqual(posts[1].key, posts[0].key);
  assert.deepEqual([...store.get().holdIds], ids('A1'));
});

test('a conflict becomes a note with the alternatives', async () => {
  const conflicts = [{ id: 1, row: 'A', number: 1, label: 'A1', status: 'BOOKED' }];
  const { office, store, ids } = officeWith({ post: [problem(409, 'seats_unavailable', { conflicts, alternatives: [['B1', 'B2']] })] });
  store.dispatch({ type: 'picks/changed', picked: ids('A1', 'A2') });
  await office.hold(ids('A1', 'A2'));
  assert.deepEqual(store.get().picked, ids('A2'));
  assert.deepEqual(store.get().note.offers, [{ kind: 'hold', ids: ids('B1', 'B2') }]);
});

test('while one request is under way there is no second', async () => {
  let letGo;
  const { office, posts, store, ids } = officeWith({ post: [() => new Promise((resolve) => (letGo = resolve))] });
  const first = office.hold(ids('A1'));
  await settle();
  assert.equal(store.get().pending.kind, 'hold');
  assert.equal(office.hold(ids('A2')), null);
  assert.equal(office.book(), null);
  letGo(problem(409, 'sales_closed'));
  await first;
  assert.equal(posts.length, 1);
  assert.equal(store.get().note.key, 'problem.closed');
});

test('waiting for a lost line is shown', async () => {
  let seen;
  const office = officeWith({
    post: [
      ({ onWaiting }) => {
        onWaiting();
        seen = office.store.get().pending;
        return answer({ released: ['A1'] });
      },
    ],
  }, { held: ['A1'] });
  await office.office.release();
  assert.deepEqual(seen, { kind: 'release', waiting: true });
});

test('a request that stayed without an answer is resumed with the same key', async () => {
  const booking = { reference: 'K7M2', show_id: 1, seats: [], total_price: '10.50', currency: 'EUR' };
  const { office, store, posts, intents } = officeWith(
    { post: [{ kind: 'unreachable' }, answer({ booking }, { replayed: true })], bookings: [booking] },
    { held: ['A1'] },
  );
  await office.book();
  assert.equal(store.get().note.key, 'problem.unreachable');
  assert.equal(intents.left().key, 'key-1');
  await office.resume();
  assert.deepEqual(posts.map(({ key }) => key), ['key-1', 'key-1']);
  assert.deepEqual(posts[1].body, posts[0].body);
  assert.equal(store.get().ticket.reference, 'K7M2');
  assert.equal(intents.left(), null);
});

test('a replayed hold is read anew, because time has passed since it was granted', async () => {
  const page = openPage(['SSSS', 'SSSS']);
  const now = holdOf(page, ['A1'], { expires_at: '2029-12-31T12:08:00.000Z', expires_in: 480 });
  const { office, store, ids } = officeWith({ post: [answer({ hold: holdOf(page, ['A1', 'A2']) }, { replayed: true })], holds: [now] });
  await office.hold(ids('A1', 'A2'));
  assert.deepEqual([...store.get().holdIds], ids('A1'));
  assert.equal(store.get().hold.expires_at, '2029-12-31T12:08:00.000Z');
});

test('a hold that ran out is told with its seats to take again', async () => {
  const { office, store, ids } = officeWith({ post: [problem(410, 'hold_expired')] }, { held: ['A1', 'A2'] });
  await office.book();
  assert.equal(store.get().hold, null);
  assert.equal(store.get().note.key, 'problem.expired');
  assert.deepEqual(store.get().note.offers, [{ kind: 'again', ids: ids('A1', 'A2') }]);
});

test('what our clock calls over is over only when the server says so', async () => {
  const page = openPage(['SSSS', 'SSSS']);
  const longer = holdOf(page, ['A1'], { expires_at: '2029-12-31T12:20:00.000Z', expires_in: 1200 });
  const { office, store } = officeWith({ post: [], holds: [longer] }, { held: ['A1'] });
  await office.deadlinePassed();
  assert.equal(store.get().hold.expires_at, '2029-12-31T12:20:00.000Z');
  assert.equal(store.get().note, null);
});

test('booking asks for the seats that are shown, no more', async () => {
  const booking = { reference: 'K7M2', show_id: 1, seats: [], total_price: '21.00', currency: 'EUR' };
  const { office, posts, ids } = officeWith({ post: [answer({ booking })] }, { held: ['A1', 'A2'] });
  await office.book();
  assert.deepEqual(posts[0].body, { show_id: 1, seat_ids: ids('A1', 'A2') });
});

test('a cancelled booking is told by its reference', async () => {
  const { office, store, posts } = officeWith({ post: [answer({ booking: { reference: 'K7/2', seats: [], status: 'cancelled' } })] });
  await office.cancel('K7/2');
  assert.equal(posts[0].path, '/api/seats/bookings/K7%2F2/cancel/');
  assert.deepEqual(store.get().note.values, { reference: 'K7/2' });
});

test('a guest’s page asks for nobody’s holds', async () => {
  const { office, asked } = officeWith({ post: [] }, { known: false });
  await office.refreshMine();
  assert.deepEqual(asked, []);
});

const bookingOf = (page) => ({ reference: 'K7M2', show_id: 1, seats: holdOf(page, ['A1']).seats, total_price: '10.50', currency: 'EUR', status: 'confirmed', booked_at: '2029-12-31T11:59:58.000Z' });

test('a booking is asked for again until its ticket was seen', async () => {
  const page = openPage(['SSSS', 'SSSS']);
  const booking = bookingOf(page);
  const { office, store, posts, intents } = officeWith({ post: [answer({ booking }), answer({ booking }, { replayed: true })], bookings: [booking] }, { held: ['A1'] });
  await office.book();
  await settle();
  assert.equal(office.resume(), null);
  store.dispatch({ type: 'ticket/closed' });
  await office.resume({ unseen: true });
  assert.equal(posts[1].key, posts[0].key);
  assert.equal(store.get().ticket.reference, 'K7M2');
  assert.equal(store.get().activity[0].at, Date.parse(booking.booked_at));
  intents.seen();
  assert.equal(office.resume({ unseen: true }), null);
});

test('a booking that was cancelled meanwhile shows no ticket', async () => {
  const page = openPage(['SSSS', 'SSSS']);
  const booking = bookingOf(page);
  const { office, store, intents } = officeWith({ post: [answer({ booking }, { replayed: true })], bookings: [{ ...booking, status: 'cancelled' }] });
  await office.book([1]);
  assert.equal(store.get().ticket, null);
  assert.equal(intents.left({ unseen: true }), null);
});
