// Nothing is shown as the customer's before the server said so.

import { serverTimeOfHold } from '../core/clock.js';
import { sentenceFor } from '../core/problems.js';

const ASK_AGAIN = 2000;
const GONE = new Set(['cancelled', 'rejected']);
const UNPAID = new Set(['payment_required', 'payment_proof_not_found']);
const HOLD_GONE = new Set(['hold_expired', 'not_held']);

export function createBoxOffice({ api, store, intents, poller, tell, now, askWho }) {
  const { dispatch, get: state } = store;
  let deadlineAskedAt = -Infinity;

  function note(result) {
    const { key, values = {} } = sentenceFor(result);
    dispatch({ type: 'note/shown', note: { tone: 'warn', key, values } });
  }

  function sampleFrom(result) {
    const serverTime = result.replayed ? NaN : serverTimeOfHold(result.body?.hold);
    if (Number.isFinite(serverTime)) {
      dispatch({ type: 'clock/sampled', sample: { sentAt: result.sentAt, receivedAt: result.receivedAt, serverTime } });
    }
  }

  const serverMoment = () => now() + state().clock.offset;

  async function send(intent) {
    dispatch({ type: 'work/started', kind: intent.kind });
    const result = await api.post(intent.path, intent.body, {
      key: intent.key,
      onWaiting: () => dispatch({ type: 'work/waiting' }),
    });
    if (intent.kind === 'book' && result.kind === 'answer') intents.keepUntilSeen(intent);
    else if (result.kind !== 'unreachable') intents.close(intent);
    sampleFrom(result);
    dispatch({ type: 'work/ended' });
    await outcomes[intent.kind](result, intent);
    if (result.kind === 'answer') tell('mine');
    poller.nudge();
    return result;
  }

  // The session ended on the way: who is asking comes first, then we carry on.
  function unknownCustomer(result, again) {
    if (result.kind !== 'problem' || result.status !== 401) return false;
    dispatch({ type: 'person/guest' });
    askWho({ then: again });
    return true;
  }

  const outcomes = {
    async hold(result, intent) {
      if (result.kind === 'answer') {
        if (result.replayed) return refreshMine();
        dispatch({ type: 'hold/made', hold: result.body.hold, at: serverMoment() });
      } else if (result.code === 'seats_unavailable') {
        dispatch({
          type: 'conflict/met',
          conflicts: result.problem.conflicts ?? [],
          alternatives: result.problem.alternatives ?? [],
          wanted: intent.body.seat_ids.length,
        });
      } else if (!unknownCustomer(result, () => hold(intent.body.seat_ids))) note(result);
    },
    async extend(result) {
      if (result.kind === 'answer') {
        if (result.replayed) return refreshMine();
        dispatch({ type: 'hold/extended', hold: result.body.hold });
      } else if (HOLD_GONE.has(result.code)) {
        await holdIsGone(result);
      } else if (!unknownCustomer(result, () => extend())) note(result);
    },
    async book(result, intent) {
      if (result.kind === 'answer') {
        const { booking } = result.body;
        // What was true when the first answer went out need not be true any more.
        if (result.replayed) await refreshBookings();
        const known = state().bookings.list.find((one) => one.reference === booking.reference);
        if (result.replayed && GONE.has(known?.status)) {
          intents.seen();
          return refreshHolds();
        }
        const at = Date.parse(booking.booked_at);
        dispatch({ type: 'booking/made', booking: { ...booking, ...known }, at: Number.isFinite(at) ? at : serverMoment() });
        if (!result.replayed) refreshBookings();
      } else if (HOLD_GONE.has(result.code)) {
        await holdIsGone(result);
      } else if (!unknownCustomer(result, () => book(intent.body.seat_ids))) {
        if (UNPAID.has(result.code)) dispatch({ type: 'proof/changed', proof: null });
        note(result);
      }
    },
    async release(result, intent) {
      if (result.kind === 'answer') dispatch({ type: 'hold/released', ids: intent.body.seat_ids, at: serverMoment() });
      else if (!unknownCustomer(result, () => release(intent.body.seat_ids))) note(result);
    },
    async cancel(result, intent) {
      if (result.kind === 'answer') {
        dispatch({ type: 'booking/cancelled', booking: { reference: intent.reference, ...result.body.booking } });
        dispatch({
          type: 'note/shown',
          note: { key: 'bookings.cancelledNow', values: { reference: intent.reference ?? result.body.booking?.reference } },
        });
      } else if (!unknownCustomer(result, () => {})) note(result);
    },
  };

  async function holdIsGone(result) {
    const before = state().hold;
    await refreshMine();
    if (!state().hold) dispatch({ type: 'hold/ended', key: sentenceFor(result).key, seats: before?.seats });
  }

  function open(kind, path, body) {
    if (state().pending) return null;
    return send(intents.open(kind, path, body));
  }

  function hold(ids) {
    if (!ids.length) return null;
    if (state().person.phase !== 'known') {
      askWho({ ids, then: () => hold(ids) });
      return null;
    }
    return open('hold', '/api/seats/hold-batch/', { show_id: state().showId, seat_ids: [...ids] });
  }

  const extend = () => open('extend', '/api/seats/extend-hold/', { show_id: state().showId });

  function book(ids = [...state().holdIds]) {
    const paid = state().proof?.id ? { payment_proof: state().proof.id } : {};
    return open('book', '/api/seats/book-batch/', { show_id: state().showId, seat_ids: ids, ...paid });
  }

  function release(ids = [...state().holdIds]) {
    return open('release', '/api/seats/release-hold-batch/', { show_id: state().showId, seat_ids: ids });
  }

  function cancel(reference) {
    if (state().pending) return null;
    const path = `/api/seats/bookings/${encodeURIComponent(reference)}/cancel/`;
    return send({ ...intents.open('cancel', path, {}), reference });
  }

  async function refreshHolds() {
    const { showId, person } = state();
    if (showId === null || person.phase !== 'known') return;
    const result = await api.get(`/api/seats/my-holds/?show_id=${showId}`);
    if (state().showId !== showId || state().pending) return;
    if (result.kind === 'answer') {
      const { holds } = result.body;
      sampleFrom({ ...result, body: { hold: holds[0] } });
      const before = state().hold;
      const over = before && !holds.length && Date.parse(before.expires_at) <= serverMoment() + 1000;
      dispatch(over ? { type: 'hold/ended' } : { type: 'holds/loaded', holds });
    } else if (result.status === 401) dispatch({ type: 'person/guest' });
  }

  async function refreshBookings() {
    if (state().person.phase !== 'known') return;
    if (state().bookings.phase !== 'ready') dispatch({ type: 'bookings/loading' });
    const result = await api.get('/api/seats/my-bookings/');
    if (result.kind === 'answer') dispatch({ type: 'bookings/loaded', bookings: result.body.bookings });
    else if (result.status === 401) dispatch({ type: 'person/guest' });
    else if (state().bookings.phase === 'loading') dispatch({ type: 'bookings/failed' });
  }

  async function refreshMine() {
    await Promise.all([refreshHolds(), refreshBookings()]);
  }

  // Our clock says the hold is over; the server has the last word. Its clock may
  // be a little behind ours, or the line be cut: until it agrees it is asked again.
  async function deadlinePassed() {
    if (!state().hold || state().pending || now() - deadlineAskedAt < ASK_AGAIN) return;
    deadlineAskedAt = now();
    await refreshHolds();
    poller.nudge();
  }

  // A request whose answer never came, before a reload or a long silence; after
  // a reload also a booking whose ticket nobody has closed.
  function resume({ unseen = false } = {}) {
    const intent = intents.left({ unseen });
    if (!intent || !(intent.kind in outcomes) || state().pending || state().person.phase !== 'known') return null;
    return send(intent);
  }

  // The line is back.
  function carryOn() {
    return intents.left() && !state().pending ? resume() : refreshMine();
  }

  return { hold, extend, book, release, cancel, resume, carryOn, ticketSeen: intents.seen, deadlinePassed, refreshMine, refreshBookings };
}
