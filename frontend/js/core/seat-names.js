import { apartIn } from './words.js';

export function compareSeats(one, other) {
  return (
    one.row.length - other.row.length ||
    (one.row < other.row ? -1 : one.row > other.row ? 1 : 0) ||
    one.number - other.number
  );
}

export function labelOf(seat) {
  return seat.label || `${seat.row}${seat.number}`;
}

// Runs of consecutive numbers in a row are told as one: C4, C5, C6 -> C4–C6.
export function seatRuns(seats) {
  const runs = [];
  for (const seat of [...seats].sort(compareSeats)) {
    const last = runs.at(-1);
    if (last && last.to.row === seat.row && last.to.number + 1 === seat.number) last.to = seat;
    else runs.push({ from: seat, to: seat });
  }
  return runs;
}

export function seatsInShort(seats, locale = 'en') {
  const apart = apartIn(locale);
  const names = seatRuns(seats).flatMap(({ from, to }) => {
    if (from === to) return [labelOf(from)];
    if (to.number === from.number + 1) return [labelOf(from), labelOf(to)];
    return [`${labelOf(from)}–${labelOf(to)}`];
  });
  return new Intl.ListFormat(locale, { type: 'conjunction' }).format(names.map(apart));
}

// "C4" -> its row and number, for seats that are named and not in the plan.
export function readLabel(label) {
  const match = /^([A-Za-z]+)-?0*(\d+)$/.exec(label);
  return match ? { row: match[1].toUpperCase(), number: Number(match[2]), label } : { row: '', number: 0, label };
}

export function fullName(seat, { say, price, state }) {
  const parts = [say('seat.name', { row: seat.row, number: seat.number })];
  for (const feature of seat.features ?? []) {
    if (feature === 'wheelchair' || feature === 'companion') parts.push(say(`seat.${feature}`));
  }
  if (price) parts.push(price);
  parts.push(say(`seat.state.${state}`));
  return parts.join(say('list.comma'));
}
