// Halls of thousands of seats, painted. The picture of the whole hall always lies
// underneath; nearer, tiles lie on it. Changes repaint only where they are.

import { seatAt, UNIT } from '../../core/hall-geometry.js';
import { overviewScale } from '../../core/hall-tiles.js';
import { detailAt, wholeHall } from '../../core/hall-zoom.js';
import { changedSeats, seatLook } from '../../core/selectors.js';
import { html, setAttribute, show } from '../nodes.js';
import { createCells } from './cells.js';
import { LOOKS, readLooks } from './looks.js';
import { createPainter, REACH } from './painter.js';
import { createPins, drawScreen, nameSections } from './surroundings.js';
import { createTiles } from './tiles.js';
import { watchLooks } from './watch-looks.js';

const MOST_OVERVIEW_PIXELS = 1_600_000;
// What may be painted before a frame: tiles in view matter more than those around it.
const PAINT_MS = 5;
const SPARE_MS = 2;
const FADE_MS = 400;
const MOST_FADES = 2000;
const LOOK_CODES = new Map(LOOKS.map((look, code) => [look, code]));

export function createLargeHall({ frame, view, say, nameOf, onFocus, onPress }) {
  const node = html('div', { class: 'large-hall' });
  const overview = html('canvas', { class: 'overview' });
  const overviewContext = overview.getContext('2d');
  const fade = html('canvas', { class: 'fade', hidden: true });
  const fadeContext = fade.getContext('2d');
  const hover = html('div', { class: 'hover-box', 'aria-hidden': 'true', hidden: true });
  const motion = window.matchMedia('(prefers-reduced-motion: reduce)');

  let hall = null;
  let painter = null;
  let looks = null;
  let codes = new Uint8Array(0);
  let tiles = null;
  let cells = null;
  let pins = null;
  let told = {};
  let pitch = 0;
  let painted = { scale: 0, on: null };
  let next = 0;
  let pitchPainted = 0;
  let fading = null;

  const codeOf = (index) => codes[index];
  const lookOf = (seat) => LOOKS[codes[seat.index]];
  const fineness = () => Math.min(3, window.devicePixelRatio || 1);

  function build(drawing, screenName) {
    hall = drawing;
    told = {};
    pitch = 0;
    codes = new Uint8Array(hall.inOrder.length);
    painter = createPainter(hall);
    tiles?.forget();
    tiles = createTiles({ hall, sketch, paint: ({ context, on }) => painter.paint(context, on, codeOf) });
    cells = createCells({ hall, say, screenName, nameOf, lookOf, onFocus, onPress });
    pins = createPins(hall);
    const [screen, word] = drawScreen(hall, say);
    node.replaceChildren(screen, overview, tiles.node, fade, word, nameSections(hall), pins.node, hover, ...cells.nodes);
    hover.style.width = `${((1.1 * UNIT) / hall.width) * 100}%`;
    dress();
  }

  // The looks are asked for again when the colours of the page have changed.
  function dress() {
    looks?.forget();
    looks = readLooks(frame);
    painter.use(looks);
    painted.scale = 0;
    tiles.forget();
  }

  function setPitch(wanted, width, height) {
    pitch = wanted;
    node.style.width = `${width}px`;
    node.style.height = `${height}px`;
    setAttribute(node, 'data-detail', detailAt(pitch));
    setAttribute(node, 'data-far', pitch < 12 ? 'true' : null);
    endFade();
    tiles.stretch(pitch);
    show(overview, true);
    if (!painted.scale) paintOverview();
    soon();
  }

  function paintOverview() {
    const whole = wholeHall(hall, view.clientWidth);
    if (!(whole > 0) || !(pitch > 0)) return;
    const scale = overviewScale(hall, (whole / UNIT) * fineness(), MOST_OVERVIEW_PIXELS);
    overview.width = Math.ceil(hall.width * scale);
    overview.height = Math.ceil(hall.height * scale);
    painted = { scale, whole, on: { left: 0, top: 0, scale, detail: detailAt(whole) } };
    painter.paint(overviewContext, painted.on, codeOf);
  }

  function sketch({ canvas, context, on, side }) {
    const { scale } = painted.on;
    context.drawImage(overview, on.left * scale, on.top * scale, side * scale, side * scale, 0, 0, canvas.width, canvas.height);
  }

  // Whether the picture of the whole hall is sharp enough by itself.
  const wholeIsEnough = () => (pitch / UNIT) * fineness() <= painted.scale * 1.02 && detailAt(pitch) === painted.on.detail;

  function viewport() {
    const frameBox = view.getBoundingClientRect();
    const box = node.getBoundingClientRect();
    const left = Math.max(0, frameBox.left - box.left);
    const top = Math.max(0, frameBox.top - box.top);
    return { left, top, width: Math.min(view.clientWidth, box.width), height: Math.min(view.clientHeight, box.height) };
  }

  function soon() {
    if (!next) next = requestAnimationFrame(work);
  }

  function work() {
    next = 0;
    if (!hall || !view.clientWidth || !(pitch > 0)) return;
    if (!painted.scale || Math.abs(painted.whole / wholeHall(hall, view.clientWidth) - 1) > 0.1) paintOverview();
    // While fingers are still moving, the tiles there are will do.
    if (pitch !== pitchPainted) {
      pitchPainted = pitch;
      soon();
      return;
    }
    if (wholeIsEnough()) {
      tiles.forget();
      show(overview, true);
      return;
    }
    const began = performance.now();
    const mayGoOn = (isInView) => performance.now() - began < (isInView ? PAINT_MS : SPARE_MS);
    if (!tiles.fill(pitch, fineness(), viewport(), mayGoOn)) soon();
    show(overview, !tiles.coverAll());
  }

  function update(state, before) {
    if (!hall || state.hall.drawing !== hall) return;
    const changed = changedSeats(state, told);
    const first = told.hall === undefined;
    const ownMoved = first || ['picked', 'holdIds', 'booked'].some((name) => state[name] !== told[name]) || before.hall === undefined;
    told = state;
    const moved = [];
    const past = new Map();
    const look = (seat) => {
      const code = LOOK_CODES.get(seatLook(state, seat.id));
      if (code === codes[seat.index]) return;
      past.set(seat.index, codes[seat.index]);
      codes[seat.index] = code;
      moved.push(seat);
    };
    if (changed) for (const id of changed) hall.seats.has(id) && look(hall.seats.get(id));
    else hall.inOrder.forEach(look);
    if (ownMoved) pins.update(state, lookOf);
    if (!moved.length) return;
    cells.update();
    if (!painted.scale) return;
    if (first || moved.length > MOST_FADES) repaintAll();
    else repaint(moved, past);
  }

  function repaintAll() {
    painter.paint(overviewContext, painted.on, codeOf);
    for (const { context, on } of tiles.all()) painter.paint(context, on, codeOf);
  }

  function repaint(moved, past) {
    fadeFrom(moved, past);
    painter.repaint(overviewContext, painted.on, moved, codeOf);
    for (const { context, on, side } of tiles.all()) {
      const here = moved.filter(
        ({ x, y }) => x > on.left - REACH && x < on.left + side + REACH && y > on.top - REACH && y < on.top + side + REACH,
      );
      if (here.length) painter.repaint(context, on, here, codeOf);
    }
  }

  // What just changed is seen changing: its former look, over the new one, fades.
  function fadeFrom(moved, past) {
    if (motion.matches || !view.clientWidth) return;
    const part = viewport();
    const toUnits = UNIT / pitch;
    const right = (part.left + part.width) * toUnits;
    const bottom = (part.top + part.height) * toUnits;
    const seen = moved.filter(({ x, y }) => x > part.left * toUnits && x < right && y > part.top * toUnits && y < bottom);
    if (!seen.length) return;
    endFade();
    const scale = (pitch / UNIT) * fineness();
    const edge = (name, least) => seen.reduce((most, seat) => least(most, seat[name]), seen[0][name]);
    const left = edge('x', Math.min) - REACH;
    const top = edge('y', Math.min) - REACH;
    fade.width = Math.ceil((edge('x', Math.max) + REACH - left) * scale);
    fade.height = Math.ceil((edge('y', Math.max) + REACH - top) * scale);
    fade.style.left = `${left / toUnits}px`;
    fade.style.top = `${top / toUnits}px`;
    fade.style.width = `${fade.width / fineness()}px`;
    fade.style.height = `${fade.height / fineness()}px`;
    painter.paintOnly(fadeContext, { left, top, scale, detail: detailAt(pitch) }, seen, (index) => past.get(index));
    show(fade, true);
    fading = fade.animate([{ opacity: 1 }, { opacity: 0 }], { duration: FADE_MS, easing: 'ease-out' });
    fading.onfinish = endFade;
  }

  function endFade() {
    show(fade, false);
    fading?.cancel();
    fading = null;
  }

  function placeOf(id) {
    const seat = hall?.seats.get(id);
    if (!seat) return null;
    const box = node.getBoundingClientRect();
    const side = pitch * 0.85;
    return new DOMRect(box.left + (seat.x / UNIT) * pitch - side / 2, box.top + (seat.y / UNIT) * pitch - side / 2, side, side);
  }

  function seatUnder(clientX, clientY) {
    if (!hall || !(pitch > 0)) return null;
    const box = node.getBoundingClientRect();
    return seatAt(hall, ((clientX - box.left) / pitch) * UNIT, ((clientY - box.top) / pitch) * UNIT);
  }

  // The seat under a mouse.
  function point(seat) {
    const live = seat !== null && pitch >= 11;
    show(hover, live);
    setAttribute(node, 'data-pointed', live ? lookOf(seat) : null);
    if (!live) return;
    hover.style.left = `${(seat.x / hall.width) * 100}%`;
    hover.style.top = `${(seat.y / hall.height) * 100}%`;
  }

  watchLooks(frame, () => {
    if (!hall || !node.isConnected) return;
    dress();
    paintOverview();
    soon();
  });
  view.addEventListener('scroll', () => node.isConnected && soon(), { passive: true });
  view.addEventListener('click', (event) => {
    // As an element would, a seat that is clicked gets the focus.
    if (!node.isConnected || event.target.closest?.('[data-seat]')) return;
    const seat = pitch >= 11 && seatUnder(event.clientX, event.clientY);
    if (seat) cells.focus(seat.id);
  });
  new ResizeObserver(soon).observe(view);

  return {
    node,
    build,
    update,
    setPitch,
    hall: () => hall,
    placeOf,
    seatUnder,
    point,
    // Where keys and assistive technology go on from.
    attend: (id) => cells.attend(id),
    leave() {
      tiles?.forget();
      looks?.forget();
      hall = null;
      node.replaceChildren();
    },
  };
}
