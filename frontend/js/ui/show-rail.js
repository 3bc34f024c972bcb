// Cards are links, so that a show can be opened in another tab or sent on.

import { durationOf, hasBegun, isSoldOut, screenOf, serverNow, titleOf, zoneOf } from '../core/selectors.js';
import { html, icon, replace, setAttribute, setText, svg } from './nodes.js';
import { poster } from './poster.js';
import { createSeatNode } from './seat-node.js';

const FEW = 12;

// The house before the doors open.
function emptyHall() {
  const seats = [];
  for (let row = 0; row < 3; row += 1) {
    for (let place = -4; place <= 4; place += 1) {
      const seat = { x: place * 40, y: row * 42 + place * place * -1.6, angle: place * -4.6, number: 0 };
      const cell = createSeatNode(seat, 0);
      cell.draw('available', 'square');
      seats.push(cell.node);
    }
  }
  return svg(
    'svg',
    { class: 'empty-hall', viewBox: '-200 -130 400 250', 'aria-hidden': 'true' },
    svg('path', { class: 'screen-curve', d: 'M-130 -96Q0 -118 130 -96' }),
    ...seats,
  );
}

// Keys and the buttons at its ends move it; whoever is at an end sees no more to come.
function createTrack({ root, list, say }) {
  const reading = () => (getComputedStyle(list).direction === 'rtl' ? -1 : 1);
  const page = (way) => list.scrollBy({ left: way * reading() * list.clientWidth * 0.75 });
  const button = (way, name, picture) =>
    html('button', { type: 'button', class: 'rail-button', tabindex: '-1', 'data-way': name, 'aria-label': say(`shows.${name}`), onclick: () => page(way) }, icon(picture));
  const ends = [button(-1, 'earlier', 'back'), button(1, 'later', 'on')];

  function measure() {
    const gone = Math.abs(list.scrollLeft);
    setAttribute(root, 'data-earlier', gone > 8 ? 'true' : null);
    setAttribute(root, 'data-later', list.scrollWidth - list.clientWidth - gone > 8 ? 'true' : null);
  }

  list.addEventListener('scroll', measure, { passive: true });
  new ResizeObserver(measure).observe(list);
  list.addEventListener('keydown', (event) => {
    const steps = { ArrowLeft: -reading(), ArrowRight: reading(), Home: -Infinity, End: Infinity };
    if (!(event.key in steps) || event.altKey || event.ctrlKey || event.metaKey) return;
    const links = [...list.querySelectorAll('a')];
    const next = links.indexOf(document.activeElement) + steps[event.key];
    links[Math.max(0, Math.min(links.length - 1, next))].focus();
    event.preventDefault();
  });

  return {
    ends,
    measure,
    // The chosen card is seen whole; if it is already, nothing moves.
    reveal(card, behavior) {
      const { left, right } = card.getBoundingClientRect();
      const frame = list.getBoundingClientRect();
      const room = card.offsetWidth / 4;
      if (left >= frame.left + room && right <= frame.right - room) return;
      list.scrollBy({ left: (left + right - frame.left - frame.right) / 2, behavior });
    },
  };
}

export function createShowRail({ root, say, times, lengthOf, now, addressOf, onChoose, onRetry }) {
  const list = html('ul', { class: 'rail-list' });
  const track = createTrack({ root, list, say });
  let cards = new Map();
  let drawnFor = '';

  function buildCard(show) {
    const title = titleOf(show);
    const place = say.line([screenOf(show), lengthOf(durationOf(show))]);
    const room = html('span', { class: 'card-room' });
    const link = html(
      'a',
      { class: 'card', href: addressOf(show.id) },
      html('span', { class: 'card-poster' }, poster(show.poster_url, title)),
      html(
        'span',
        { class: 'card-text' },
        html('span', { class: 'card-title', dir: 'auto', text: title }),
        html('span', { class: 'card-when', text: times.dayAndClock(show.start_time, zoneOf(show)) }),
        html('span', { class: 'card-place', text: place }),
        room,
      ),
    );
    link.addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button !== 0) return;
      event.preventDefault();
      onChoose(show.id);
    });
    return { link, room, node: html('li', {}, link) };
  }

  function roomOf(show, state) {
    if (hasBegun(show, serverNow(state, now()))) return [say('shows.closed'), 'closed'];
    if (!show.stats) return ['', 'open'];
    if (isSoldOut(show.stats)) return [say('shows.soldOut'), 'full'];
    const count = show.stats.available;
    return count <= FEW ? [say('shows.few', { count }), 'few'] : [say('shows.free', { count }), 'open'];
  }

  function patch(state) {
    for (const show of state.shows.list) {
      const { link, room } = cards.get(show.id);
      const [text, kind] = roomOf(show, state);
      setText(room, text);
      setAttribute(room, 'data-room', kind);
      setAttribute(link, 'aria-current', show.id === state.showId ? 'true' : null);
    }
  }

  function empty(heading, text, retry) {
    return html(
      'div',
      { class: 'dark-house' },
      emptyHall(),
      html('h1', { class: 'blank-heading', text: say(heading) }),
      html('p', { text: say(text) }),
      retry && html('button', { class: 'button quiet', type: 'button', text: say('action.tryAgain'), onclick: onRetry }),
    );
  }

  function update(state, before) {
    if (state.shows === before.shows && state.showId === before.showId) return;
    if (state.shows.phase === 'loading') return;
    const wanted = `${state.shows.phase} ${state.shows.list.map((show) => `${show.id} ${show.start_time} ${titleOf(show)}`).join()}`;
    if (wanted !== drawnFor) {
      drawnFor = wanted;
      cards = new Map(state.shows.list.map((show) => [show.id, buildCard(show)]));
      if (state.shows.phase === 'failed') replace(root, [empty('shows.failed', 'shows.failedText', true)]);
      else if (!cards.size) replace(root, [empty('shows.none', 'shows.noneText', false)]);
      else {
        replace(list, [...cards.values()].map((card) => card.node));
        if (list.parentNode !== root) replace(root, [list, ...track.ends]);
        track.measure();
      }
      setAttribute(root, 'aria-busy', null);
      setAttribute(root, 'data-empty', cards.size ? null : 'true');
    }
    patch(state);
    if (state.showId !== before.showId) {
      const card = cards.get(state.showId)?.link;
      if (card) track.reveal(card, before.showId === null ? 'instant' : 'auto');
    }
  }

  return { update, tick: (state) => cards.size && state.shows.phase === 'ready' && patch(state) };
}
