// A finger pans, unless it rested on a seat first. A mouse pans where there are no
// seats to sweep over, or where they are too small to be meant.

import { seatsBetween } from '../core/hall-geometry.js';

const REST = 350;
const SLOP = 8;

export function createHallHand({ view, map, camera, onPress, onSweep, onPoint }) {
  let press = null;
  let grip = null;
  let swept = false;

  function begin(event) {
    if (event.button !== 0 || !event.isPrimary || camera.pinching()) return;
    const seat = map().seatUnder(event.clientX, event.clientY);
    swept = false;
    if (event.pointerType === 'mouse' && (!seat || camera.tooSmallToAim())) {
      grip = { x: event.clientX, y: event.clientY, moved: false };
      return;
    }
    press = seat && { id: seat.id, last: seat.id, x: event.clientX, y: event.clientY, sweeping: false, timer: null };
    if (!press) return;
    if (event.pointerType === 'touch') {
      press.timer = setTimeout(() => {
        if (press && !camera.tooSmallToTouch()) sweep(press.id);
      }, REST);
      press.rests = true;
    }
  }

  function sweep(id) {
    press.sweeping = true;
    press.last = id;
    swept = true;
    onSweep(press.id, seatsBetween(map().hall(), press.id, id).map((seat) => seat.id), false);
  }

  function pan(event) {
    if (!grip.moved && Math.hypot(event.clientX - grip.x, event.clientY - grip.y) <= SLOP) return;
    if (!grip.moved) view.setPointerCapture(event.pointerId);
    camera.panBy(grip.x - event.clientX, grip.y - event.clientY);
    grip = { x: event.clientX, y: event.clientY, moved: true };
  }

  function move(event) {
    if (grip) {
      pan(event);
      return;
    }
    if (event.pointerType === 'mouse') onPoint(map().seatUnder(event.clientX, event.clientY));
    if (!press || !event.isPrimary) return;
    const far = Math.hypot(event.clientX - press.x, event.clientY - press.y) > SLOP;
    if (press.rests && !press.sweeping) {
      if (far) cancel();
      return;
    }
    const seat = map().seatUnder(event.clientX, event.clientY);
    if (!seat || (seat.id === press.last && (press.sweeping || !far))) return;
    if (seat.id === press.id && !press.sweeping) return;
    sweep(seat.id);
  }

  function cancel() {
    if (press) clearTimeout(press.timer);
    press = null;
  }

  function end() {
    if (grip?.moved) swept = true;
    grip = null;
    if (press?.sweeping) onSweep(null, [], true);
    cancel();
  }

  view.addEventListener('pointerdown', begin);
  view.addEventListener('pointermove', move);
  view.addEventListener('pointerup', end);
  view.addEventListener('pointercancel', end);
  view.addEventListener('pointerleave', () => onPoint(null));
  view.addEventListener('touchmove', (event) => press?.sweeping && event.preventDefault(), { passive: false });
  view.addEventListener('contextmenu', (event) => press?.rests && event.preventDefault());
  view.addEventListener('click', (event) => {
    if (swept) {
      swept = false;
      return;
    }
    const node = event.target.closest?.('[data-seat]');
    const id = node ? Number(node.getAttribute('data-seat')) : map().seatUnder(event.clientX, event.clientY)?.id;
    const tooSmall = event.pointerType === 'touch' ? camera.tooSmallToTouch() : event.pointerType === 'mouse' && camera.tooSmallToAim();
    if (tooSmall) camera.comeTo(event.clientX, event.clientY);
    else if (id !== undefined) onPress(id);
  });
}
