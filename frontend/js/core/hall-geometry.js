// Layouts come in seat widths, with the screen in front of y = 0.

export const UNIT = 40;

const SIDE = 1.6 * UNIT;
const FRONT = 3.1 * UNIT;
const BACK = 0.9 * UNIT;

function pitchOf(rows) {
  const gaps = [];
  for (const row of rows) {
    for (let i = 1; i < row.length; i += 1) {
      const gap = Math.hypot(row[i].x - row[i - 1].x, row[i].y - row[i - 1].y);
      if (gap > 0) gaps.push(gap);
    }
  }
  if (!gaps.length) return 1;
  gaps.sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length / 4)];
}

function groupRows(seats) {
  const groups = new Map();
  for (const seat of seats) {
    if (!groups.has(seat.row)) groups.set(seat.row, []);
    groups.get(seat.row).push(seat);
  }
  for (const group of groups.values()) group.sort((a, b) => a.x - b.x || a.number - b.number);
  return [...groups.values()];
}

function depthOf(row) {
  return row.reduce((sum, seat) => sum + seat.y, 0) / row.length;
}

// Neighbours stand shoulder to shoulder; more than this between them is an aisle.
export function areNeighbours(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y) < 1.45 * UNIT;
}

function turn(row) {
  return row.map((seat, index) => {
    const before = index > 0 && areNeighbours(row[index - 1], seat) ? row[index - 1] : seat;
    const after = index + 1 < row.length && areNeighbours(row[index + 1], seat) ? row[index + 1] : seat;
    if (before === after) return { ...seat, angle: 0 };
    const angle = (Math.atan2(after.y - before.y, after.x - before.x) * 180) / Math.PI;
    return { ...seat, angle: Math.round(angle * 10) / 10 };
  });
}

function sectionsOf(rows) {
  const sections = [];
  rows.forEach((row, index) => {
    const before = rows[index - 1];
    const opens =
      !before ||
      before.section !== row.section ||
      row.depth - before.depth > 1.6 * UNIT ||
      before.seats[0].tier !== row.seats[0].tier;
    if (opens) sections.push({ name: row.section, first: index, last: index });
    else sections.at(-1).last = index;
  });
  return sections;
}

export function drawHall(layout) {
  const source = (layout.seats ?? []).map((seat) => ({ ...seat, label: seat.label || `${seat.row}${seat.number}` }));
  const raw = groupRows(source);
  const scale = UNIT / pitchOf(raw);
  const left = Math.min(...source.map((seat) => seat.x));
  const right = Math.max(...source.map((seat) => seat.x));
  const front = Math.min(...source.map((seat) => seat.y));
  const back = Math.max(...source.map((seat) => seat.y));
  const width = (right - left) * scale + 2 * SIDE;
  const height = (back - front) * scale + FRONT + BACK;
  const place = (seat) => ({
    ...seat,
    x: Math.round(((seat.x - left) * scale + SIDE) * 10) / 10,
    y: Math.round(((seat.y - front) * scale + FRONT) * 10) / 10,
  });

  const rows = raw
    .map((row) => turn(row.map(place)))
    .map((seats) => ({ row: seats[0].row, section: seats[0].section ?? '', depth: depthOf(seats), seats }))
    .sort((a, b) => a.depth - b.depth || (a.row < b.row ? -1 : 1));

  const seats = new Map();
  const byLabel = new Map();
  const cells = new Map();
  rows.forEach((row, index) => {
    for (const seat of row.seats) {
      seat.rowIndex = index;
      seats.set(seat.id, seat);
      byLabel.set(seat.label, seat.id);
      const cell = `${Math.round(seat.x / UNIT)} ${Math.round(seat.y / UNIT)}`;
      if (!cells.has(cell)) cells.set(cell, []);
      cells.get(cell).push(seat);
    }
  });

  const tiers = (layout.tiers ?? []).map((tier, index) => ({ ...tier, mark: index }));
  return {
    showId: layout.show_id,
    width,
    height,
    rows,
    seats,
    byLabel,
    tiers,
    tierById: new Map(tiers.map((tier) => [tier.id, tier])),
    sections: sectionsOf(rows),
    cells,
    screen: { x: width / 2, y: 1.05 * UNIT, width: Math.max(4 * UNIT, (width - 2 * SIDE) * 0.82) },
  };
}

// The seat whose square holds this point, or nothing between the rows.
export function seatAt(hall, x, y, reach = 0.6) {
  const column = Math.round(x / UNIT);
  const line = Math.round(y / UNIT);
  let best = null;
  let nearest = reach * UNIT;
  for (let dx = -1; dx <= 1; dx += 1) {
    for (let dy = -1; dy <= 1; dy += 1) {
      for (const seat of hall.cells.get(`${column + dx} ${line + dy}`) ?? []) {
        const distance = Math.max(Math.abs(seat.x - x), Math.abs(seat.y - y));
        if (distance < nearest) {
          nearest = distance;
          best = seat;
        }
      }
    }
  }
  return best;
}

export function seatsBetween(hall, fromId, toId) {
  const from = hall.seats.get(fromId);
  const to = hall.seats.get(toId);
  if (!from || !to) return [];
  if (from.rowIndex !== to.rowIndex) return [from];
  const { seats } = hall.rows[from.rowIndex];
  const ends = [seats.indexOf(from), seats.indexOf(to)].sort((a, b) => a - b);
  return seats.slice(ends[0], ends[1] + 1);
}
