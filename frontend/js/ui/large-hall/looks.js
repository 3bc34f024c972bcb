// How seats look is said once, in css/hall.css: sample seats are asked what it makes
// of them, so that paint and elements never differ, in forced colours either.

import { createSeatNode } from '../seat-node.js';
import { svg } from '../nodes.js';

// Painted in this order: what is yours lies on top.
export const LOOKS = ['available', 'taken', 'booked', 'mine', 'held', 'picked'];
export const FEATURES = [null, 'wheelchair', 'companion'];

const CLEAR = /^(?:none|transparent|rgba\(0, 0, 0, 0\))$/;

function brush(node) {
  const style = getComputedStyle(node);
  if (style.display === 'none') return null;
  const { a, b, c, d, e, f } = new DOMMatrix(style.transform === 'none' ? '' : style.transform);
  return {
    fill: CLEAR.test(style.fill) ? null : style.fill,
    stroke: CLEAR.test(style.stroke) ? null : style.stroke,
    width: Number.parseFloat(style.strokeWidth),
    dash: style.strokeDasharray === 'none' ? [] : style.strokeDasharray.split(/[ ,]+/).map(Number.parseFloat),
    moved: style.transform === 'none' ? null : [a, b, c, d, e, f],
  };
}

function pen(node) {
  const style = getComputedStyle(node);
  return { fill: style.fill, font: `${style.fontWeight} ${style.fontSize} ${style.fontFamily}` };
}

// `of(look, tierMark, feature)` -> the brushes of the parts of such a seat.
export function readLooks(frame) {
  const letter = svg('text', { text: 'A' });
  const samples = svg('svg', { 'aria-hidden': 'true', hidden: true }, svg('g', { class: 'row-letters' }, letter));
  frame.append(samples);
  const known = new Map();
  let numbers = null;

  function read(look, tierMark, feature) {
    const sample = createSeatNode({ x: 0, y: 0, angle: 0, number: 1, features: feature ? [feature] : [] }, tierMark);
    sample.draw(look, 'numbered');
    samples.append(sample.node);
    const part = (name) => {
      const node = sample.node.querySelector(`.seat-${name}`);
      return node && brush(node);
    };
    const number = sample.node.querySelector('.seat-number');
    if (number) numbers = pen(number);
    const brushes = {
      shape: part('shape'),
      lines: part('lines'),
      mark: part('mark'),
      feature: part('feature'),
      opacity: Number(getComputedStyle(sample.node).opacity),
    };
    sample.node.remove();
    return brushes;
  }

  return {
    of(look, tierMark, feature) {
      const name = `${look} ${tierMark} ${feature}`;
      if (!known.has(name)) known.set(name, read(look, tierMark, feature));
      return known.get(name);
    },
    letters: pen(letter),
    numbers: () => numbers,
    forget: () => samples.remove(),
  };
}
