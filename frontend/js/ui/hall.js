import { isLarge } from '../core/hall-zoom.js';
import { currencyOf, hasBegun, priceOf, screenOf, seatLook, selectedShow, serverNow } from '../core/selectors.js';
import { labelOf } from '../core/seat-names.js';
import { dressed, fetchedLater } from './fetched-later.js';
import { createHallCamera } from './hall-camera.js';
import { createHallHand } from './hall-hand.js';
import { createHallMap } from './hall-map.js';
import { createSeatTip } from './seat-tip.js';
import { html, icon, setAttribute, setText, show } from './nodes.js';

const BELOW_THE_PLAN = 96;
const SMALLEST_VIEW = 340;

export function createHall({ parts, say, money, times, now, nameOf, onPress, onSweep, onView, onRetry, footRoom }) {
  const { frame, view, blank, list: listPlace, tools } = parts;
  const asMap = html('button', { type: 'button', 'aria-pressed': 'true', text: say('hall.map') });
  const asList = html('button', { type: 'button', 'aria-pressed': 'false', text: say('hall.list') });
  const further = tool('minus', 'hall.zoomOut');
  const closer = tool('plus', 'hall.zoomIn');
  const whole = tool('whole', 'hall.zoomFit');
  const zoom = html('div', { class: 'zoom' }, further, closer, whole);
  tools.append(html('div', { class: 'view-switch', role: 'group', 'aria-label': say('hall.view') }, asMap, asList), zoom);

  const tip = createSeatTip({ frame });
  const drawn = createHallMap({ say, nameOf, onFocus: seatFocused, onPress });
  let painted = null;
  let map = drawn;
  view.append(map.node);
  const camera = createHallCamera({ view, map: () => map, heightFor: roomBelow, footRoom });
  let list = null;
  createHallHand({ view, map: () => map, camera, onPress, onSweep, onPoint: seatPointed });

  let latest = null;
  let tipFor = null;
  let missing = false;

  // Halls of so many seats that not each can be an element have a map of their own.
  const largeMap = fetchedLater(
    async () => {
      const { createLargeHall } = await import('./large-hall/large-hall.js');
      await dressed(parts.largeStyles);
      painted = createLargeHall({ frame, view, say, nameOf, onFocus: seatFocused, onPress });
    },
    () => {},
  );

  function fetchLargeMap() {
    largeMap().then(
      () => setMissing(false),
      () => setMissing(true),
    );
  }

  function setMissing(isMissing) {
    missing = isMissing;
    if (latest) update(latest, latest);
  }

  function tool(name, words) {
    return html('button', { type: 'button', class: 'icon-button', 'aria-label': say(words), title: say(words) }, icon(name));
  }

  closer.addEventListener('click', camera.closer);
  further.addEventListener('click', camera.further);
  whole.addEventListener('click', camera.whole);
  asMap.addEventListener('click', () => onView('map'));
  asList.addEventListener('click', () => onView('list'));

  function roomBelow() {
    const top = view.getBoundingClientRect().top + window.scrollY;
    return Math.max(SMALLEST_VIEW, window.innerHeight - top - BELOW_THE_PLAN);
  }

  function seatPointed(seat) {
    map.point?.(seat);
    if (!seat) {
      tipFor = null;
      tip.hide();
      return;
    }
    if (seat.id !== tipFor) tell(seat.id);
  }

  function seatFocused(id, byKey) {
    if (id === null) {
      tipFor = null;
      tip.hide();
    } else if (byKey) {
      camera.reveal(id);
      tell(id);
    }
  }

  function tell(id) {
    const seat = latest.hall.drawing.seats.get(id);
    const look = seatLook(latest, id);
    const tier = latest.hall.drawing.tierById.get(seat.tier)?.name;
    const price = priceOf(latest, seat);
    const features = (seat.features ?? []).filter((one) => one === 'wheelchair' || one === 'companion');
    const facts = [
      tier,
      ...features.map((one) => say(`seat.${one}`)),
      price && money.short(price, currencyOf(latest)),
      say(`seat.state.${look}`),
    ];
    tipFor = id;
    tip.at(map.placeOf(id), { label: labelOf(seat), facts: say.line(facts), look });
  }

  function drawBlank(state) {
    const unpainted = state.view === 'map' && state.hall.drawing && map.hall() !== state.hall.drawing;
    const failed = (missing && unpainted) || state.hall.phase === 'failed' || (state.shows.phase === 'failed' && !state.shows.list.length);
    const nothing = state.shows.phase === 'ready' && !state.shows.list.length;
    const waiting = !state.hall.drawing || state.cursor === null || unpainted;
    const what = nothing ? 'nothing' : failed ? 'failed' : waiting ? 'loading' : '';
    if (blank.dataset.what !== what) {
      blank.dataset.what = what;
      const lines = [];
      if (what === 'failed') {
        lines.push(html('p', { class: 'blank-heading', text: say('hall.failed') }));
        lines.push(html('p', { text: say('hall.failedText') }));
        lines.push(html('button', { type: 'button', class: 'button quiet', text: say('action.tryAgain'), onclick: retry }));
      }
      if (what === 'loading') lines.push(html('p', { class: 'visually-hidden', text: say('hall.loading') }));
      blank.replaceChildren(...lines);
    }
    show(blank, what !== '');
    show(view, what === '' && state.view === 'map');
    show(listPlace, what === '' && state.view === 'list');
    show(zoom, state.view === 'map');
    setAttribute(frame, 'aria-busy', what === 'loading' ? 'true' : null);
  }

  function retry() {
    missing = false;
    onRetry();
    update(latest, latest);
  }

  // The map for this hall, or nothing as long as it is still on its way.
  function mapFor(drawing) {
    const fitting = isLarge(drawing.inOrder.length) ? painted : drawn;
    if (fitting && fitting !== map) {
      map.leave?.();
      map = fitting;
      view.replaceChildren(map.node);
    }
    return fitting;
  }

  function update(state, before) {
    latest = state;
    const seats = state.hall.drawing?.inOrder.length ?? selectedShow(state)?.stats?.total;
    if (state.link.phase === 'live' && before.link.phase !== 'live') missing = false;
    if (isLarge(seats) && !painted && !missing) fetchLargeMap();
    if (state.hall.drawing && state.hall.drawing !== map.hall() && mapFor(state.hall.drawing)) {
      map.build(state.hall.drawing, screenOf(selectedShow(state)));
      drawBlank(state);
      map.update(state, {});
      camera.open();
    } else {
      drawBlank(state);
      map.update(state, before);
      if (before.cursor === null && state.cursor !== null) camera.open();
    }
    if (state.view !== before.view) {
      setAttribute(asMap, 'aria-pressed', String(state.view === 'map'));
      setAttribute(asList, 'aria-pressed', String(state.view === 'list'));
      if (state.view === 'map') camera.open();
      tip.hide();
    }
    if (list) list.update(state);
    else if (state.view === 'list') fetchList();
    const stale = state.link.phase === 'offline' && state.answeredAt !== null;
    setAttribute(frame, 'data-stale', stale ? 'true' : null);
    if (stale) setText(parts.stale, say('link.stale', { time: times.clock(state.answeredAt) }));
    show(parts.stale, stale);
    const begun = hasBegun(selectedShow(state), serverNow(state, now()));
    setAttribute(frame, 'data-closed', begun ? 'true' : null);
    const moved = ['seats', 'picked', 'holdIds', 'booked'].some((name) => state[name] !== before[name]);
    if (tipFor !== null && moved && state.hall.drawing?.seats.has(tipFor)) tell(tipFor);
  }

  // Most people never ask for the list; those who do get it then.
  function fetchList() {
    import('./seat-list.js').then(
      ({ createSeatList }) => {
        parts.listStyles.disabled = false;
        list ??= createSeatList({ root: listPlace, say, money, onPress });
        list.update(latest);
      },
      () => onView('map'),
    );
  }

  // Seats found for the customer are shown to them, wherever they are.
  function reveal(ids) {
    const middle = ids[Math.floor(ids.length / 2)];
    if (latest.view !== 'map' || !map.placeOf(middle)) return;
    if (map === painted) {
      map.attend(middle);
      camera.comeToSeat(middle);
    } else camera.reveal(middle);
  }

  return { update, reveal };
}
