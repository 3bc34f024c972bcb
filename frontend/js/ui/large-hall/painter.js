// Paints seats on a canvas, as the elements of small halls would look.

import { eachSeatWithin, UNIT } from '../../core/hall-geometry.js';
import { runsOfSeats } from '../../core/hall-tiles.js';
import { featureDrawing, featureOf, linesFor, markFor, shapeFor } from '../seat-node.js';
import { FEATURES, LOOKS } from './looks.js';

// How far a seat reaches from its middle at most, turned and with its mark.
export const REACH = 24;
const LETTER_REACH = 1.6 * UNIT;
const FULL_TURN = 2 * Math.PI;

// From far away a seat is a dot; what it is tells by size as well as by colour.
const DOTS = { available: 15, taken: 10, booked: 11, mine: 16, held: 19, picked: 19 };

const drawings = new Map();

function drawing(path) {
  if (!drawings.has(path)) drawings.set(path, new Path2D(path));
  return drawings.get(path);
}

export function createPainter(hall) {
  const kinds = Uint8Array.from(hall.inOrder, (seat) => {
    const mark = hall.tierById.get(seat.tier)?.mark ?? 0;
    return mark * FEATURES.length + FEATURES.indexOf(featureOf(seat));
  });
  let looks = null;

  // Where seats are put: `left` and `top` in units of the hall, `scale` in pixels of the canvas.
  function onto(context, { left, top, scale }) {
    const put = (seat) => {
      const turn = (seat.angle * Math.PI) / 180;
      const along = seat.angle ? Math.cos(turn) * scale : scale;
      const across = seat.angle ? Math.sin(turn) * scale : 0;
      context.setTransform(along, across, -across, along, (seat.x - left) * scale, (seat.y - top) * scale);
    };
    const putUpright = (x, y) => context.setTransform(scale, 0, 0, scale, (x - left) * scale, (y - top) * scale);
    return { put, putUpright };
  }

  function paintDots(context, { left, top, scale }, seats, look, brushes, feature) {
    const { shape, lines } = brushes;
    const radius = DOTS[look] * scale;
    const hollow = look === 'taken' && radius > 1.6;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.beginPath();
    for (const seat of seats) {
      const x = (seat.x - left) * scale;
      const y = (seat.y - top) * scale;
      if (feature === 'wheelchair' || radius < 0.8) context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
      else {
        context.moveTo(x + radius, y);
        context.arc(x, y, radius, 0, FULL_TURN);
      }
    }
    if (hollow) {
      context.lineWidth = radius * 0.45;
      context.setLineDash([]);
      context.strokeStyle = shape.stroke;
      context.stroke();
    } else {
      const colours = { available: shape.stroke, taken: shape.stroke, booked: shape.fill ?? shape.stroke, mine: lines.fill };
      context.fillStyle = colours[look] ?? shape.stroke;
      context.fill();
    }
  }

  function paintPart(context, place, seats, brush, path) {
    if (!brush || !path || (!brush.fill && !brush.stroke)) return;
    const drawn = drawing(path);
    if (brush.fill) context.fillStyle = brush.fill;
    if (brush.stroke) {
      context.strokeStyle = brush.stroke;
      context.lineWidth = brush.width;
      context.setLineDash(brush.dash);
    }
    for (const seat of seats) {
      place.put(seat);
      if (brush.moved) context.transform(...brush.moved);
      if (brush.fill) context.fill(drawn);
      if (brush.stroke) context.stroke(drawn);
    }
  }

  function paintNumbers(context, place, seats) {
    const { font, fill } = looks.numbers();
    context.font = font;
    context.fillStyle = fill;
    for (const seat of seats) {
      place.putUpright(seat.x, seat.y);
      context.fillText(String(seat.number), 0, 2.5);
    }
  }

  function paintKind(context, on, seats, look, kind) {
    const feature = FEATURES[kind % FEATURES.length];
    const tierMark = Math.floor(kind / FEATURES.length);
    const brushes = looks.of(look, tierMark, feature);
    context.globalAlpha = brushes.opacity;
    if (on.detail === 'dot') {
      paintDots(context, on, seats, look, brushes, feature);
      return;
    }
    const place = onto(context, on);
    paintPart(context, place, seats, brushes.shape, shapeFor(on.detail, feature));
    paintPart(context, place, seats, brushes.lines, linesFor(on.detail, look, tierMark, feature));
    paintPart(context, place, seats, brushes.mark, markFor(look));
    if (feature) paintPart(context, place, seats, brushes.feature, featureDrawing(feature));
    else if (on.detail === 'numbered' && look === 'available') paintNumbers(context, place, seats);
  }

  function paintSeats(context, on, seats, lookOf) {
    const groups = new Map();
    for (const seat of seats) {
      const group = lookOf(seat.index) * 256 + kinds[seat.index];
      const members = groups.get(group);
      if (members) members.push(seat);
      else groups.set(group, [seat]);
    }
    context.lineCap = 'round';
    context.lineJoin = 'round';
    context.textAlign = 'center';
    for (const group of [...groups.keys()].sort((a, b) => a - b)) {
      paintKind(context, on, groups.get(group), LOOKS[group >> 8], group & 255);
    }
    context.globalAlpha = 1;
  }

  // The name of a row stands at its ends and in its aisles.
  function paintLetters(context, on, area) {
    const { putUpright } = onto(context, on);
    context.font = looks.letters.font;
    context.fillStyle = looks.letters.fill;
    context.textAlign = 'center';
    const write = (text, x, y) => {
      putUpright(x, y);
      context.fillText(text, 0, 5);
    };
    eachSeatWithin(hall, grown(area, LETTER_REACH), (seat) => {
      const row = hall.rows[seat.rowIndex];
      const before = row.seats[seat.column - 1];
      if (!before) write(row.row, seat.x - 0.95 * UNIT, seat.y);
      else if (seat.x - before.x > 1.8 * UNIT) write(row.row, (seat.x + before.x) / 2, (seat.y + before.y) / 2);
      if (seat.column === row.seats.length - 1) write(row.row, seat.x + 0.95 * UNIT, seat.y);
    });
  }

  const grown = ({ left, top, right, bottom }, by) => ({ left: left - by, top: top - by, right: right + by, bottom: bottom + by });

  function within(area) {
    const found = [];
    eachSeatWithin(hall, grown(area, REACH), (seat) => found.push(seat));
    return found;
  }

  return {
    use: (next) => (looks = next),

    // All of a canvas.
    paint(context, on, lookOf) {
      const { width, height } = context.canvas;
      const area = { left: on.left, top: on.top, right: on.left + width / on.scale, bottom: on.top + height / on.scale };
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, width, height);
      if (on.detail === 'seat' || on.detail === 'numbered') paintLetters(context, on, area);
      paintSeats(context, on, within(area), lookOf);
    },

    // Only where these seats are, and what reaches into their squares. One rectangle at a
    // time: edges cut by many at once come out a little softer than they were.
    repaint(context, on, changed, lookOf) {
      for (const run of runsOfSeats(changed, () => null)) {
        const edge = (name, pick) => pick(...run.seats.map((seat) => seat[name]));
        const x = Math.floor((edge('x', Math.min) - REACH - on.left) * on.scale);
        const y = Math.floor((edge('y', Math.min) - REACH - on.top) * on.scale);
        const right = Math.ceil((edge('x', Math.max) + REACH - on.left) * on.scale);
        const bottom = Math.ceil((edge('y', Math.max) + REACH - on.top) * on.scale);
        const area = { left: x / on.scale + on.left, top: y / on.scale + on.top, right: right / on.scale + on.left, bottom: bottom / on.scale + on.top };
        context.save();
        context.setTransform(1, 0, 0, 1, 0, 0);
        context.beginPath();
        context.rect(x, y, right - x, bottom - y);
        context.clip();
        context.clearRect(x, y, right - x, bottom - y);
        paintSeats(context, on, within(area), lookOf);
        context.restore();
      }
    },

    // Seats alone on an empty canvas.
    paintOnly(context, on, seats, lookOf) {
      paintSeats(context, on, seats, lookOf);
      context.setTransform(1, 0, 0, 1, 0, 0);
    },
  };
}
