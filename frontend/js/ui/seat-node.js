// In a square of 40 units around the middle of the seat, the screen above it.

import { setAttribute, svg } from './nodes.js';

const SEAT =
  'M-7 -15H7A5 5 0 0 1 12 -10V-7H13A3.2 3.2 0 0 1 16.2 -3.8V7A9.5 9.5 0 0 1 6.7 16.5H-6.7A9.5 9.5 0 0 1 -16.2 7V-3.8A3.2 3.2 0 0 1 -13 -7H-12V-10A5 5 0 0 1 -7 -15Z';
const BAY = 'M-12 -15.5H12A4 4 0 0 1 16 -11.5V11.5A4 4 0 0 1 12 15.5H-12A4 4 0 0 1 -16 11.5V-11.5A4 4 0 0 1 -12 -15.5Z';
const SQUARE = 'M-10 -15H10A5 5 0 0 1 15 -10V10A5 5 0 0 1 10 15H-10A5 5 0 0 1 -15 10V-10A5 5 0 0 1 -10 -15Z';
const DOT = 'M0 -13A13 13 0 1 1 0 13 13 13 0 1 1 0 -13Z';

const CUSHION = 'M-11.6 -6.6V3.6A5.6 5.6 0 0 0 -6 9.2H6A5.6 5.6 0 0 0 11.6 3.6V-6.6';
export const TIER_HUES = 6;
// One stud in the back rest for the second price group, two for the third …
const STUDS = ['', 'M-1 13H1', 'M-4.5 13H-2.5M2.5 13H4.5', 'M-7 13H-5M-1 13H1M5 13H7'];

const CHECK = 'M-6.5 -2.5L-2 2.5L7 -8';
const CLOCK = 'M0 -11.2A8.4 8.4 0 1 1 0 5.6 8.4 8.4 0 1 1 0 -11.2ZM0 -7.6V-2.8L3.4 -0.6';
const HATCH = 'M-12.5 -1L-1 -13M-15 10L9 -13.5M-10 15L14.5 -9M2 15.5L15 3';
const PERSON = 'M0 -10.5A4.6 4.6 0 1 1 0 -1.3 4.6 4.6 0 1 1 0 -10.5ZM-9.4 9.5A9.4 8.6 0 0 1 9.4 9.5Z';
const ACCENT_DOT = 'M11.5 -16.5A5.5 5.5 0 1 1 11.5 -5.5 5.5 5.5 0 1 1 11.5 -16.5Z';

const WHEELCHAIR =
  'M-2.2 -11.6A2 2 0 1 1 -2.2 -7.6 2 2 0 1 1 -2.2 -11.6ZM-2.2 -5.6V1.4H4.2L7.8 8.4M-2.2 -2.6H4M-5 -1.2A6.2 6.2 0 1 0 3.6 6.4';
const COMPANION =
  'M-4.6 -9.4A2.4 2.4 0 1 1 -4.6 -4.6 2.4 2.4 0 1 1 -4.6 -9.4ZM4.6 -9.4A2.4 2.4 0 1 1 4.6 -4.6 2.4 2.4 0 1 1 4.6 -9.4ZM-9 6.5V1.6A4.4 4.4 0 0 1 -0.2 1.6V6.5M0.2 1.6A4.4 4.4 0 0 1 9 1.6V6.5';

const MARKS = { available: '', picked: CHECK, held: CLOCK, taken: HATCH, booked: PERSON, mine: PERSON };
const FEATURES = { wheelchair: WHEELCHAIR, companion: COMPANION };

export function featureOf(seat) {
  return ['wheelchair', 'companion'].find((name) => (seat.features ?? []).includes(name)) ?? null;
}

export function shapeFor(detail, feature) {
  if (detail === 'dot') return DOT;
  if (detail === 'square') return SQUARE;
  return feature === 'wheelchair' ? BAY : SEAT;
}

export function linesFor(detail, look, tierMark, feature) {
  if (look === 'mine') return ACCENT_DOT;
  if (detail === 'dot' || detail === 'square' || look !== 'available') return '';
  const studs = STUDS[Math.min(tierMark, STUDS.length - 1)] ?? '';
  return (feature === 'wheelchair' ? '' : CUSHION) + studs;
}

export const markFor = (look) => MARKS[look];
export const featureDrawing = (feature) => FEATURES[feature];

export function createSeatNode(seat, tierMark) {
  const feature = featureOf(seat);
  const shape = svg('path', { class: 'seat-shape' });
  const lines = svg('path', { class: 'seat-lines' });
  const mark = svg('path', { class: 'seat-mark' });
  const node = svg(
    'g',
    {
      class: feature ? `seat has-feature is-${feature}` : 'seat',
      transform: `translate(${seat.x} ${seat.y})${seat.angle ? ` rotate(${seat.angle})` : ''}`,
    },
    shape,
    lines,
    mark,
    feature && svg('path', { class: 'seat-feature', d: featureDrawing(feature) }),
  );
  node.style.setProperty('--tier', `var(--tier-${tierMark % TIER_HUES})`);
  let number = null;
  let drawn = '';

  function draw(look, detail) {
    const wanted = `${look} ${detail}`;
    if (wanted === drawn) return;
    drawn = wanted;
    setAttribute(node, 'data-look', look);
    setAttribute(shape, 'd', shapeFor(detail, feature));
    setAttribute(lines, 'd', linesFor(detail, look, tierMark, feature) || null);
    setAttribute(mark, 'd', detail === 'dot' ? null : markFor(look) || null);
    if (detail === 'numbered' && look === 'available' && !feature) {
      if (!number) {
        number = svg('text', { class: 'seat-number', y: 2.5, 'aria-hidden': 'true', text: String(seat.number) });
        if (seat.angle) number.setAttribute('transform', `rotate(${-seat.angle})`);
        node.append(number);
      }
    } else if (number) {
      number.remove();
      number = null;
    }
  }

  return { node, draw };
}
