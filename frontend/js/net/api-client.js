// Always comes back with a result, never with an exception: whoever asked has
// to think of silence too.

import { backoff } from '../core/backoff.js';

const TIMEOUT = 10000;
const PATIENCE = 120000;
const GET_TRIES = 3;

const JSON_TYPES = /^application\/(?:problem\+)?json\b/i;
const PASSING = new Set([429, 502, 503, 504]);
const LONGEST_ORDERED_WAIT = 30;

function secondsOf(header, now) {
  if (!header) return null;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, Math.ceil(seconds));
  const moment = Date.parse(header);
  return Number.isFinite(moment) ? Math.max(0, Math.ceil((moment - now) / 1000)) : null;
}

export function createApiClient({ fetch, wait, now, random, language, timeout = TIMEOUT, patience = PATIENCE }) {
  const spoken = language ? { 'Accept-Language': language } : {};

  async function once(path, options, signal) {
    const limit = new AbortController();
    const stop = () => limit.abort();
    if (signal?.aborted) return { kind: 'stopped' };
    signal?.addEventListener('abort', stop, { once: true });
    const clock = new AbortController();
    wait(timeout, clock.signal).then(() => limit.abort(), () => {});
    const sentAt = now();
    try {
      const response = await fetch(path, { credentials: 'same-origin', ...options, signal: limit.signal });
      const meta = {
        status: response.status,
        etag: response.headers.get('ETag'),
        retryAfter: secondsOf(response.headers.get('Retry-After'), now()),
        replayed: response.headers.get('Idempotency-Replayed') === 'true',
        sentAt,
      };
      if (response.status === 304) return { kind: 'answer', ...meta, body: null, receivedAt: now() };
      if (!JSON_TYPES.test(response.headers.get('Content-Type') ?? '')) {
        return response.status >= 400 && response.status < 500
          ? { kind: 'problem', ...meta, code: 'unknown', problem: {}, receivedAt: now() }
          : { kind: 'unreachable', ...meta };
      }
      const body = await response.json();
      const receivedAt = now();
      if (response.ok) return { kind: 'answer', ...meta, body, receivedAt };
      return { kind: 'problem', ...meta, code: String(body?.code ?? 'unknown'), problem: body ?? {}, receivedAt };
    } catch {
      return signal?.aborted ? { kind: 'stopped' } : { kind: 'unreachable', status: 0, retryAfter: null, sentAt };
    } finally {
      clock.abort();
      signal?.removeEventListener('abort', stop);
    }
  }

  function mayPass(result) {
    if (result.kind === 'unreachable') return true;
    if (result.kind !== 'problem') return false;
    if (result.code === 'idempotency_in_progress') return true;
    return PASSING.has(result.status) && (result.retryAfter ?? 0) <= LONGEST_ORDERED_WAIT;
  }

  let wake = () => {};
  let woken = new Promise((resolve) => (wake = resolve));

  function pause(milliseconds, signal) {
    return Promise.race([wait(milliseconds, signal).catch(() => {}), woken]);
  }

  function pauseAfter(result, failures) {
    return Math.max((result.retryAfter ?? 0) * 1000, backoff(failures, random));
  }

  async function get(path, { signal, etag, tries = GET_TRIES } = {}) {
    const headers = { Accept: 'application/json', ...spoken };
    if (etag) headers['If-None-Match'] = etag;
    for (let failures = 1; ; failures += 1) {
      const result = await once(path, { method: 'GET', headers }, signal);
      if (failures >= tries || !mayPass(result)) return result;
      await pause(pauseAfter(result, failures), signal);
    }
  }

  // Without a key a POST is sent once. With a key it is sent until the server
  // has answered or our patience ends: the key makes sure it happens once.
  async function post(path, body, { key, signal, onWaiting = () => {} } = {}) {
    const headers = { Accept: 'application/json', 'Content-Type': 'application/json', ...spoken };
    if (key) headers['Idempotency-Key'] = key;
    // A host that is being restarted may point requests to where they came from. Browsers
    // would follow with a GET, and its refusal would look like the answer.
    const request = { method: 'POST', redirect: 'manual', headers, body: JSON.stringify(body ?? {}) };
    const since = now();
    for (let failures = 1; ; failures += 1) {
      const result = await once(path, request, signal);
      if (!key || !mayPass(result) || now() - since >= patience) return result;
      onWaiting(result);
      await pause(pauseAfter(result, failures), signal);
    }
  }

  // The line is back: whoever waits for the next try need not wait longer.
  function hurry() {
    wake();
    woken = new Promise((resolve) => (wake = resolve));
  }

  return { get, post, hurry };
}
