// What happened before this page was opened, as the ledger of the show has it.

import { addEntries } from './activity.js';

// Clocks are read a little before a change can be seen.
const SLACK = 2000;

const TOLD = { held: 'held', booked: 'booked', released: 'released', cancelled: 'cancelled', rejected: 'cancelled' };

// That a deadline has passed is not in the ledger, but follows from it. (Its
// "expired" is housekeeping, and may come much later.)
export function entriesOfLedger(events, byLabel, now) {
  const entries = [];
  const deadlines = new Map();

  function tell(kind, labels, at) {
    const seats = labels.map((label) => byLabel.get(label)).filter(Boolean);
    if (seats.length) entries.push({ kind, seats, since: at, at, own: false });
  }

  function passDeadlines(moment) {
    const over = new Map();
    for (const [label, deadline] of deadlines) {
      if (deadline > moment) continue;
      deadlines.delete(label);
      over.set(deadline, [...(over.get(deadline) ?? []), label]);
    }
    for (const [deadline, labels] of [...over].sort(([one], [other]) => one - other)) tell('released', labels, deadline);
  }

  for (const event of events) {
    const at = Date.parse(event.at);
    passDeadlines(at);
    const holds = event.kind === 'held' || event.kind === 'extended';
    for (const label of event.seats) {
      if (holds) deadlines.set(label, Date.parse(event.held_until));
      else deadlines.delete(label);
    }
    if (TOLD[event.kind]) tell(TOLD[event.kind], event.seats, at);
  }
  passDeadlines(now);
  return entries;
}

// The ledger has no names in it. But whose a seat is now, its last change made it.
function withOwn(entries, { holdIds, booked }) {
  const settled = new Set();
  const mine = { held: holdIds, booked };
  return [...entries]
    .reverse()
    .map((entry) => {
      const latest = entry.seats.every(({ id }) => !settled.has(id));
      for (const { id } of entry.seats) settled.add(id);
      return { ...entry, own: latest && entry.seats.every(({ id }) => mine[entry.kind]?.has(id)) };
    })
    .reverse();
}

// One log of both: where they tell of the same change of a seat, the ledger is
// right about when, and the page about whether it was ours.
export function withHistory(state, ledger) {
  const told = withOwn(ledger, state);
  const seen = [];
  for (const entry of [...state.activity].reverse()) {
    const left = entry.seats.filter(({ id }) => {
      const same = told.findLast(
        ({ kind, at, seats }) =>
          kind === entry.kind && at > entry.since - SLACK && at <= entry.at + SLACK && seats.some((seat) => seat.id === id),
      );
      if (same && entry.own) same.own = true;
      return !same;
    });
    if (left.length) seen.push({ ...entry, seats: left });
  }
  // A serial of its own for each, so that no row of before is taken for another.
  const all = [...told, ...seen].sort((one, other) => one.at - other.at);
  return addEntries([], all, state.activity[0]?.serial);
}
