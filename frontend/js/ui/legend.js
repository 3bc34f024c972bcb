import { currencyOf } from '../core/selectors.js';
import { html, replace, svg } from './nodes.js';
import { createSeatNode } from './seat-node.js';

const LOOKS = ['picked', 'held', 'taken', 'booked', 'mine'];

export function createLegend({ root, say, money }) {
  let drawnFor = null;

  function entry(look, text, { tier = 0, features = [] } = {}) {
    const seat = createSeatNode({ x: 0, y: 0, angle: 0, number: 0, features }, tier);
    seat.draw(look, 'seat');
    return html(
      'li',
      {},
      svg('svg', { viewBox: '-20 -20 40 40', width: 24, height: 24, 'aria-hidden': 'true' }, seat.node),
      html('span', { text }),
    );
  }

  function update(state, before) {
    if (state.hall === before.hall && state.shows === before.shows) return;
    const { drawing } = state.hall;
    if (!drawing || drawing === drawnFor || !currencyOf(state)) return;
    drawnFor = drawing;
    replace(root, [
      ...drawing.tiers.map((tier) =>
        entry('available', `${tier.name} ${money.short(tier.price, currencyOf(state))}`, { tier: tier.mark }),
      ),
      ...LOOKS.map((look) => entry(look, say(`legend.${look}`))),
      ...['wheelchair', 'companion']
        .filter((name) => drawing.features.has(name))
        .map((name) => entry('available', say(`legend.${name}`), { features: [name] })),
    ]);
  }

  return { update };
}
