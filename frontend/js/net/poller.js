import { backoff, jitter } from '../core/backoff.js';

const FIRST_PACE = 5000;
const HIDDEN_FACTOR = 6;
const SLOW_AFTER = 3000;

export function createPoller({ ask, now, random, timers, isHidden, onAnswer, onLink, onGone }) {
  let showId = null;
  let cursor = null;
  let etag = null;
  let pace = FIRST_PACE;
  let failures = 0;
  let timer = null;
  let flight = null;

  function clear() {
    timers.clear(timer);
    timer = null;
  }

  function schedule(pause) {
    clear();
    timer = timers.set(poll, pause);
  }

  function restart(delay) {
    flight?.abort();
    flight = null;
    schedule(delay);
  }

  async function poll() {
    clear();
    if (showId === null) return;
    const mine = new AbortController();
    flight = mine;
    const slow = timers.set(() => flight === mine && failures === 0 && onLink({ phase: 'slow' }), SLOW_AFTER);
    const query = new URLSearchParams({ show_id: String(showId) });
    if (cursor !== null) query.set('since', cursor);
    const result = await ask(`/api/seat-status/?${query}`, { signal: mine.signal, etag, tries: 1 });
    timers.clear(slow);
    if (flight !== mine) return;
    flight = null;
    if (result.kind === 'stopped') return;
    settle(result);
  }

  function settle(result) {
    if (result.kind === 'answer') {
      failures = 0;
      if (result.body) take(result);
      else onAnswer({ unchanged: true, receivedAt: result.receivedAt });
      onLink({ phase: result.receivedAt - result.sentAt > SLOW_AFTER ? 'slow' : 'live' });
      schedule(jitter(isHidden() ? pace * HIDDEN_FACTOR : pace, random));
      return;
    }
    if (result.kind === 'problem' && result.code === 'show_not_found') {
      showId = null;
      onGone();
      return;
    }
    failures += 1;
    // A cursor the server does not understand must not keep us out.
    if (result.kind === 'problem' && result.status === 400) forget();
    const pause = Math.max((result.retryAfter ?? 0) * 1000, backoff(failures, random));
    onLink({ phase: 'offline', retryAt: now() + pause, failures });
    schedule(pause);
  }

  function take(result) {
    cursor = result.body.cursor;
    etag = result.etag;
    if (result.body.poll_after_ms > 0) pace = result.body.poll_after_ms;
    onAnswer({ answer: result.body, sentAt: result.sentAt, receivedAt: result.receivedAt });
  }

  function forget() {
    cursor = null;
    etag = null;
  }

  return {
    start(id) {
      showId = id;
      failures = 0;
      forget();
      restart(0);
    },
    stop() {
      showId = null;
      clear();
      flight?.abort();
      flight = null;
    },
    // Ask now: something was written, the page is looked at again, the line is back.
    nudge(delay = 0) {
      if (showId !== null) restart(delay);
    },
    // The device says the line is cut: do not wait for a timeout to say so.
    lineCut() {
      if (showId === null) return;
      failures = Math.max(1, failures);
      const pause = backoff(failures, random);
      onLink({ phase: 'offline', retryAt: now() + pause, failures });
      restart(pause);
    },
    hidden() {
      if (showId !== null && !flight && failures === 0) schedule(jitter(pace * HIDDEN_FACTOR, random));
    },
  };
}
