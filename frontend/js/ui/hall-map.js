// Built when the layout arrives; afterwards only changed seats are touched.

import { seatAt, UNIT } from '../core/hall-geometry.js';
import { detailAt } from '../core/hall-zoom.js';
import { stepFrom } from '../core/grid-walk.js';
import { changedSeats, seatLook } from '../core/selectors.js';
import { replace, setAttribute, svg } from './nodes.js';
import { createSeatNode } from './seat-node.js';

const PICKABLE = new Set(['available', 'picked', 'held']);

export function createHallMap({ say, nameOf, onFocus, onPress }) {
  const glow = svg('g', { class: 'screen', 'aria-hidden': 'true' });
  const letters = svg('g', { class: 'row-letters', 'aria-hidden': 'true' });
  const grid = svg('g', { role: 'grid', 'aria-multiselectable': 'true', 'aria-describedby': 'hall-help' });
  const ring = svg('rect', { class: 'focus-ring', 'aria-hidden': 'true', rx: 8, width: 42, height: 42, hidden: true });
  const drawing = svg('svg', { class: 'hall-drawing', preserveAspectRatio: 'xMidYMid meet' }, glow, letters, grid, ring);

  let hall = null;
  let cells = new Map();
  let current = null;
  let detail = 'seat';

  function build(next, screenName) {
    hall = next;
    cells = new Map();
    current = null;
    ring.setAttribute('hidden', '');
    drawing.setAttribute('viewBox', `0 0 ${hall.width} ${hall.height}`);
    grid.setAttribute('aria-label', say('hall.grid', { screen: screenName }));
    replace(glow, drawScreen());
    replace(letters, drawLetters());
    replace(
      grid,
      hall.rows.map((row) => svg('g', { role: 'row' }, ...row.seats.map(buildCell))),
    );
    const start = hall.rows[Math.floor(hall.rows.length / 2)].seats;
    makeCurrent(start[Math.floor(start.length / 2)].id);
  }

  function buildCell(seat) {
    const tier = hall.tierById.get(seat.tier)?.mark ?? 0;
    const cell = createSeatNode(seat, tier);
    cell.node.setAttribute('role', 'gridcell');
    cell.node.setAttribute('tabindex', '-1');
    cell.node.setAttribute('data-seat', seat.id);
    cell.look = null;
    cells.set(seat.id, cell);
    return cell.node;
  }

  function drawScreen() {
    const { x, y, width } = hall.screen;
    const bend = Math.min(26, width * 0.06);
    const left = x - width / 2;
    const right = x + width / 2;
    const reach = Math.min(hall.height - y, 8.5 * UNIT);
    const curve = `M${left} ${y + bend / 2}Q${x} ${y - bend / 2} ${right} ${y + bend / 2}`;
    return [
      svg(
        'defs',
        {},
        svg(
          'radialGradient',
          { id: 'screen-light', gradientUnits: 'userSpaceOnUse', cx: 0, cy: 0, r: 1, gradientTransform: `translate(${x} ${y}) scale(${width * 0.62} ${reach})` },
          svg('stop', { offset: 0, class: 'light-near' }),
          svg('stop', { offset: 0.45, class: 'light-middle' }),
          svg('stop', { offset: 1, class: 'light-far' }),
        ),
      ),
      svg('path', {
        class: 'screen-light',
        d: `M${x - width * 0.64} ${y + bend / 2}H${left}${curve.slice(curve.indexOf('Q'))}H${x + width * 0.64}V${y + reach}H${x - width * 0.64}Z`,
        fill: 'url(#screen-light)',
      }),
      svg('path', { class: 'screen-curve', d: curve }),
      svg('text', { class: 'screen-word', x, y: y + 30, text: say('hall.screen') }),
    ];
  }

  function drawLetters() {
    return hall.rows.flatMap((row) => {
      const first = row.seats[0];
      const last = row.seats.at(-1);
      return [
        svg('text', { x: first.x - 0.95 * UNIT, y: first.y + 5, text: row.row }),
        svg('text', { x: last.x + 0.95 * UNIT, y: last.y + 5, text: row.row }),
      ];
    });
  }

  function makeCurrent(id) {
    if (current !== null) cells.get(current)?.node.setAttribute('tabindex', '-1');
    current = id;
    cells.get(id).node.setAttribute('tabindex', '0');
  }

  function update(state, before) {
    if (!hall) return;
    for (const id of changedSeats(state, before) ?? cells.keys()) {
      const cell = cells.get(id);
      const look = seatLook(state, id);
      if (!cell || look === cell.look) continue;
      cell.look = look;
      cell.draw(look, detail);
      setAttribute(cell.node, 'aria-label', nameOf(hall.seats.get(id), look));
      setAttribute(cell.node, 'aria-selected', PICKABLE.has(look) ? String(look !== 'available') : null);
      setAttribute(cell.node, 'aria-disabled', PICKABLE.has(look) ? null : 'true');
    }
  }

  function setPitch(pitch, width, height) {
    drawing.setAttribute('width', String(width));
    drawing.setAttribute('height', String(height));
    const next = detailAt(pitch);
    if (next === detail) return;
    detail = next;
    setAttribute(drawing, 'data-detail', detail);
    for (const cell of cells.values()) if (cell.look) cell.draw(cell.look, detail);
  }

  function ringAround(id) {
    const seat = hall.seats.get(id);
    ring.setAttribute('x', seat.x - 21);
    ring.setAttribute('y', seat.y - 21);
    ring.removeAttribute('hidden');
  }

  function focusSeat(id) {
    makeCurrent(id);
    const { node } = cells.get(id);
    node.focus({ preventScroll: true });
  }

  const idOf = (node) => Number(node.getAttribute('data-seat'));
  const cellOf = (target) => target.closest?.('[data-seat]');

  grid.addEventListener('focusin', (event) => {
    const node = cellOf(event.target);
    if (!node) return;
    const id = idOf(node);
    makeCurrent(id);
    const byKey = node.matches(':focus-visible');
    if (byKey) ringAround(id);
    onFocus(id, byKey);
  });
  grid.addEventListener('focusout', () => {
    ring.setAttribute('hidden', '');
    onFocus(null);
  });
  grid.addEventListener('keydown', (event) => {
    const node = cellOf(event.target);
    if (!node || event.altKey || event.metaKey) return;
    if (event.key === ' ' || event.key === 'Enter') {
      event.preventDefault();
      onPress(idOf(node));
      return;
    }
    const next = stepFrom(hall, idOf(node), event.key, { toTheEnd: event.ctrlKey });
    if (next === null) return;
    event.preventDefault();
    focusSeat(next);
  });

  return {
    node: drawing,
    build,
    update,
    setPitch,
    hall: () => hall,
    placeOf: (id) => cells.get(id)?.node.getBoundingClientRect() ?? null,
    // Which seat is meant by a point of the window, gaps between seats included.
    seatUnder(clientX, clientY) {
      if (!hall) return null;
      const box = drawing.getBoundingClientRect();
      const scale = hall.width / box.width;
      return seatAt(hall, (clientX - box.left) * scale, (clientY - box.top) * scale);
    },
  };
}
