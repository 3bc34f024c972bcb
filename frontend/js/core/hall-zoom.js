// A pitch is the distance from seat to seat, in pixels.

import { UNIT } from './hall-geometry.js';

// Up to so many seats every seat is an element of the page; larger halls are painted.
export const MOST_ELEMENTS = 3000;
export const isLarge = (seats) => seats > MOST_ELEMENTS;

export const LARGEST = 64;
export const TOUCHABLE = 24;

const COMFORTABLE = 52;

export function wholeHall(hall, viewWidth) {
  return Math.min(COMFORTABLE, (viewWidth / hall.width) * UNIT);
}

// The pitch a hall opens with: all of it if the seats are then large enough to
// touch; else a little larger than its frame; a very wide hall starts whole,
// and the first touch comes closer.
export function openingPitch(hall, viewWidth, viewHeight) {
  const whole = wholeHall(hall, viewWidth);
  const byHeight = (viewHeight / hall.height) * UNIT;
  if (whole >= TOUCHABLE) return Math.min(whole, Math.max(TOUCHABLE, byHeight));
  return whole >= 0.7 * TOUCHABLE ? TOUCHABLE : whole;
}

export function clampPitch(pitch, hall, viewWidth) {
  return Math.min(LARGEST, Math.max(Math.min(wholeHall(hall, viewWidth), TOUCHABLE), pitch));
}

export function detailAt(pitch) {
  if (pitch >= 34) return 'numbered';
  if (pitch >= 18) return 'seat';
  return pitch >= 8 ? 'square' : 'dot';
}
