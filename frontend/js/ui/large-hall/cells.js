// A painted hall has a real grid for keyboards and assistive technology: the seat that
// has the focus and those around it, as cells that lie over the painted ones.

import { UNIT } from '../../core/hall-geometry.js';
import { stepFrom } from '../../core/grid-walk.js';
import { html, setAttribute, show } from '../nodes.js';

const PICKABLE = new Set(['available', 'picked', 'held']);
const COLUMNS_AROUND = 8;
const ROWS_AROUND = 1;

export function createCells({ hall, say, screenName, nameOf, lookOf, onFocus, onPress }) {
  const grid = html('div', {
    class: 'cells',
    role: 'grid',
    'aria-label': say('hall.grid', { screen: screenName }),
    'aria-multiselectable': 'true',
    'aria-describedby': 'hall-help',
    'aria-rowcount': hall.rows.length,
    'aria-colcount': Math.max(...hall.rows.map((row) => row.seats.length)),
  });
  const ring = html('div', { class: 'focus-box', 'aria-hidden': 'true', hidden: true });
  const rows = new Map();
  const cells = new Map();
  let current = null;

  const shareOf = (value, whole) => `${(value / whole) * 100}%`;

  function put(node, seat) {
    node.style.left = shareOf(seat.x, hall.width);
    node.style.top = shareOf(seat.y, hall.height);
  }

  function rowNode(rowIndex) {
    if (!rows.has(rowIndex)) {
      const node = html('div', { role: 'row', 'aria-rowindex': rowIndex + 1 });
      const next = [...rows.keys()].filter((other) => other > rowIndex).sort((a, b) => a - b)[0];
      grid.insertBefore(node, next === undefined ? null : rows.get(next));
      rows.set(rowIndex, node);
    }
    return rows.get(rowIndex);
  }

  function addCell(seat) {
    const node = html('div', { role: 'gridcell', tabindex: -1, 'data-seat': seat.id, 'aria-colindex': seat.column + 1 });
    put(node, seat);
    node.style.width = shareOf(UNIT, hall.width);
    const row = rowNode(seat.rowIndex);
    const next = [...row.children].find((other) => Number(other.getAttribute('aria-colindex')) > seat.column + 1);
    row.insertBefore(node, next ?? null);
    const cell = { node, seat, look: null };
    cells.set(seat.id, cell);
    draw(cell);
  }

  function draw(cell) {
    const look = lookOf(cell.seat);
    if (look === cell.look) return;
    cell.look = look;
    setAttribute(cell.node, 'data-look', look);
    setAttribute(cell.node, 'aria-label', nameOf(cell.seat, look));
    setAttribute(cell.node, 'aria-selected', PICKABLE.has(look) ? String(look !== 'available') : null);
    setAttribute(cell.node, 'aria-disabled', PICKABLE.has(look) ? null : 'true');
  }

  function around(seat) {
    const wanted = [];
    for (let index = seat.rowIndex - ROWS_AROUND; index <= seat.rowIndex + ROWS_AROUND; index += 1) {
      const row = hall.rows[index]?.seats ?? [];
      const reach = (COLUMNS_AROUND + 0.5) * UNIT;
      wanted.push(...row.filter((other) => Math.abs(other.x - seat.x) <= reach));
    }
    return wanted;
  }

  // New cells come before the focus moves and old ones go after it, so that it is never lost.
  function makeCurrent(id, { focus = false } = {}) {
    const seat = hall.seats.get(id);
    const wanted = new Set(around(seat));
    for (const other of wanted) if (!cells.has(other.id)) addCell(other);
    if (current !== null) cells.get(current)?.node.setAttribute('tabindex', '-1');
    current = id;
    const { node } = cells.get(id);
    node.setAttribute('tabindex', '0');
    if (focus) node.focus({ preventScroll: true });
    for (const cell of [...cells.values()]) {
      if (wanted.has(cell.seat) || cell.node === document.activeElement) continue;
      cell.node.remove();
      cells.delete(cell.seat.id);
    }
    for (const [index, row] of rows) {
      if (row.firstChild) continue;
      row.remove();
      rows.delete(index);
    }
  }

  const cellOf = (target) => target.closest?.('[data-seat]');
  const idOf = (node) => Number(node.getAttribute('data-seat'));

  grid.addEventListener('focusin', (event) => {
    const node = cellOf(event.target);
    if (!node) return;
    const id = idOf(node);
    if (id !== current) makeCurrent(id);
    const byKey = node.matches(':focus-visible');
    put(ring, hall.seats.get(id));
    show(ring, byKey);
    onFocus(id, byKey);
  });
  grid.addEventListener('focusout', () => {
    show(ring, false);
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
    makeCurrent(next, { focus: true });
  });

  ring.style.width = shareOf(1.05 * UNIT, hall.width);
  const middle = hall.rows[Math.floor(hall.rows.length / 2)].seats;
  makeCurrent(middle[Math.floor(middle.length / 2)].id);

  return {
    nodes: [grid, ring],
    update() {
      for (const cell of cells.values()) draw(cell);
    },
    attend: (id) => makeCurrent(id),
    focus: (id) => makeCurrent(id, { focus: true }),
  };
}
