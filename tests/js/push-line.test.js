import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createPoller } from '../../frontend/js/net/poller.js';
import { createPushLine } from '../../frontend/js/net/push-line.js';
import { handClock, settle } from './sample-hall.js';

const STREAM = '/api/seat-status/stream';

// A house that counts its changes; a delta says from where to where it leads.
function house() {
  const clock = handClock(100000);
  const streams = [];
  const polls = [];
  const applied = [];
  const links = [];
  const world = { version: 1, offer: STREAM, answers: true, hidden: false, at: 0 };
  const answerSince = (since) => {
    const from = since === null ? null : Number(since.slice(1));
    const seats = Array.from({ length: world.version - (from ?? 0) }, (_, step) => ({ id: (from ?? 0) + step + 1 }));
    return { show_id: 4, cursor: `c${world.version}`, full: from === null, from, seats, poll_after_ms: 5000, ...(world.offer && { push: world.offer }) };
  };

  class EventSource {
    constructor(address) {
      const url = new URL(address, 'http://house');
      Object.assign(this, { path: url.pathname, show: url.searchParams.get('show_id'), since: url.searchParams.get('since'), closed: false, listeners: {} });
      streams.push(this);
    }
    addEventListener(name, listener) {
      this.listeners[name] = listener;
    }
    close() {
      this.closed = true;
    }
    // Everything that happened since this stream last spoke.
    speak() {
      const answer = answerSince(this.since);
      this.since = answer.cursor;
      this.say(JSON.stringify(answer));
    }
    say(data) {
      this.listeners.status({ data });
    }
    fail() {
      this.listeners.error();
    }
  }

  let line = null;
  const poller = createPoller({
    ask(path, { signal }) {
      const query = new URLSearchParams(path.split('?')[1]);
      return new Promise((resolve) => {
        const sentAt = clock.now();
        const reply = (result) => resolve({ sentAt, receivedAt: clock.now(), ...result });
        const poll = {
          since: query.get('since'),
          answer: () => reply(world.answers ? { kind: 'answer', etag: null, body: answerSince(query.get('since')) } : { kind: 'unreachable' }),
        };
        signal.addEventListener('abort', () => reply({ kind: 'stopped' }));
        polls.push(poll);
        if (!world.slow) poll.answer();
      });
    },
    now: clock.now,
    random: () => 0.5,
    timers: clock.timers,
    isHidden: () => world.hidden,
    onAnswer({ answer }) {
      if (!answer) return;
      if (!answer.full) assert.equal(answer.from, world.at, 'a delta begins where the page is');
      world.at = Number(answer.cursor.slice(1));
      applied.push(answer);
    },
    onLink: (link) => links.push(link),
    onGone() {},
    onOffer: (address) => line?.offered(address),
    onDeaf: () => line?.failed(),
  });
  line = createPushLine({ EventSource, poller, now: clock.now, random: () => 0.5, timers: clock.timers });
  const open = () => streams.filter((stream) => !stream.closed);
  return { clock, world, poller, line, streams, open, polls, applied, links };
}

async function carried() {
  const all = house();
  all.poller.start(4);
  await all.clock.pass(0);
  all.open()[0].speak();
  return all;
}

test('offered, the stream is opened from where the page is', async () => {
  const { poller, clock, streams } = house();
  poller.start(4);
  await clock.pass(0);
  assert.deepEqual(streams.map(({ path, show, since }) => [path, show, since]), [[STREAM, '4', 'c1']]);
});

test('not offered, there is none', async () => {
  const { poller, clock, streams, world } = house();
  world.offer = null;
  poller.start(4);
  await clock.pass(60000);
  assert.equal(streams.length, 0);
});

test('polls go on until the stream has spoken, and then stop', async () => {
  const { poller, clock, polls, open, links, world } = house();
  poller.start(4);
  await clock.pass(10000);
  assert.equal(polls.length, 3);
  world.version = 2;
  open()[0].speak();
  assert.deepEqual(links.at(-1), { phase: 'live', push: true });
  assert.equal(world.at, 2);
  await clock.pass(40000);
  assert.equal(polls.length, 3);
});

