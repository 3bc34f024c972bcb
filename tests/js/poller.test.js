import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createPoller } from '../../frontend/js/net/poller.js';
import { handClock, settle } from './sample-hall.js';

function pollerWith({ hidden = false, deaf = false } = {}) {
  const clock = handClock(50000);
  const asked = [];
  const links = [];
  const answers = [];
  const page = { hidden };
  let gone = 0;
  const poller = createPoller({
    ask(path, { signal, etag }) {
      const query = new URLSearchParams(path.split('?')[1]);
      return new Promise((resolve) => {
        if (!deaf) signal.addEventListener('abort', () => resolve({ kind: 'stopped' }));
        asked.push({ at: clock.now(), show: query.get('show_id'), since: query.get('since'), etag, signal, resolve });
      });
    },
    now: clock.now,
    random: () => 0.5,
    timers: clock.timers,
    isHidden: () => page.hidden,
    onAnswer: (answer) => answers.push(answer),
    onLink: (link) => links.push(link),
    onGone: () => (gone += 1),
  });
  async function reply(result) {
    const question = asked.at(-1);
    question.resolve({ sentAt: question.at, receivedAt: clock.now(), ...result });
    await settle();
  }
  const good = (cursor, pace = 5000) => reply({ kind: 'answer', etag: `"${cursor}"`, body: { cursor, poll_after_ms: pace, seats: [] } });
  return { poller, clock, asked, links, answers, page, reply, good, gone: () => gone };
}

test('asks for everything first and then for what changed since', async () => {
  const { poller, clock, asked, good } = pollerWith();
  poller.start(4);
  await clock.pass(0);
  assert.deepEqual([asked[0].show, asked[0].since], ['4', null]);
  await good('c1');
  await clock.pass(5000);
  assert.deepEqual([asked[1].since, asked[1].etag], ['c1', '"c1"']);
});

test('keeps the pace the server names', async () => {
  const { poller, clock, asked, good } = pollerWith();
  poller.start(4);
  await clock.pass(0);
  await good('c1', 2000);
  await clock.pass(1999);
  assert.equal(asked.length, 1);
  await clock.pass(1);
  assert.equal(asked.length, 2);
});

test('has one question under way at a time', async () => {
  const { poller, clock, asked } = pollerWith();
  poller.start(4);
  await clock.pass(60000);
  assert.equal(asked.length, 1);
});

test('a nudge stops the question under way and asks at once', async () => {
  const { poller, clock, asked, answers, good } = pollerWith();
  poller.start(4);
  await clock.pass(0);
  poller.nudge();
  assert.equal(asked[0].signal.aborted, true);
  await clock.pass(0);
  assert.equal(asked.length, 2);
  await good('c1');
  assert.equal(answers.length, 1);
});

test('an answer that comes after its question was stopped is not believed', async () => {
  const { poller, clock, asked, answers, links, good } = pollerWith({ deaf: true });
  poller.start(4);
  await clock.pass(0);
  poller.start(5);
  await clock.pass(0);
  asked[0].resolve({ kind: 'answer', sentAt: 0, receivedAt: 0, body: { cursor: 'of show 4' } });
  await settle();
  assert.deepEqual([answers, links], [[], []]);
  await good('c1');
  assert.equal(answers[0].answer.cursor, 'c1');
});

test('goes further and further apart while nobody answers, and says when it will try', async () => {
  const { poller, clock, asked, links, reply, good } = pollerWith();
  poller.start(4);
  await clock.pass(0);
  for (const pause of [750, 1500, 3000]) {
    await reply({ kind: 'unreachable' });
    assert.deepEqual(links.at(-1), { phase: 'offline', retryAt: clock.now() + pause, failures: links.length });
    await clock.pass(pause);
  }
  assert.equal(asked.length, 4);
  await good('c1');
  assert.equal(links.at(-1).phase, 'live');
});

test('begins with a short pause again after it has recovered', async () => {
  const { poller, clock, links, reply, good } = pollerWith();
  poller.start(4);
  await clock.pass(0);
  await reply({ kind: 'unreachable' });
  await clock.pass(750);
  await good('c1');
  await clock.pass(5000);
  await reply({ kind: 'unreachable' });
  assert.deepEqual(links.at(-1), { phase: 'offline', retryAt: clock.now() + 750, failures: 1 });
});

