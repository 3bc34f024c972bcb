import { backoff, jitter } from '../core/backoff.js';

const FIRST_PACE = 5000;
const HIDDEN_FACTOR = 6;
const SLOW_AFTER = 3000;

// While a stream brings the news: how long it may be silent before we ask
// whether there were any, and how long after that it may still bring them.
const SILENCE = 45000;
const GRACE = 3000;

export function createPoller({ ask, now, random, timers, isHidden, onAnswer, onLink, onGone, onOffer = () => {}, onDeaf = () => {} }) {
  let showId = null;
  let cursor = null;
  let etag = null;
  let pace = FIRST_PACE;
  let failures = 0;
  let timer = null;
  let flight = null;
  let carried = false;

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

  const usualPause = () => jitter(carried ? SILENCE : isHidden() ? pace * HIDDEN_FACTOR : pace, random);

  async function poll() {
    clear();
    if (showId === null) return;
    const mine = new AbortController();
    flight = mine;
    const since = cursor;
    const slow = timers.set(() => flight === mine && failures === 0 && onLink({ phase: 'slow', push: carried }), SLOW_AFTER);
    const query = new URLSearchParams({ show_id: String(showId) });
    if (since !== null) query.set('since', since);
    const result = await ask(`/api/seat-status/?${query}`, { signal: mine.signal, etag, tries: 1 });
    timers.clear(slow);
    if (flight !== mine) return;
    flight = null;
    if (result.kind === 'stopped') return;
    settle(result, since);
  }

  function settle(result, since) {
    if (result.kind === 'answer') {
      failures = 0;
      if (carried) compare(result, since);
      else if (result.body) take(result);
      else onAnswer({ unchanged: true, receivedAt: result.receivedAt });
      onLink({ phase: result.receivedAt - result.sentAt > SLOW_AFTER ? 'slow' : 'live', push: carried });
      schedule(usualPause());
      if (result.body) onOffer(result.body.push ?? null);
      return;
    }
    if (result.kind === 'problem' && result.code === 'show_not_found') {
      leave();
      onGone();
      return;
    }
    failures += 1;
    // A cursor the server does not understand must not keep us out.
    if (result.kind === 'problem' && result.status === 400) forget();
    const pause = Math.max((result.retryAfter ?? 0) * 1000, backoff(failures, random));
    carried = false;
    onOffer(null);
    onLink({ phase: 'offline', retryAt: now() + pause, failures });
    schedule(pause);
  }

  function take(result) {
    keep(result.body, result.etag);
    onAnswer({ answer: result.body, sentAt: result.sentAt, receivedAt: result.receivedAt });
  }

  // Two sources at a time would tell things twice. So this answer is only
  // compared: what is new in it, the stream must have brought, or bring soon.
  function compare(result, since) {
    if (cursor !== since) return;
    const news = result.body && (result.body.full || result.body.seats.length > 0);
    if (news) timers.set(() => carried && cursor === since && onDeaf(), GRACE);
    else onAnswer({ unchanged: true, receivedAt: result.receivedAt });
  }

  function keep(body, tag) {
    cursor = body.cursor;
    etag = tag;
    if (body.poll_after_ms > 0) pace = body.poll_after_ms;
  }

  function forget() {
    cursor = null;
    etag = null;
  }

  function leave() {
    showId = null;
    carried = false;
    onOffer(null);
  }

  return {
    start(id) {
      leave();
      showId = id;
      failures = 0;
      forget();
      restart(0);
    },
    stop() {
      leave();
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
      carried = false;
      onOffer(null);
      onLink({ phase: 'offline', retryAt: now() + pause, failures });
      restart(pause);
    },
    hidden() {
      if (showId !== null && !flight && !carried && failures === 0) schedule(usualPause());
    },
    position: () => ({ showId, cursor }),
    // From a stream. From its first word on it carries the page, and whatever
    // was asked meanwhile is not waited for.
    hear(answer) {
      carried = true;
      failures = 0;
      keep(answer, null);
      onAnswer({ answer, receivedAt: now() });
      onLink({ phase: 'live', push: true });
      restart(usualPause());
    },
    // The stream has ended. Not all pages at the same moment.
    carryOn() {
      if (!carried) return;
      carried = false;
      restart(isHidden() ? usualPause() : backoff(1, random));
    },
  };
}
