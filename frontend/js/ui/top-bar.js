import { serverNow } from '../core/selectors.js';
import { html, icon, setAttribute, setIcon, setText, show } from './nodes.js';

export function createTopBar({ parts, say, onAccount, onBookings }) {
  const name = html('span', { class: 'account-name', dir: 'auto' });
  const text = html('span');
  parts.account.append(name, text);
  parts.bookings.append(icon('ticket'), html('span', { class: 'bookings-word', text: say('bookings.heading') }));
  parts.account.addEventListener('click', onAccount);
  parts.bookings.addEventListener('click', onBookings);

  return {
    update(state) {
      const known = state.person.phase === 'known';
      setText(name, known ? state.person.name : '');
      show(name, known);
      setText(text, say(known ? 'account.logOut' : 'account.logIn'));
    },
  };
}

export function createLinkLight({ root, say, times, now, onRetry }) {
  const text = html('span', { class: 'link-text' });
  const next = html('span', { class: 'link-next' });
  const retry = html('button', { type: 'button', class: 'link-retry', text: say('link.retryNow'), hidden: true });
  retry.addEventListener('click', onRetry);
  root.append(html('span', { class: 'link-dot', 'aria-hidden': 'true' }), text, next, retry);

  function update(state) {
    const { phase, retryAt, push } = state.link;
    setAttribute(root, 'data-link', phase);
    setAttribute(root, 'data-push', push ? 'true' : null);
    setAttribute(root, 'title', phase === 'live' ? say(push ? 'link.pushed' : 'link.polled') : null);
    const offline = phase === 'offline';
    const since = state.answeredAt ?? serverNow(state, now());
    setText(text, say(`link.${phase}`, { time: times.clock(since) }));
    show(retry, offline);
    show(next, offline);
    if (offline && retryAt) {
      const seconds = Math.ceil((retryAt - now()) / 1000);
      setText(next, seconds > 0 ? say('link.retrying', { seconds }) : say('link.retryingNow'));
    }
  }

  return { update, tick: update };
}

const ORDER = ['auto', 'dark', 'light'];

export function createThemeButton({ root, say, storage }) {
  const picture = icon('auto');
  root.append(picture);

  function current() {
    const theme = document.documentElement.dataset.theme;
    return ORDER.includes(theme) ? theme : 'auto';
  }

  function set(theme) {
    document.documentElement.dataset.theme = theme;
    setIcon(picture, theme);
    root.setAttribute('aria-label', say(`theme.${theme}`));
    root.title = say(`theme.${theme}`);
  }

  root.addEventListener('click', () => {
    const next = ORDER[(ORDER.indexOf(current()) + 1) % ORDER.length];
    set(next);
    try {
      storage.setItem('holdfast.theme', next);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  });
  set(current());
}

const A_YEAR = 365 * 24 * 3600;

// The server writes the page in the language that the cookie names.
export function createLanguageChoice({ root }) {
  root.addEventListener('change', () => {
    const secure = location.protocol === 'https:' ? '; secure' : '';
    document.cookie = `language=${root.value}; path=/; max-age=${A_YEAR}; samesite=lax${secure}`;
    location.reload();
  });
}
