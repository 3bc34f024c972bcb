import { entriesOfLedger, withHistory } from '../core/history.js';
import { serverNow } from '../core/selectors.js';

const LAST = 25;

export function createPastEvents({ api, store, poller, now }) {
  const { dispatch, get: state } = store;

  // What the ledger knows and the page does not yet would be told twice: once
  // now, and once when the page hears of it.
  function caughtUp(showId, moment) {
    return new Promise((resolve) => {
      const enough = () => state().showId !== showId || state().answeredAt >= moment;
      if (enough()) return resolve();
      const stop = store.subscribe(() => {
        if (!enough()) return;
        stop();
        resolve();
      });
      return poller.nudge();
    });
  }

  return async function recall() {
    const { showId } = state();
    const { drawing } = state().hall;
    if (showId === null || !drawing) return;
    const result = await api.get(`/api/seats/events/?show_id=${showId}&last=${LAST}`);
    if (result.kind !== 'answer') return;
    const { events } = result.body;
    if (events.length) await caughtUp(showId, Date.parse(events.at(-1).at));
    if (state().showId !== showId) return;
    const byLabel = new Map([...drawing.seats.values()].map((seat) => [seat.label, seat]));
    const ledger = entriesOfLedger(events, byLabel, Math.min(state().answeredAt, serverNow(state(), now())));
    dispatch({ type: 'activity/recalled', activity: withHistory(state(), ledger) });
  };
}