test('an answer of a poll that was under way when the stream spoke is not applied', async () => {
  const { poller, clock, polls, open, world, applied } = house();
  poller.start(4);
  await clock.pass(0);
  world.slow = true;
  await clock.pass(5000);
  world.version = 2;
  open()[0].speak();
  polls.at(-1).answer();
  await settle();
  assert.equal(applied.length, 2);
});

test('a word that begins before the page is not believed: the stream is opened from where the page is', async () => {
  const { poller, clock, open, world, applied } = house();
  poller.start(4);
  await clock.pass(0);
  world.version = 2;
  await clock.pass(5000);
  assert.equal(world.at, 2);
  open()[0].speak();
  assert.equal(applied.length, 2);
  await clock.pass(1000);
  assert.deepEqual(open().map(({ since }) => since), ['c2']);
  world.version = 3;
  open()[0].speak();
  assert.equal(world.at, 3);
});

test('a stream that ends is replaced by polls at once, and opened again further and further apart', async () => {
  const { clock, open, polls, links, streams, world } = await carried();
  const before = polls.length;
  open()[0].fail();
  world.version = 2;
  await clock.pass(749);
  assert.deepEqual([polls.length, open().length], [before, 0]);
  await clock.pass(1);
  assert.deepEqual([polls.length, world.at, links.at(-1).push, open().length], [before + 1, 2, false, 1]);
  for (const pause of [1500, 3000, 6000]) {
    open()[0].fail();
    const known = streams.length;
    await clock.pass(pause - 1);
    assert.equal(streams.length, known);
    await clock.pass(1);
    assert.equal(streams.length, known + 1);
  }
  open()[0].fail();
  const known = streams.length;
  await clock.pass(5 * 60000 - 1);
  assert.equal(streams.length, known, 'after many failures it is tried seldom');
  await clock.pass(1);
  assert.equal(streams.length, known + 1);
});

test('a stream that lasted is forgiven its end', async () => {
  const { clock, open, streams } = await carried();
  for (let times = 0; times < 8; times += 1) {
    await clock.pass(25000);
    const known = streams.length;
    open()[0].fail();
    await clock.pass(750);
    assert.equal(streams.length, known + 1);
    open()[0].speak();
  }
});

test('what makes no sense ends the stream', async () => {
  for (const data of ['{', '{"show_id": 5, "cursor": "c9"}', '{"show_id": 4}', 'null']) {
    const { open, applied, world } = await carried();
    open()[0].say(data);
    assert.deepEqual([open().length, applied.length, world.at], [0, 2, 1]);
  }
});

test('a server that is gone is said to be gone, and the stream is back when it is', async () => {
  const { clock, open, links, world } = await carried();
  world.answers = false;
  open()[0].fail();
  await clock.pass(750);
  assert.equal(links.at(-1).phase, 'offline');
  world.answers = true;
  world.version = 3;
  await clock.pass(60000);
  assert.deepEqual([links.at(-1).phase, open().length, world.at], ['live', 1, 3]);
  world.version = 4;
  open()[0].speak();
  assert.deepEqual([world.at, links.at(-1).push], [4, true]);
});

test('a stream that has gone deaf is noticed', async () => {
  const { clock, open, world, polls, links } = await carried();
  world.version = 2;
  const [stream] = open();
  await clock.pass(45000);
  assert.deepEqual([polls.length, world.at], [2, 1], 'asked, and the stream given a moment');
  await clock.pass(3000);
  assert.equal(stream.closed, true);
  await clock.pass(750);
  assert.deepEqual([world.at, links.at(-1)], [2, { phase: 'live', push: false }]);
});

