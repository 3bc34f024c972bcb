// What is neither a seat nor a letter: the screen with its light, the names of the
// sections, and where your own seats are when all are too small to be seen.

import { runsOfSeats } from '../../core/hall-tiles.js';
import { html, replace, svg } from '../nodes.js';
import { createSeatNode } from '../seat-node.js';

const OWN = new Set(['picked', 'held', 'mine']);

function putAt(node, x, y, hall) {
  node.style.left = `${(x / hall.width) * 100}%`;
  node.style.top = `${(y / hall.height) * 100}%`;
  return node;
}

export function drawScreen(hall, say) {
  const { x, y, width } = hall.screen;
  const bend = Math.min(y * 0.6, width * 0.06);
  const left = x - width / 2;
  const right = x + width / 2;
  const reach = Math.min(hall.height - y, width * 0.3);
  const curve = `M${left} ${y + bend / 2}Q${x} ${y - bend / 2} ${right} ${y + bend / 2}`;
  const stop = (offset, name) => svg('stop', { offset, class: name });
  const light = svg(
    'radialGradient',
    { id: 'large-screen-light', gradientUnits: 'userSpaceOnUse', cx: 0, cy: 0, r: 1, gradientTransform: `translate(${x} ${y}) scale(${width * 0.62} ${reach})` },
    stop(0, 'light-near'),
    stop(0.45, 'light-middle'),
    stop(1, 'light-far'),
  );
  const glow = svg('path', {
    class: 'screen-light',
    d: `M${x - width * 0.64} ${y + bend / 2}H${left}${curve.slice(curve.indexOf('Q'))}H${x + width * 0.64}V${y + reach}H${x - width * 0.64}Z`,
    fill: 'url(#large-screen-light)',
  });
  const drawn = svg('svg', { class: 'screen large-screen', viewBox: `0 0 ${hall.width} ${hall.height}`, 'aria-hidden': 'true' });
  drawn.append(svg('defs', {}, light), glow, svg('path', { class: 'screen-curve', d: curve }));
  const word = html('span', { class: 'large-screen-word', 'aria-hidden': 'true', text: say('hall.screen') });
  return [drawn, putAt(word, x, y, hall)];
}

// Every section once, over its first rows.
export function nameSections(hall) {
  const names = html('div', { class: 'section-names', 'aria-hidden': 'true' });
  const blocks = [];
  for (const { name, first, last } of hall.sections) {
    if (blocks.at(-1)?.name === name) blocks.at(-1).last = last;
    else blocks.push({ name, first, last });
  }
  for (const { name, first, last } of blocks) {
    if (!name) continue;
    const middle = (hall.rows[first].depth + hall.rows[last].depth) / 2;
    names.append(putAt(html('span', { dir: 'auto', text: name }), hall.width / 2, middle, hall));
  }
  return names;
}

export function createPins(hall) {
  const node = html('div', { class: 'pins', 'aria-hidden': 'true' });

  function pin({ look, seats }) {
    const sample = createSeatNode({ x: 0, y: 0, angle: 0, number: 0, features: [] }, 0);
    sample.draw(look, 'seat');
    const x = seats.reduce((sum, seat) => sum + seat.x, 0) / seats.length;
    const y = seats.reduce((sum, seat) => sum + seat.y, 0) / seats.length;
    return putAt(svg('svg', { viewBox: '-24 -24 48 48' }, svg('circle', { class: 'pin-ground', r: 23 }), sample.node), x, y, hall);
  }

  return {
    node,
    update({ picked, holdIds, booked }, lookOf) {
      const own = [...picked, ...holdIds, ...booked].map((id) => hall.seats.get(id)).filter(Boolean);
      replace(node, runsOfSeats(new Set(own), lookOf).filter(({ look }) => OWN.has(look)).map(pin));
    },
  };
}
