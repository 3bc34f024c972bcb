import { areNeighbours, UNIT } from './hall-geometry.js';

const ALONE = 2.5;

function freeRuns(row, isFree) {
  const runs = [];
  let run = [];
  for (const seat of row.seats) {
    if (!isFree(seat)) {
      run = [];
      continue;
    }
    if (run.length && areNeighbours(run.at(-1), seat)) run.push(seat);
    else {
      run = [seat];
      runs.push(run);
    }
  }
  return runs;
}

function scoreFrom(hall, near) {
  const aim = near ?? { x: hall.width / 2, row: (hall.rows.length - 1) * 0.62 };
  // Whoever had chosen a row would rather keep it than the column.
  const depth = near ? 2.4 : 1.6;
  return (seats) => {
    const middle = (seats[0].x + seats.at(-1).x) / 2;
    return Math.abs(middle - aim.x) / UNIT + Math.abs(seats[0].rowIndex - aim.row) * depth;
  };
}

export function seatsTogether(hall, { count, isFree, tier = null, near = null }) {
  const score = scoreFrom(hall, near);

  function search(mayUse) {
    let best = null;
    let lowest = Infinity;
    for (const row of hall.rows) {
      for (const run of freeRuns(row, (seat) => isFree(seat.id) && mayUse(seat))) {
        for (let start = 0; start + count <= run.length; start += 1) {
          const seats = run.slice(start, start + count);
          const before = start;
          const after = run.length - start - count;
          const value = score(seats) + (before === 1 ? ALONE : 0) + (after === 1 ? ALONE : 0);
          if (value < lowest) {
            lowest = value;
            best = seats;
          }
        }
      }
    }
    return best;
  }

  const wanted = (seat) => tier === null || seat.tier === tier;
  // Wheelchair places and companion seats are left to those who need them.
  const best = search((seat) => wanted(seat) && !(seat.features ?? []).length);
  return best ? best.map((seat) => seat.id) : null;
}

// Where a group of seats is, to look for another close by.
export function centreOf(hall, ids) {
  const seats = ids.map((id) => hall.seats.get(id)).filter(Boolean);
  if (!seats.length) return null;
  const mean = (pick) => seats.reduce((sum, seat) => sum + pick(seat), 0) / seats.length;
  return { x: mean((seat) => seat.x), row: mean((seat) => seat.rowIndex) };
}