test('a stream that brings it within that moment goes on', async () => {
  const { clock, open, world, links } = await carried();
  world.version = 2;
  await clock.pass(45000);
  open()[0].speak();
  await clock.pass(10000);
  assert.deepEqual([world.at, open().length, links.at(-1).push], [2, 1, true]);
});

test('a silent stream of a quiet show stays, and the page knows how things stand', async () => {
  const { clock, open, polls, streams } = await carried();
  await clock.pass(10 * 60000);
  assert.deepEqual([open().length, streams.length, polls.length], [1, 1, 1 + 13]);
});

test('no longer offered, it is polls again', async () => {
  const { clock, open, world, polls, streams } = await carried();
  world.offer = null;
  await clock.pass(45000);
  assert.equal(open().length, 0);
  world.version = 2;
  await clock.pass(60000);
  assert.equal(world.at, 2);
  assert.equal(streams.length, 1);
  assert.ok(polls.length > 10);
});

test('a page hidden for long hangs up and asks slowly; looked at, it is back at once', async () => {
  const { clock, open, world, poller, line, polls } = await carried();
  world.hidden = true;
  poller.hidden();
  line.hidden();
  await clock.pass(59000);
  assert.equal(open().length, 1);
  await clock.pass(1000);
  assert.equal(open().length, 0);
  const before = polls.length;
  await clock.pass(60000);
  assert.equal(polls.length, before + 2);
  world.hidden = false;
  line.shown();
  poller.nudge();
  await clock.pass(0);
  assert.equal(open().length, 1);
});

test('a page hidden for a moment keeps its stream', async () => {
  const { clock, open, line, streams } = await carried();
  line.hidden();
  await clock.pass(30000);
  line.shown();
  await clock.pass(60000);
  assert.deepEqual([open().length, streams.length], [1, 1]);
});

test('another show, another stream', async () => {
  const { clock, open, poller, streams } = await carried();
  poller.start(4);
  assert.equal(open().length, 0);
  await clock.pass(0);
  assert.deepEqual([open().length, streams.length], [1, 2]);
  poller.stop();
  assert.equal(open().length, 0);
  await clock.pass(600000);
  assert.equal(streams.length, 2);
});

test('a cut line ends the stream', async () => {
  const { clock, open, poller, world, links } = await carried();
  world.answers = false;
  poller.lineCut();
  assert.deepEqual([open().length, links.at(-1).phase], [0, 'offline']);
  world.answers = true;
  await clock.pass(60000);
  assert.equal(open().length, 1);
});

// Whatever happens in whatever order: no delta is lost or applied twice (each
// is checked to begin where the page is), and in the end the page knows all.
test('any order of changes, words, failures and naps leads to the truth', async () => {
  for (let seed = 1; seed <= 30; seed += 1) {
    let dice = seed * 7919;
    const roll = (sides) => ((dice = (dice * 1103515245 + 12345) % 2147483648) >>> 12) % sides;
    const { clock, open, poller, line, world, polls } = house();
    poller.start(4);
    for (let step = 0; step < 120; step += 1) {
      const [stream] = open();
      const deeds = [
        () => (world.version += 1),
        () => (world.version += 1, stream?.speak()),
        () => stream?.speak(),
        () => stream?.fail(),
        () => (world.answers = !world.answers),
        () => (world.slow = !world.slow),
        () => polls.at(-1)?.answer(),
        () => poller.nudge(),
        () => poller.lineCut(),
        () => (world.hidden = true, poller.hidden(), line.hidden()),
        () => (world.hidden = false, line.shown(), poller.nudge()),
        () => (world.offer = world.offer ? null : STREAM),
      ];
      deeds[roll(deeds.length)]();
      await clock.pass(roll(8) ** 4 * 10);
    }
    Object.assign(world, { answers: true, slow: false, hidden: false });
    line.shown();
    poller.nudge();
    await clock.pass(120000);
    for (const stream of open()) stream.speak();
    await clock.pass(5000);
    assert.equal(world.at, world.version, `seed ${seed}`);
  }
});
