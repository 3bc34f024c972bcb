// News as they happen, over one long answer of the server. A word of the stream
// is believed only if it begins where the page is; otherwise the stream is opened
// anew from there. So nothing is lost or told twice, whoever was faster.

import { backoff, jitter } from '../core/backoff.js';

const MANY = 5;
const SELDOM = 5 * 60000;
// A stream that has lasted so long was a good one.
const STEADY = 20000;
const HIDDEN_LONG = 60000;

export function createPushLine({ EventSource, poller, now, random, timers }) {
  let path = null;
  let source = null;
  let showId = null;
  let end = null;
  let openedAt = 0;
  let failures = 0;
  let again = null;
  let bedtime = null;
  let asleep = false;

  function hangUp() {
    timers.clear(again);
    again = null;
    source?.close();
    source = null;
  }

  function openIn(pause) {
    hangUp();
    again = timers.set(open, pause);
  }

  function open() {
    hangUp();
    const position = poller.position();
    if (!path || asleep || position.cursor === null) return;
    showId = position.showId;
    end = position.cursor;
    openedAt = now();
    const mine = new EventSource(`${path}?${new URLSearchParams({ show_id: String(showId), since: end })}`);
    source = mine;
    mine.addEventListener('status', ({ data }) => source === mine && hear(data));
    mine.addEventListener('error', () => source === mine && failed());
  }

  function hear(data) {
    const answer = read(data);
    if (answer?.show_id !== showId || typeof answer.cursor !== 'string') {
      failed();
      return;
    }
    if (poller.position().cursor !== end) {
      openIn(backoff(1, random));
      return;
    }
    end = answer.cursor;
    poller.hear(answer);
  }

  function read(data) {
    try {
      return JSON.parse(data);
    } catch {
      return null;
    }
  }

  function failed() {
    failures = now() - openedAt >= STEADY ? 1 : failures + 1;
    openIn(failures < MANY ? backoff(failures, random) : jitter(SELDOM, random));
    poller.carryOn();
  }

  return {
    // What the latest poll said of a stream: its address, or null.
    offered(address) {
      path = address;
      if (!path) {
        hangUp();
        poller.carryOn();
      } else if (!source && again === null) open();
    },
    failed,
    hidden() {
      bedtime ??= timers.set(() => {
        asleep = true;
        hangUp();
        poller.carryOn();
      }, HIDDEN_LONG);
    },
    shown() {
      timers.clear(bedtime);
      bedtime = null;
      if (!asleep) return;
      asleep = false;
      open();
    },
    // The page is left, and may come back as it was.
    left() {
      asleep = true;
      hangUp();
      poller.carryOn();
    },
  };
}
