import { currencyOf } from '../core/selectors.js';
import { html, icon, replace, setAttribute, setText, show } from './nodes.js';

export function createBestPicker({ root, say, money, onBest }) {
  let count = 2;
  let limit = 10;
  let drawnFor = null;

  const fewer = html('button', { type: 'button', class: 'step', 'aria-label': say('best.fewer') }, icon('minus'));
  const more = html('button', { type: 'button', class: 'step', 'aria-label': say('best.more') }, icon('plus'));
  const tier = html('select', { hidden: true, 'aria-label': say('best.tier') });
  const go = html('button', { type: 'button', class: 'best-go' });
  root.append(html('div', { class: 'best', role: 'group', 'aria-label': say('best.label') }, fewer, go, more), tier);

  function set(next) {
    count = Math.min(limit, Math.max(1, next));
    setText(go, say('best.button', { count }));
    fewer.setAttribute('aria-disabled', String(count <= 1));
    more.setAttribute('aria-disabled', String(count >= limit));
  }

  fewer.addEventListener('click', () => set(count - 1));
  more.addEventListener('click', () => set(count + 1));
  go.addEventListener('click', () => onBest({ count, tier: tierChosen() }));

  function tierChosen() {
    const index = Number(tier.value);
    return drawnFor && tier.value !== '' ? drawnFor.tiers[index].id : null;
  }

  set(count);

  return {
    update(state) {
      limit = state.limit;
      setAttribute(go, 'aria-disabled', state.stats?.available === 0 ? 'true' : null);
      const { drawing } = state.hall;
      if (!drawing || drawing === drawnFor || !currencyOf(state)) return;
      drawnFor = drawing;
      replace(tier, [
        html('option', { value: '', text: say('best.anyTier') }),
        ...drawing.tiers.map((one, index) =>
          html('option', { value: index, text: `${one.name} ${money.short(one.price, currencyOf(state))}` }),
        ),
      ]);
      show(tier, drawing.tiers.length > 1);
    },
  };
}
