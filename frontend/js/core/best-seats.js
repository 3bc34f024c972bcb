import { UNIT } from './hall-geometry.js';

const ALONE = 2.5;

// The best place of a group in one row, as the column where it begins.
function bestInRow({ seats }, count, mayUse, aim, lowest) {
  let best = -1;
  let from = 0;
  for (let column = 0; column <= seats.length; column += 1) {
    const seat = seats[column];
    const isFree = seat !== undefined && mayUse(seat);
    if (isFree && (column === from || seat.joined)) continue;
    for (let start = from; start + count <= column; start += 1) {
      const middle = (seats[start].x + seats[start + count - 1].x) / 2;
      const before = start - from;
      const after = column - start - count;
      const value = Math.abs(middle - aim.x) / UNIT + aim.away + (before === 1 ? ALONE : 0) + (after === 1 ? ALONE : 0);
      if (value < lowest) {
        lowest = value;
        best = start;
      }
    }
    from = isFree ? column : column + 1;
  }
  return { best, lowest };
}

export function seatsTogether(hall, { count, isFree, tier = null, near = null }) {
  const aim = near ?? { x: hall.width / 2, row: (hall.rows.length - 1) * 0.62 };
  // Whoever had chosen a row would rather keep it than the column.
  const depth = near ? 2.4 : 1.6;
  // Wheelchair places and companion seats are left to those who need them.
  const mayUse = (seat) => (tier === null || seat.tier === tier) && !seat.features?.length && isFree(seat.id);

  // The nearest rows first: those that are farther than what is found need no look.
  const rows = hall.rows
    .map((row, index) => ({ row, index, away: Math.abs(index - aim.row) * depth }))
    .sort((one, other) => one.away - other.away || one.index - other.index);
  let found = null;
  let lowest = Infinity;
  for (const { row, away } of rows) {
    if (away >= lowest) break;
    const inRow = bestInRow(row, count, mayUse, { x: aim.x, away }, lowest);
    if (inRow.best < 0) continue;
    lowest = inRow.lowest;
    found = row.seats.slice(inRow.best, inRow.best + count);
  }
  return found ? found.map((seat) => seat.id) : null;
}

// Where a group of seats is, to look for another close by.
export function centreOf(hall, ids) {
  const seats = ids.map((id) => hall.seats.get(id)).filter(Boolean);
  if (!seats.length) return null;
  const mean = (pick) => seats.reduce((sum, seat) => sum + pick(seat), 0) / seats.length;
  return { x: mean((seat) => seat.x), row: mean((seat) => seat.rowIndex) };
}
