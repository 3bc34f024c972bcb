// Panning is plain scrolling, so that fingers, wheels, keys and scroll bars work
// as everywhere; zooming changes the size of the drawing around a fixed point.

import { UNIT } from '../core/hall-geometry.js';
import { clampPitch, openingPitch, TOUCHABLE, wholeHall } from '../core/hall-zoom.js';

const STEP = 1.3;
const STRIDE = 2;
// Below this nobody hits a certain seat with a mouse.
const AIMABLE = 11;
const EDGE = 48;

// `map` tells which drawing of the hall is in the view at the moment.
export function createHallCamera({ view, map, heightFor, footRoom }) {
  let pitch = TOUCHABLE;
  let touchedByHand = false;
  let widthSeen = 0;

  function room() {
    return { width: view.clientWidth, height: heightFor() };
  }

  function apply(next) {
    const hall = map().hall();
    pitch = next;
    map().setPitch(pitch, Math.round((hall.width / UNIT) * pitch), Math.round((hall.height / UNIT) * pitch));
  }

  function open() {
    if (!map().hall()) return;
    const { width, height } = room();
    touchedByHand = false;
    apply(openingPitch(map().hall(), width, height));
    view.scrollLeft = (view.scrollWidth - view.clientWidth) / 2;
    view.scrollTop = 0;
  }

  function zoomTo(next, clientX, clientY) {
    const hall = map().hall();
    if (!hall) return;
    const box = map().node.getBoundingClientRect();
    const frame = view.getBoundingClientRect();
    const at = { x: clientX ?? frame.left + frame.width / 2, y: clientY ?? frame.top + frame.height / 2 };
    const share = { x: (at.x - box.left) / box.width, y: (at.y - box.top) / box.height };
    touchedByHand = true;
    apply(clampPitch(next, hall, room().width));
    const after = map().node.getBoundingClientRect();
    view.scrollLeft += after.left + share.x * after.width - at.x;
    view.scrollTop += after.top + share.y * after.height - at.y;
  }

  function reveal(id) {
    const seat = map().placeOf(id);
    const frame = view.getBoundingClientRect();
    if (seat.left < frame.left + EDGE) view.scrollLeft -= frame.left + EDGE - seat.left;
    else if (seat.right > frame.right - EDGE) view.scrollLeft += seat.right - frame.right + EDGE;
    if (seat.top < frame.top + EDGE) view.scrollTop -= frame.top + EDGE - seat.top;
    else if (seat.bottom > frame.bottom - EDGE) view.scrollTop += seat.bottom - frame.bottom + EDGE;
    const moved = map().placeOf(id);
    const floor = window.innerHeight - footRoom();
    if (moved.top < 0 || moved.bottom + EDGE > floor) {
      window.scrollBy({ top: moved.bottom - floor * 0.7, behavior: 'instant' });
    }
  }

  // So near that it can be recognised, and in the middle.
  function comeToSeat(id) {
    if (tooSmallToTouch()) {
      const seat = map().placeOf(id);
      zoomTo(TOUCHABLE * 1.4, seat.left + seat.width / 2, seat.top + seat.height / 2);
    }
    const seat = map().placeOf(id);
    const frame = view.getBoundingClientRect();
    if (seat.left < frame.left || seat.right > frame.right || seat.top < frame.top || seat.bottom > frame.bottom) {
      view.scrollLeft += seat.left + seat.width / 2 - frame.left - frame.width / 2;
      view.scrollTop += seat.top + seat.height / 2 - frame.top - frame.height / 2;
    }
    reveal(id);
  }

  const tooSmallToTouch = () => pitch < TOUCHABLE * 0.9;

  view.addEventListener(
    'wheel',
    (event) => {
      if (!event.ctrlKey || !map().hall()) return;
      event.preventDefault();
      zoomTo(pitch * Math.exp(-event.deltaY / 250), event.clientX, event.clientY);
    },
    { passive: false },
  );

  let pinch = null;
  const spread = ([one, other]) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
  const middle = ([one, other]) => [(one.clientX + other.clientX) / 2, (one.clientY + other.clientY) / 2];

  view.addEventListener(
    'touchstart',
    (event) => {
      if (event.touches.length === 2) pinch = { spread: spread(event.touches), pitch };
    },
    { passive: true },
  );
  view.addEventListener(
    'touchmove',
    (event) => {
      if (!pinch || event.touches.length !== 2) return;
      event.preventDefault();
      zoomTo((pinch.pitch * spread(event.touches)) / pinch.spread, ...middle(event.touches));
    },
    { passive: false },
  );
  view.addEventListener('touchend', (event) => {
    if (event.touches.length < 2) pinch = null;
  });

  new ResizeObserver(() => {
    if (view.clientWidth === widthSeen) return;
    widthSeen = view.clientWidth;
    if (!touchedByHand) open();
  }).observe(view);

  return {
    open,
    reveal,
    closer: () => zoomTo(pitch * (pitch < AIMABLE ? STRIDE : STEP)),
    further: () => zoomTo(pitch / (pitch < AIMABLE * STEP ? STRIDE : STEP)),
    panBy(x, y) {
      view.scrollLeft += x;
      view.scrollTop += y;
    },
    whole: () => zoomTo(wholeHall(map().hall(), room().width)),
    comeTo: (clientX, clientY) => zoomTo(TOUCHABLE * 1.4, clientX, clientY),
    comeToSeat,
    tooSmallToTouch,
    tooSmallToAim: () => pitch < AIMABLE,
    pinching: () => pinch !== null,
  };
}
