// Layouts come in seat widths, with the screen in front of y = 0.

export const UNIT = 40;

const SIDE = 1.6 * UNIT;
const FRONT = 3.1 * UNIT;
const BACK = 0.9 * UNIT;

// From a certain size on the screen is drawn larger too, or it would be a hair.
const FRONT_SHARE = 0.06;

function distance(one, other) {
  const dx = one.x - other.x;
  const dy = one.y - other.y;
  return Math.sqrt(dx * dx + dy * dy);
}

function pitchOf(rows) {
  const gaps = [];
  for (const row of rows) {
    for (let i = 1; i < row.length; i += 1) {
      const gap = distance(row[i], row[i - 1]);
      if (gap > 0) gaps.push(gap);
    }
  }
  if (!gaps.length) return 1;
  return Float64Array.from(gaps).sort()[Math.floor(gaps.length / 4)];
}

function groupRows(seats) {
  const groups = new Map();
  for (const seat of seats) {
    const group = groups.get(seat.row);
    if (group) group.push(seat);
    else groups.set(seat.row, [seat]);
  }
  for (const group of groups.values()) group.sort((a, b) => a.x - b.x || a.number - b.number);
  return [...groups.values()];
}

function depthOf(row) {
  return row.reduce((sum, seat) => sum + seat.y, 0) / row.length;
}

// Neighbours stand shoulder to shoulder; more than this between them is an aisle.
export function areNeighbours(one, other) {
  return distance(one, other) < 1.45 * UNIT;
}

function turn(row) {
  for (let i = 1; i < row.length; i += 1) row[i].joined = areNeighbours(row[i - 1], row[i]);
  row.forEach((seat, index) => {
    const before = seat.joined ? row[index - 1] : seat;
    const after = row[index + 1]?.joined ? row[index + 1] : seat;
    if (before === after) return;
    const angle = (Math.atan2(after.y - before.y, after.x - before.x) * 180) / Math.PI;
    seat.angle = Math.round(angle * 10) / 10;
  });
  return row;
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

function rangeOf(seats, name) {
  let least = Infinity;
  let most = -Infinity;
  for (const seat of seats) {
    if (seat[name] < least) least = seat[name];
    if (seat[name] > most) most = seat[name];
  }
  return [least, most];
}

// Every seat says where it is: its place in all of the hall, its row, its place in
// the row, and whether it is joined to the seat before it there.
export function drawHall(layout) {
  const raw = groupRows(layout.seats ?? []);
  const scale = UNIT / pitchOf(raw);
  const [left, right] = rangeOf(layout.seats, 'x');
  const [nearest, farthest] = rangeOf(layout.seats, 'y');
  const depth = (farthest - nearest) * scale;
  const front = Math.max(FRONT, depth * FRONT_SHARE);
  const width = (right - left) * scale + 2 * SIDE;
  const height = depth + front + BACK;
  // Written out in full: copied member by member, 50,000 seats take a good deal longer.
  const place = (seat) => ({
    id: seat.id,
    row: seat.row,
    number: seat.number,
    label: seat.label || `${seat.row}${seat.number}`,
    tier: seat.tier,
    price: seat.price,
    section: seat.section ?? '',
    features: seat.features ?? [],
    x: Math.round(((seat.x - left) * scale + SIDE) * 10) / 10,
    y: Math.round(((seat.y - nearest) * scale + front) * 10) / 10,
    angle: 0,
    joined: false,
    index: 0,
    rowIndex: 0,
    column: 0,
  });

  const rows = raw
    .map((row) => turn(row.map(place)))
    .map((seats) => ({ row: seats[0].row, section: seats[0].section, depth: depthOf(seats), seats }))
    .sort((a, b) => a.depth - b.depth || (a.row < b.row ? -1 : 1));

  const inOrder = rows.flatMap((row) => row.seats);
  const seats = new Map();
  const features = new Set();
  rows.forEach((row, rowIndex) => {
    row.seats.forEach((seat, column) => {
      seat.index = seats.size;
      seat.rowIndex = rowIndex;
      seat.column = column;
      seats.set(seat.id, seat);
      for (const feature of seat.features) features.add(feature);
    });
  });

  const tiers = (layout.tiers ?? []).map((tier, index) => ({ ...tier, mark: index }));
  let labels = null;
  return {
    showId: layout.show_id,
    width,
    height,
    rows,
    seats,
    inOrder,
    features,
    get byLabel() {
      labels ??= new Map(inOrder.map((seat) => [seat.label, seat.id]));
      return labels;
    },
    tiers,
    tierById: new Map(tiers.map((tier) => [tier.id, tier])),
    sections: sectionsOf(rows),
    grid: gridOf(inOrder, width, height),
    screen: { x: width / 2, y: (front / FRONT) * 1.05 * UNIT, width: Math.max(4 * UNIT, (width - 2 * SIDE) * 0.82) },
  };
}

// Squares of this size say which seats are in them: the seats of square s are
// members[starts[s]] up to members[starts[s + 1]], as places in all of the hall.
const SQUARE = 2 * UNIT;

function gridOf(seats, width, height) {
  const columns = Math.ceil(width / SQUARE) + 1;
  const lines = Math.ceil(height / SQUARE) + 1;
  const squareOf = (seat) => Math.floor(seat.y / SQUARE) * columns + Math.floor(seat.x / SQUARE);
  const starts = new Uint32Array(columns * lines + 1);
  for (const seat of seats) starts[squareOf(seat) + 1] += 1;
  for (let square = 1; square < starts.length; square += 1) starts[square] += starts[square - 1];
  const filled = starts.slice();
  const members = new Uint32Array(seats.length);
  for (const seat of seats) {
    const square = squareOf(seat);
    members[filled[square]] = seat.index;
    filled[square] += 1;
  }
  return { columns, lines, starts, members };
}

// All seats whose middle may lie between these edges, and perhaps a few next to them.
export function eachSeatWithin({ grid, inOrder }, { left, top, right, bottom }, visit) {
  const first = Math.max(0, Math.floor(left / SQUARE));
  const last = Math.min(grid.columns - 1, Math.floor(right / SQUARE));
  const end = Math.min(grid.lines - 1, Math.floor(bottom / SQUARE));
  for (let line = Math.max(0, Math.floor(top / SQUARE)); line <= end; line += 1) {
    if (last < first) return;
    const stop = grid.starts[line * grid.columns + last + 1];
    for (let at = grid.starts[line * grid.columns + first]; at < stop; at += 1) visit(inOrder[grid.members[at]]);
  }
}

// The seat whose square holds this point, or nothing between the rows.
export function seatAt(hall, x, y, reach = 0.6) {
  let best = null;
  let nearest = reach * UNIT;
  const around = { left: x - nearest, top: y - nearest, right: x + nearest, bottom: y + nearest };
  eachSeatWithin(hall, around, (seat) => {
    const apart = Math.max(Math.abs(seat.x - x), Math.abs(seat.y - y));
    if (apart < nearest) {
      nearest = apart;
      best = seat;
    }
  });
  return best;
}

export function seatsBetween(hall, fromId, toId) {
  const from = hall.seats.get(fromId);
  const to = hall.seats.get(toId);
  if (!from || !to) return [];
  if (from.rowIndex !== to.rowIndex) return [from];
  const { seats } = hall.rows[from.rowIndex];
  const ends = [from.column, to.column].sort((a, b) => a - b);
  return seats.slice(ends[0], ends[1] + 1);
}
