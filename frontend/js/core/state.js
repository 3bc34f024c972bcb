export function initialState({ limit = 10 } = {}) {
  return {
    limit,
    person: { phase: 'unknown', name: '' },
    link: { phase: 'connecting', retryAt: null, failures: 0 },
    clock: { samples: [], offset: 0 },
    shows: { phase: 'loading', list: [] },
    bookings: { phase: 'idle', list: [] },
    booked: new Set(),
    ticket: null,
    view: 'map',
    pending: null,
    ...ofOneShow(null),
  };
}

export function ofOneShow(showId) {
  return {
    showId,
    hall: { phase: 'loading', drawing: null },
    seats: new Map(),
    stats: null,
    cursor: null,
    answeredAt: null,
    picked: [],
    hold: null,
    holdIds: new Set(),
    note: null,
    activity: [],
  };
}
