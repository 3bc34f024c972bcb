import { currencyOf, isFree, priceOf, seatLook } from '../core/selectors.js';
import { html, replace, setAttribute, setText, show } from './nodes.js';

export function createSeatList({ root, say, money, onPress }) {
  const onlyFree = html('input', { type: 'checkbox', id: 'only-free', checked: true });
  const nothing = html('p', { class: 'list-nothing', text: say('list.nothing'), hidden: true });
  const rowsNode = html('div', { class: 'list-rows' });
  let hall = null;
  let rows = [];
  let latest = null;

  root.append(html('label', { class: 'list-filter', for: 'only-free' }, onlyFree, say('list.onlyFree')), nothing, rowsNode);

  function buildRow(row) {
    const count = html('span', { class: 'list-count' });
    const seats = row.seats.map((seat) => {
      const state = html('span', { class: 'list-state' });
      const rest = html('span', { class: 'visually-hidden' });
      const [lead, tail] = say('seat.name', { row: seat.row, number: '|' }).split('|');
      const button = html(
        'button',
        { type: 'button', class: 'list-seat', 'data-list-seat': seat.id, onclick: () => onPress(seat.id) },
        html('span', { class: 'visually-hidden', text: lead }),
        html('span', { class: 'list-number', text: String(seat.number) }),
        html('span', { class: 'visually-hidden', text: `${tail}, ` }),
        state,
        rest,
      );
      return { seat, button, state, rest, item: html('li', {}, button), look: null };
    });
    const list = html('ul', {}, ...seats.map(({ item }) => item));
    const heading = html('h3', {}, say('list.row', { row: row.row }), count);
    return { seats, count, node: html('section', { class: 'list-row' }, heading, list) };
  }

  function patch(state) {
    let visible = 0;
    for (const row of rows) {
      let inRow = 0;
      let free = 0;
      for (const entry of row.seats) {
        const look = seatLook(state, entry.seat.id);
        if (isFree(state, entry.seat.id)) free += 1;
        if (look !== entry.look) {
          entry.look = look;
          setAttribute(entry.button, 'data-look', look);
          setAttribute(entry.button, 'aria-pressed', String(look === 'picked' || look === 'held'));
          setAttribute(entry.button, 'aria-disabled', ['taken', 'booked', 'mine'].includes(look) ? 'true' : null);
          const features = (entry.seat.features ?? []).filter((one) => one === 'wheelchair' || one === 'companion');
          const price = money.short(priceOf(state, entry.seat) ?? '', currencyOf(state));
          const told = say(`seat.state.${look}`);
          const [first, last] = look === 'available' ? [price, told] : [told, price];
          setText(entry.state, [...features.map((one) => say(`seat.${one}`)), first].join(', '));
          setText(entry.rest, `, ${last}`);
        }
        const stays = !onlyFree.checked || look === 'available' || look === 'picked' || look === 'held';
        // The button under the focus stays, whatever became of its seat.
        const shown = stays || entry.button === document.activeElement;
        show(entry.item, shown);
        if (shown) inRow += 1;
      }
      setText(row.count, say('list.free', { count: free }));
      show(row.node, inRow > 0);
      visible += inRow;
    }
    show(nothing, visible === 0);
  }

  onlyFree.addEventListener('change', () => latest && patch(latest));

  return {
    update(state) {
      latest = state;
      if (state.view !== 'list' || !state.hall.drawing) return;
      if (state.hall.drawing !== hall) {
        hall = state.hall.drawing;
        rows = hall.rows.map(buildRow);
        replace(rowsNode, rows.map((row) => row.node));
      }
      patch(state);
    },
  };
}
