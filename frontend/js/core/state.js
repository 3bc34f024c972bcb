export function initialState({ limit = 10 } = {}) {
  return {
    limit,
    person: { phase: 'unknown', name: '' },
    link: { phase: 'connecting', retryAt: null, failures: 0, push: false },
    clock: { samples: [], offset: 0 },
    shows: { phase: 'loading', list: [] },
    paymentMode: 'none',
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
    seats: new SeatStates(),
    stats: null,
    cursor: null,
    answeredAt: null,
    picked: [],
    hold: null,
    holdIds: new Set(),
    note: null,
    proof: null,
    activity: [],
  };
}

// What every seat is at one moment. Moments never change, yet a hall of 50,000 is
// not copied for each: the newest has the whole map, those before it know only
// in what they differ from the one that followed.
export class SeatStates {
  #all;
  #differences = null;
  #next = null;

  constructor(seats = []) {
    this.#all = new Map(seats.map((seat) => [seat.id, seat]));
  }

  get(id) {
    let moment = this;
    while (!moment.#all) {
      if (moment.#differences.has(id)) return moment.#differences.get(id);
      moment = moment.#next;
    }
    return moment.#all.get(id);
  }

  with(seats) {
    const next = new SeatStates();
    next.#all = this.#all ?? this.#copy();
    const differences = new Map();
    for (const seat of seats) {
      if (!differences.has(seat.id)) differences.set(seat.id, next.#all.get(seat.id));
      next.#all.set(seat.id, seat);
    }
    if (this.#all) {
      this.#all = null;
      this.#differences = differences;
      this.#next = next;
    }
    return next;
  }

  // The ids of the seats that may differ from an earlier moment; null if it was not of this history.
  changedSince(earlier) {
    const ids = new Set();
    for (let moment = earlier; moment !== this; moment = moment.#next) {
      if (!moment?.#next) return null;
      for (const id of moment.#differences.keys()) ids.add(id);
    }
    return ids;
  }

  // For a moment that is already past and gets another future.
  #copy() {
    if (this.#all) return new Map(this.#all);
    const all = this.#next.#copy();
    for (const [id, seat] of this.#differences) {
      if (seat) all.set(id, seat);
      else all.delete(id);
    }
    return all;
  }
}
