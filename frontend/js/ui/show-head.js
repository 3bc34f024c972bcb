import { durationOf, screenOf, selectedShow, titleOf, zoneOf } from '../core/selectors.js';
import { html, replace, setText } from './nodes.js';

const NUMBERS = ['available', 'held', 'booked'];

export function createShowHead({ root, say, times, lengthOf }) {
  const title = html('h1', { class: 'show-title', id: 'show-title', dir: 'auto' });
  const facts = html('p', { class: 'show-facts' });
  const numbers = new Map(NUMBERS.map((name) => [name, html('dd', { class: 'stat-number', text: '–' })]));
  const stats = html(
    'dl',
    { class: 'stats', 'aria-label': say('stats.label') },
    ...NUMBERS.map((name) =>
      html('div', { class: 'stat', 'data-stat': name }, html('dt', { text: say(`stats.${name}`) }), numbers.get(name)),
    ),
  );
  const text = html('div', { class: 'show-text' }, title, facts);

  function update(state, before) {
    if (state.shows !== before.shows || state.showId !== before.showId) {
      const show = selectedShow(state);
      if (show) {
        setText(title, titleOf(show));
        const known = [times.dayAndClock(show.start_time, zoneOf(show)), screenOf(show), lengthOf(durationOf(show)), show.rating];
        setText(facts, say.line(known));
        if (text.parentNode !== root) replace(root, [text, stats]);
      }
    }
    if (state.stats !== before.stats) {
      for (const [name, node] of numbers) setText(node, state.stats ? say('stats.number', { count: state.stats[name] }) : '–');
    }
  }

  return { update };
}
