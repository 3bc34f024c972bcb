import { html, setText, show } from './nodes.js';

export function createSeatTip({ frame }) {
  const name = html('strong');
  const rest = html('span');
  const tip = html('div', { class: 'seat-tip', 'aria-hidden': 'true', hidden: true }, name, rest);
  frame.append(tip);

  function hide() {
    show(tip, false);
  }

  window.addEventListener('keydown', (event) => event.key === 'Escape' && hide());

  return {
    hide,
    at(seat, { label, facts, look }) {
      setText(name, label);
      setText(rest, facts);
      tip.dataset.look = look;
      show(tip, true);
      const around = frame.getBoundingClientRect();
      const half = tip.offsetWidth / 2;
      const x = Math.min(around.width - half - 4, Math.max(half + 4, seat.left + seat.width / 2 - around.left));
      const above = seat.top - around.top - tip.offsetHeight - 6;
      tip.style.left = `${x - half}px`;
      tip.style.top = `${above > 2 ? above : seat.bottom - around.top + 6}px`;
    },
  };
}
