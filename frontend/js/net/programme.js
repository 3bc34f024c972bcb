const AGAIN = 8000;

export function createProgramme({ api, store, poller, draw, wait, refreshMine }) {
  const { dispatch, get: state } = store;

  async function loadShows() {
    const result = await api.get('/api/seats/shows/');
    if (result.kind === 'answer') dispatch({ type: 'shows/loaded', shows: result.body.shows, paymentMode: result.body.payment_mode });
    else dispatch({ type: 'shows/failed' });
    return result.kind === 'answer';
  }

  async function loadHall(showId) {
    for (;;) {
      const result = await api.get(`/api/seats/shows/${showId}/layout/`);
      if (state().showId !== showId) return;
      if (result.kind === 'answer') {
        dispatch({ type: 'hall/drawn', drawing: draw({ show_id: showId, ...result.body }) });
        return;
      }
      if (result.code === 'show_not_found') return;
      dispatch({ type: 'hall/failed' });
      await wait(result.retryAfter ? result.retryAfter * 1000 : AGAIN).catch(() => {});
      if (state().showId !== showId || state().hall.phase === 'ready') return;
    }
  }

  function choose(showId) {
    if (state().showId === showId) return;
    dispatch({ type: 'show/chosen', showId });
    poller.start(showId);
    loadHall(showId);
    refreshMine();
  }

  return { loadShows, loadHall, choose };
}
