import {
  currencyOf,
  hasBegun,
  heldLeft,
  isSoldOut,
  LAST_MINUTES,
  pickedSeats,
  primaryAction,
  screenOf,
  selectedShow,
  serverNow,
  showsWithRoom,
  titleOf,
  totalOf,
  zoneOf,
} from '../core/selectors.js';
import { addPrices } from '../core/money.js';
import { countdown } from '../core/times.js';
import { createChosenList } from './chosen-list.js';
import { html, icon, replace, setAttribute, setText, show } from './nodes.js';

const WORKING = {
  hold: 'action.holding',
  book: 'action.booking',
  extend: 'action.extending',
  release: 'action.releasing',
  cancel: 'action.cancelling',
};

export function createPanel({ root, note, proof, log, say, money, times, now, on }) {
  const grip = html('span', { class: 'handle-grip', 'aria-hidden': 'true' });
  const handleText = html('span', { class: 'handle-text' });
  const handleTime = html('span', { class: 'handle-time' });
  const handle = html(
    'button',
    { type: 'button', class: 'handle', 'aria-expanded': 'false', 'aria-controls': 'panel-body' },
    grip,
    html('span', { class: 'handle-line' }, handleText, handleTime, icon('up')),
  );
  const heading = html('h2', { class: 'panel-heading', id: 'panel-title', tabindex: '-1', text: say('panel.heading') });
  const time = html('span', { class: 'clock-time' });
  const until = html('span', { class: 'clock-until' });
  const bar = html('span', { class: 'clock-bar-fill' });
  const keep = html('button', { type: 'button', class: 'button quiet', text: say('panel.keep'), onclick: on.extend });
  const clock = html(
    'div',
    { class: 'clock', hidden: true },
    html('div', { class: 'clock-face', role: 'timer' }, time, until),
    keep,
    html('span', { class: 'clock-bar', 'aria-hidden': 'true' }, bar),
  );
  const blank = html('div', { class: 'panel-blank' });
  const chosen = html('ul', { class: 'chosen-list' });
  const total = html('span', { class: 'total-price' });
  const totalLine = html('p', { class: 'total', hidden: true }, html('span', { text: say('panel.total') }), total);
  const clear = html('button', { type: 'button', class: 'button quiet', onclick: on.clear, text: say('panel.clear') });
  const release = html('button', { type: 'button', class: 'button quiet', onclick: () => on.release(), text: say('panel.release') });
  const mainText = html('span');
  const mainTime = html('span', { class: 'main-time', 'aria-hidden': 'true' });
  const main = html('button', { type: 'button', class: 'button main', hidden: true }, mainText, mainTime);
  const waiting = html('p', { class: 'panel-waiting', text: say('action.waiting'), hidden: true });
  const body = html('div', { class: 'panel-body', id: 'panel-body' }, heading, blank, chosen, totalLine);
  const more = html('div', { class: 'panel-more' }, clear, release);

  root.append(handle, note, body, clock, proof, html('div', { class: 'panel-foot' }, main, waiting), more, log);

  const list = createChosenList({ root: chosen, say, money, onRelease: on.release, onUnpick: on.unpick });
  let longest = 0;
  let action = null;

  handle.addEventListener('click', () => setExpanded(root.dataset.expanded !== 'true'));
  main.addEventListener('click', () => {
    if (action?.kind === 'hold') on.hold();
    if (action?.kind === 'book') on.book();
    if (action?.kind === 'prove' && !isBusy(action)) {
      setExpanded(true);
      on.prove(action.phase);
    }
  });

  const isBusy = ({ phase }) => phase === 'reading' || phase === 'sending';
  const isLast = () => action?.kind === 'book' || action?.kind === 'prove';

  function setExpanded(expanded) {
    root.dataset.expanded = String(expanded);
    handle.setAttribute('aria-expanded', String(expanded));
  }

  function priceText(amount, state) {
    return money.short(amount, currencyOf(state));
  }

  function drawBlank(state) {
    const begun = hasBegun(selectedShow(state), serverNow(state, now()));
    const full = isSoldOut(state.stats);
    const others = begun || full ? showsWithRoom(state, now()).slice(0, 3) : [];
    const wanted = `${state.showId} ${begun ? 'begun' : full ? `full ${state.stats.held}` : 'fresh'} ${others.map((show) => show.id).join()}`;
    if (blank.dataset.what === wanted) return;
    blank.dataset.what = wanted;
    const lines = begun
      ? [['blank-heading', say('closed.heading')], ['', say('closed.text')]]
      : full
        ? [
            ['blank-heading', say('soldOut.heading')],
            ['', state.stats.held ? say('soldOut.held', { count: state.stats.held }) : say('soldOut.text')],
          ]
        : [['', say('panel.empty')], ['panel-note', say('panel.emptyNote')]];
    const elsewhere = others.length > 0 && [
      html('p', { text: say('soldOut.other') }),
      html('ul', { class: 'elsewhere' }, ...others.map((show) => html('li', {}, linkTo(show)))),
    ];
    const { synopsis } = selectedShow(state) ?? {};
    replace(blank, [
      ...lines.map(([kind, text]) => html('p', { class: kind || null, text })),
      ...(elsewhere || []),
      synopsis && html('p', { class: 'panel-film', dir: 'auto', text: synopsis }),
    ]);
  }

  function linkTo(show) {
    const where = say.line([times.dayAndClock(show.start_time, zoneOf(show)), screenOf(show)]);
    const link = html('a', { href: on.addressOf(show.id) }, html('span', { dir: 'auto', text: titleOf(show) }), ' ', html('small', { text: where }));
    link.addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      on.goTo(show.id);
    });
    return link;
  }

  function drawTime(state) {
    const left = heldLeft(state, now());
    if (left === null) {
      longest = 0;
      return;
    }
    longest = Math.max(longest, left);
    const text = countdown(left);
    setText(time, left > 0 ? text : say('panel.checking'));
    setText(until, say('panel.until', { time: times.clock(state.hold.expires_at) }));
    setText(handleTime, text);
    const soon = left <= LAST_MINUTES;
    setAttribute(root, 'data-soon', soon ? (left <= 60000 ? 'very' : 'yes') : null);
    setText(keep, say(soon ? 'panel.keepSoon' : 'panel.keep'));
    bar.style.transform = `scaleX(${Math.max(0, Math.min(1, left / longest)).toFixed(4)})`;
    if (isLast()) setText(mainTime, `· ${say('panel.left', { time: text })}`);
  }

  function drawMain(state) {
    action = primaryAction(state, now());
    const pending = action?.kind === 'pending';
    show(main, Boolean(action) && !(pending && !(state.hold || state.picked.length)));
    setAttribute(main, 'aria-busy', pending ? 'true' : null);
    const over = isLast() && action.left <= 0;
    const busy = action?.kind === 'prove' && isBusy(action);
    setAttribute(main, 'aria-disabled', pending || over || busy ? 'true' : null);
    show(mainTime, isLast());
    if (pending) setText(mainText, say(WORKING[action.pending] ?? 'account.working'));
    else if (action?.kind === 'hold') {
      const values = { count: action.count, price: priceText(action.total, state) };
      setText(mainText, say(action.more ? 'action.holdMore' : 'action.hold', values));
    } else if (action?.kind === 'book') setText(mainText, say('action.confirm'));
    else if (busy) setText(mainText, say('action.sending'));
    else if (action?.kind === 'prove') setText(mainText, say(action.phase === 'failed' ? 'action.sendAgain' : 'action.prove'));
    show(waiting, Boolean(state.pending?.waiting));
  }

  function drawHandle(state, sum) {
    const count = (state.hold?.seats.length ?? 0) + state.picked.length;
    const text = count
      ? `${say('panel.seatsShort', { count })} · ${priceText(sum, state)}`
      : isSoldOut(state.stats)
        ? say('soldOut.heading')
        : say('panel.nothing');
    setText(handleText, text);
    show(handleTime, Boolean(state.hold));
  }

  function update(state) {
    const hadFocus = root.contains(document.activeElement);
    const picked = pickedSeats(state);
    const held = state.hold?.seats ?? [];
    const sum = addPrices([totalOf(state, picked), ...held.map((seat) => seat.price)]);
    list.update(state);
    const nothing = !picked.length && !held.length;
    show(blank, nothing);
    if (nothing) drawBlank(state);
    show(chosen, !nothing);
    show(totalLine, !nothing);
    if (!nothing) setText(total, priceText(sum, state));
    setText(heading, say(held.length && !picked.length ? 'panel.heldHeading' : 'panel.heading'));
    show(clock, held.length > 0);
    show(proof, held.length > 0 && !picked.length && state.paymentMode === 'proof');
    show(clear, picked.length > 0 && !state.pending);
    show(release, held.length > 0 && !picked.length && !state.pending);
    setAttribute(keep, 'aria-disabled', state.pending ? 'true' : null);
    setAttribute(root, 'data-filled', String(!nothing));
    if (!held.length) setAttribute(root, 'data-soon', null);
    drawMain(state);
    drawHandle(state, sum);
    drawTime(state);
    keepFocus(hadFocus);
  }

  // A button that has done its work goes away; the focus must not go with it.
  function keepFocus(hadFocus) {
    const focused = document.activeElement;
    if (!hadFocus || (root.contains(focused) && !focused.closest('[hidden]'))) return;
    (heading.offsetParent === null ? handle : heading).focus({ preventScroll: true });
  }

  setExpanded(false);
  return { update, tick: (state) => state.hold && (drawMain(state), drawTime(state)), collapse: () => setExpanded(false) };
}
