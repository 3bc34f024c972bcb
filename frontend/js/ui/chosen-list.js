// A line stays the same node while it lasts, and so keeps the focus.

import { labelOf } from '../core/seat-names.js';
import { currencyOf, pickedSeats, priceOf } from '../core/selectors.js';
import { html, icon, replace, setAttribute } from './nodes.js';

export function createChosenList({ root, say, money, onRelease, onUnpick }) {
  let lines = new Map();

  function build(seat, held, state) {
    const name = labelOf(seat);
    const drawn = state.hall.drawing?.seats.get(seat.id) ?? seat;
    const tier = state.hall.drawing?.tierById.get(seat.tier)?.name ?? '';
    const features = (drawn.features ?? []).filter((one) => one === 'wheelchair' || one === 'companion');
    const kind = say.line([tier, ...features.map((one) => say(`seat.${one}`))], say('list.comma'));
    const price = priceOf(state, drawn) ?? seat.price;
    return html(
      'li',
      { class: held ? 'chosen is-held' : 'chosen' },
      html('span', { class: 'chosen-name', text: name }),
      html('span', { class: 'chosen-tier', text: kind }),
      html('span', { class: 'chosen-price', text: price ? money.short(price, currencyOf(state)) : '' }),
      html(
        'button',
        {
          type: 'button',
          class: 'icon-button',
          'aria-label': say(held ? 'panel.releaseOne' : 'panel.unpick', { seat: name }),
          onclick: () => (held ? onRelease([seat.id]) : onUnpick(seat.id)),
        },
        icon('close'),
      ),
    );
  }

  return {
    update(state) {
      // A hold can be known before the hall it is in, whose words its lines borrow.
      const held = state.hall.drawing ? 'held' : 'held somewhere';
      const wanted = [
        ...(state.hold?.seats ?? []).map((seat) => [`${held} ${seat.id}`, seat, true]),
        ...pickedSeats(state).map((seat) => [`picked ${seat.id}`, seat, false]),
      ];
      const next = new Map(wanted.map(([key, seat, held]) => [key, lines.get(key) ?? build(seat, held, state)]));
      const same = next.size === lines.size && [...next.keys()].every((key) => lines.has(key));
      const hadFocus = root.contains(document.activeElement) ? [...lines.values()].indexOf(document.activeElement.closest('li')) : -1;
      lines = next;
      if (!same) replace(root, [...lines.values()]);
      // Whoever removes one seat after another keeps their place in the list.
      if (hadFocus >= 0 && !root.contains(document.activeElement)) {
        const line = [...lines.values()][Math.min(hadFocus, lines.size - 1)];
        line?.querySelector('button').focus();
      }
      for (const button of root.querySelectorAll('button')) {
        setAttribute(button, 'aria-disabled', state.pending ? 'true' : null);
      }
    },
    isEmpty: () => lines.size === 0,
  };
}
