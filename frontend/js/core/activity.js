const KEPT = 60;

const KINDS = {
  'AVAILABLE HELD': 'held',
  'AVAILABLE BOOKED': 'booked',
  'HELD BOOKED': 'booked',
  'HELD AVAILABLE': 'released',
  'BOOKED AVAILABLE': 'cancelled',
  'BOOKED HELD': 'held',
};

export function entriesFrom(before, changes, at) {
  const groups = new Map();
  for (const seat of changes) {
    const kind = KINDS[`${before.get(seat.id)?.status} ${seat.status}`];
    if (!kind) continue;
    if (!groups.has(kind)) groups.set(kind, []);
    groups.get(kind).push({ id: seat.id, row: seat.row, number: seat.number, label: seat.label });
  }
  return [...groups].map(([kind, seats]) => ({ kind, seats, at, own: false }));
}

export function addEntries(log, entries) {
  if (!entries.length) return log;
  let serial = log.length ? log[0].serial : 0;
  const numbered = entries.map((entry) => ({ ...entry, serial: (serial += 1) }));
  return [...numbered.reverse(), ...log].slice(0, KEPT);
}
