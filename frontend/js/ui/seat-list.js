// The seats as words. In a large hall a row has its seats only while it is open.

import { isLarge } from '../core/hall-zoom.js';
import { readLabel } from '../core/seat-names.js';
import { changedSeats, isFree, seatLook } from '../core/selectors.js';
import { html, replace, setText, show } from './nodes.js';
import { createSeatRow } from './seat-row.js';

const OWN = new Set(['picked', 'held']);

export function createSeatList({ root, say, money, onPress }) {
  const onlyFree = html('input', { type: 'checkbox', id: 'only-free', checked: true });
  const sought = html('input', { type: 'search', id: 'sought-seat', autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false', enterkeyhint: 'search' });
  const unknown = html('p', { class: 'list-unknown', role: 'status' });
  const search = html(
    'form',
    { class: 'list-search', role: 'search', onsubmit: find, hidden: true },
    html('label', { for: 'sought-seat', text: say('list.find') }),
    sought,
    html('button', { type: 'submit', class: 'button quiet', text: say('list.go') }),
    unknown,
  );
  const nothing = html('p', { class: 'list-nothing', text: say('list.nothing'), hidden: true });
  const rowsNode = html('div', { class: 'list-rows' });
  let hall = null;
  let rows = [];
  let latest = null;
  let patched = {};

  root.append(
    html('div', { class: 'list-bar' }, html('label', { class: 'list-filter', for: 'only-free' }, onlyFree, say('list.onlyFree')), search),
    nothing,
    rowsNode,
  );

  function buildRow(row) {
    const count = html('span', { class: 'list-count' });
    const seats = createSeatRow({ row, say, money, onPress });
    const heading = html('h3', {}, say('list.row', { row: row.row }), count);
    return { ...row, count, parts: seats, node: html('section', { class: 'list-row' }, heading, seats.node) };
  }

  function buildFoldedRow(row) {
    const count = html('span', { class: 'list-count' });
    const heading = html('summary', {}, html('h4', {}, say('list.row', { row: row.row }), count));
    const node = html('details', { class: 'list-row' }, heading);
    const built = { ...row, count, parts: null, node, open };

    function open(isOpen) {
      if (isOpen === Boolean(built.parts)) return;
      if (isOpen) {
        built.parts = createSeatRow({ row, say, money, onPress });
        node.append(built.parts.node);
        patchRow(built, latest);
      } else {
        built.parts.node.remove();
        built.parts = null;
      }
    }

    node.addEventListener('toggle', () => open(node.open));
    return built;
  }

  function build(state) {
    hall = state.hall.drawing;
    patched = {};
    const folded = isLarge(hall.inOrder.length);
    rows = hall.rows.map(folded ? buildFoldedRow : buildRow);
    show(search, folded);
    sought.value = '';
    setText(unknown, '');
    replace(rowsNode, folded ? sections() : rows.map((row) => row.node));
    if (!folded) return;
    for (const id of [...state.holdIds, ...state.picked]) if (hall.seats.has(id)) unfold(hall.seats.get(id).rowIndex);
  }

  function sections() {
    const groups = [];
    for (const row of rows) {
      if (!groups.length || groups.at(-1).name !== row.section) groups.push({ name: row.section, rows: [] });
      groups.at(-1).rows.push(row.node);
    }
    return groups.map(({ name, rows: nodes }) =>
      html('section', { class: 'list-section' }, html('h3', { text: name || say('list.allRows'), dir: 'auto' }), ...nodes),
    );
  }

  function unfold(rowIndex) {
    const row = rows[rowIndex];
    row.node.open = true;
    row.open?.(true);
    return row;
  }

  function patchRow(row, state) {
    let free = 0;
    let own = 0;
    for (const seat of row.seats) {
      if (isFree(state, seat.id)) free += 1;
      else if (OWN.has(seatLook(state, seat.id))) own += 1;
    }
    setText(row.count, say('list.free', { count: free }));
    const inRow = row.parts?.patch(state, onlyFree.checked);
    row.shown = row.parts ? inRow > 0 : !onlyFree.checked || free + own > 0;
    show(row.node, row.shown || row.node.contains(document.activeElement));
  }

  function patch(state, before) {
    const ids = changedSeats(state, before);
    const touched = ids ? new Set([...ids].map((id) => hall.seats.get(id)?.rowIndex)) : null;
    rows.forEach((row, index) => (touched === null || touched.has(index)) && patchRow(row, state));
    show(nothing, !rows.some((row) => row.shown));
    patched = state;
  }

  function find(event) {
    event.preventDefault();
    const wanted = sought.value.trim();
    if (!wanted) return;
    const { row, number } = readLabel(wanted);
    const seat = hall.inOrder[hall.seats.get(hall.byLabel.get(`${row}${number}`))?.index];
    const at = seat ? seat.rowIndex : rows.findIndex((one) => one.row.toLowerCase() === wanted.toLowerCase());
    setText(unknown, at < 0 ? say('list.unknown', { name: wanted }) : '');
    if (at < 0) return;
    const found = unfold(at);
    show(found.node, true);
    if (seat) found.parts.focus(seat.id);
    else found.node.firstElementChild.focus();
  }

  onlyFree.addEventListener('change', () => latest && patch(latest, {}));

  return {
    update(state) {
      latest = state;
      if (state.view !== 'list' || !state.hall.drawing) return;
      if (state.hall.drawing !== hall) build(state);
      patch(state, patched);
    },
  };
}
