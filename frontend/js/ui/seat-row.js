import { currencyOf, priceOf, seatLook } from '../core/selectors.js';
import { html, setAttribute, setText, show } from './nodes.js';

// The seats of one row as buttons.
export function createSeatRow({ row, say, money, onPress }) {
  const comma = say('list.comma');
  const entries = row.seats.map((seat) => {
    const told = html('span', { class: 'list-state' });
    const button = html(
      'button',
      { type: 'button', class: 'list-seat', 'data-list-seat': seat.id, onclick: () => onPress(seat.id) },
      html('span', { class: 'list-number', text: String(seat.number) }),
      told,
    );
    return { seat, button, told, item: html('li', {}, button), look: null };
  });
  const node = html('ul', {}, ...entries.map(({ item }) => item));

  function draw(entry, look, state) {
    entry.look = look;
    setAttribute(entry.button, 'data-look', look);
    setAttribute(entry.button, 'aria-pressed', String(look === 'picked' || look === 'held'));
    setAttribute(entry.button, 'aria-disabled', ['taken', 'booked', 'mine'].includes(look) ? 'true' : null);
    const { seat } = entry;
    const features = seat.features.filter((one) => one === 'wheelchair' || one === 'companion');
    const price = money.short(priceOf(state, seat) ?? '', currencyOf(state));
    const stands = say(`seat.state.${look}`);
    const [first, last] = look === 'available' ? [price, stands] : [stands, price];
    const shown = [...features.map((one) => say(`seat.${one}`)), first];
    setText(entry.told, shown.join(comma));
    const name = say('seat.name', { row: seat.row, number: seat.number });
    setAttribute(entry.button, 'aria-label', [name, ...shown, last].join(comma));
  }

  return {
    node,
    // Returns how many seats are to be seen.
    patch(state, onlyFree) {
      let visible = 0;
      for (const entry of entries) {
        const look = seatLook(state, entry.seat.id);
        if (look !== entry.look) draw(entry, look, state);
        const stays = !onlyFree || look === 'available' || look === 'picked' || look === 'held';
        // The button under the focus stays, whatever became of its seat.
        const shown = stays || entry.button === document.activeElement;
        show(entry.item, shown);
        if (shown) visible += 1;
      }
      return visible;
    },
    focus(id) {
      const entry = entries.find(({ seat }) => seat.id === id);
      show(entry.item, true);
      entry.button.focus();
    },
  };
}
