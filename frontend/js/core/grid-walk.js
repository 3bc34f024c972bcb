function nearestInRow(row, x) {
  return row.seats.reduce((best, seat) => (Math.abs(seat.x - x) < Math.abs(best.x - x) ? seat : best));
}

export function stepFrom(hall, fromId, key, { toTheEnd = false } = {}) {
  const seat = hall.seats.get(fromId);
  if (!seat) return null;
  const row = hall.rows[seat.rowIndex];
  const { column } = seat;
  const inRow = (index) => hall.rows[Math.max(0, Math.min(hall.rows.length - 1, index))];

  switch (key) {
    case 'ArrowLeft':
      return row.seats[Math.max(0, column - 1)].id;
    case 'ArrowRight':
      return row.seats[Math.min(row.seats.length - 1, column + 1)].id;
    case 'ArrowUp':
      return seat.rowIndex === 0 ? seat.id : nearestInRow(inRow(seat.rowIndex - 1), seat.x).id;
    case 'ArrowDown':
      return seat.rowIndex === hall.rows.length - 1 ? seat.id : nearestInRow(inRow(seat.rowIndex + 1), seat.x).id;
    case 'Home':
      return (toTheEnd ? hall.rows[0] : row).seats[0].id;
    case 'End':
      return (toTheEnd ? hall.rows.at(-1) : row).seats.at(-1).id;
    case 'PageUp':
    case 'PageDown': {
      const here = hall.sections.findIndex(({ first, last }) => seat.rowIndex >= first && seat.rowIndex <= last);
      const section = hall.sections[key === 'PageDown' ? here + 1 : here - 1];
      if (section) return nearestInRow(hall.rows[section.first], seat.x).id;
      const edge = key === 'PageDown' ? hall.rows.at(-1) : hall.rows[0];
      return nearestInRow(edge, seat.x).id;
    }
    default:
      return null;
  }
}
