// A hall too large to be painted at once is painted as square tiles, `side` pixels wide.

// The tiles that this part of the hall lies on, and `margin` more on every side; what
// is nearest to the middle of the part comes first.
export function tilesAround({ left, top, width, height }, side, { hallWidth, hallHeight, margin = 0 }) {
  const clamp = (value, most) => Math.max(0, Math.min(most, value));
  const lastColumn = Math.max(0, Math.ceil(hallWidth / side) - 1);
  const lastLine = Math.max(0, Math.ceil(hallHeight / side) - 1);
  const first = clamp(Math.floor(left / side) - margin, lastColumn);
  const last = clamp(Math.ceil((left + width) / side) - 1 + margin, lastColumn);
  const begin = clamp(Math.floor(top / side) - margin, lastLine);
  const end = clamp(Math.ceil((top + height) / side) - 1 + margin, lastLine);
  const tiles = [];
  for (let line = begin; line <= end; line += 1) {
    for (let column = first; column <= last; column += 1) {
      const apart = Math.hypot((column + 0.5) * side - left - width / 2, (line + 0.5) * side - top - height / 2);
      tiles.push({ key: `${column} ${line}`, left: column * side, top: line * side, apart });
    }
  }
  return tiles.sort((one, other) => one.apart - other.apart);
}

// Pixels of the picture of the whole hall for one unit of the hall: sharp when all of
// it is in the view, unless that takes more pixels than a device should be asked for.
export function overviewScale(hall, wanted, mostPixels) {
  return Math.min(wanted, Math.sqrt(mostPixels / (hall.width * hall.height)));
}

// Seats as runs of neighbours that look the same: {look, seats}. An aisle parts them.
export function runsOfSeats(seats, lookOf) {
  const runs = [];
  for (const seat of [...seats].sort((one, other) => one.index - other.index)) {
    const look = lookOf(seat);
    const run = runs.at(-1);
    const last = run?.seats.at(-1);
    if (last && run.look === look && seat.joined && last.index + 1 === seat.index) run.seats.push(seat);
    else runs.push({ look, seats: [seat] });
  }
  return runs;
}
