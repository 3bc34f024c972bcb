const KEPT = 60;

// How long our own request may have been on its way.
const OWN_WAY = 15000;

const KINDS = {
  'AVAILABLE HELD': 'held',
  'AVAILABLE BOOKED': 'booked',
  'HELD BOOKED': 'booked',
  'HELD AVAILABLE': 'released',
  'BOOKED AVAILABLE': 'cancelled',
  'BOOKED HELD': 'held',
};

// `since` and `at`: between them it happened, as far as we can tell.
export function entriesFrom(before, changes, since, at) {
  const groups = new Map();
  for (const seat of changes) {
    const kind = KINDS[`${before.get(seat.id)?.status} ${seat.status}`];
    if (!kind) continue;
    if (!groups.has(kind)) groups.set(kind, []);
    groups.get(kind).push({ id: seat.id, row: seat.row, number: seat.number, label: seat.label });
  }
  return [...groups].map(([kind, seats]) => ({ kind, seats, since, at, own: false }));
}

export function ownEntry(kind, seats, at) {
  return { kind, seats, since: at - OWN_WAY, at, own: true };
}

// Oldest first they come, newest first they stand.
export function addEntries(log, entries, serial = log[0]?.serial ?? 0) {
  if (!entries.length) return log;
  const numbered = entries.map((entry, index) => ({ ...entry, serial: serial + index + 1 }));
  return [...numbered.reverse(), ...log].slice(0, KEPT);
}