test('keeps its cursor over a failure', async () => {
  const { poller, clock, asked, reply, good } = pollerWith();
  poller.start(4);
  await clock.pass(0);
  await good('c1');
  await clock.pass(5000);
  await reply({ kind: 'unreachable' });
  await clock.pass(1000);
  assert.equal(asked.at(-1).since, 'c1');
});

test('begins afresh when the server does not understand the cursor', async () => {
  const { poller, clock, asked, reply, good } = pollerWith();
  poller.start(4);
  await clock.pass(0);
  await good('c1');
  await clock.pass(5000);
  await reply({ kind: 'problem', status: 400, code: 'invalid' });
  await clock.pass(1000);
  assert.deepEqual([asked.at(-1).since, asked.at(-1).etag], [null, null]);
});

test('waits as long as the server orders', async () => {
  const { poller, clock, asked, reply } = pollerWith();
  poller.start(4);
  await clock.pass(0);
  await reply({ kind: 'problem', status: 429, code: 'throttled', retryAfter: 20 });
  await clock.pass(19999);
  assert.equal(asked.length, 1);
  await clock.pass(1);
  assert.equal(asked.length, 2);
});

test('asks six times slower while nobody looks, and at once on return', async () => {
  const { poller, clock, asked, page, good } = pollerWith({ hidden: true });
  poller.start(4);
  await clock.pass(0);
  await good('c1');
  await clock.pass(29999);
  assert.equal(asked.length, 1);
  page.hidden = false;
  poller.nudge();
  await clock.pass(0);
  assert.equal(asked.length, 2);
});

test('slows down as soon as the page is hidden', async () => {
  const { poller, clock, asked, page, good } = pollerWith();
  poller.start(4);
  await clock.pass(0);
  await good('c1');
  page.hidden = true;
  poller.hidden();
  await clock.pass(29999);
  assert.equal(asked.length, 1);
});

test('says slow while it waits long, and when an answer took long', async () => {
  const { poller, clock, links, good } = pollerWith();
  poller.start(4);
  await clock.pass(2999);
  assert.deepEqual(links, []);
  await clock.pass(2);
  assert.deepEqual(links, [{ phase: 'slow', push: false }]);
  await clock.pass(500);
  await good('c1');
  assert.equal(links.at(-1).phase, 'slow');
  await clock.pass(5000);
  await good('c2');
  assert.equal(links.at(-1).phase, 'live');
});

test('not modified is a sign of life', async () => {
  const { poller, clock, links, answers, reply, good } = pollerWith();
  poller.start(4);
  await clock.pass(0);
  await good('c1');
  await clock.pass(5000);
  await reply({ kind: 'answer', body: null, etag: '"c1"' });
  assert.equal(answers.at(-1).unchanged, true);
  assert.equal(links.at(-1).phase, 'live');
});

test('another show starts without the cursor of the one before', async () => {
  const { poller, clock, asked, good } = pollerWith();
  poller.start(4);
  await clock.pass(0);
  await good('c1');
  poller.start(5);
  await clock.pass(0);
  assert.deepEqual([asked.at(-1).show, asked.at(-1).since], ['5', null]);
});

test('a show that is gone is not asked about again', async () => {
  const { poller, clock, asked, reply, gone } = pollerWith();
  poller.start(4);
  await clock.pass(0);
  await reply({ kind: 'problem', status: 404, code: 'show_not_found' });
  await clock.pass(600000);
  assert.deepEqual([gone(), asked.length], [1, 1]);
  poller.nudge();
  await clock.pass(0);
  assert.equal(asked.length, 1);
});

test('a cut line is said at once, without waiting for a time-out', async () => {
  const { poller, clock, links } = pollerWith();
  poller.start(4);
  await clock.pass(0);
  poller.lineCut();
  assert.equal(links.at(-1).phase, 'offline');
});

test('stopped is stopped', async () => {
  const { poller, clock, asked, good } = pollerWith();
  poller.start(4);
  await clock.pass(0);
  await good('c1');
  poller.stop();
  poller.nudge();
  await clock.pass(600000);
  assert.equal(asked.length, 1);
});
