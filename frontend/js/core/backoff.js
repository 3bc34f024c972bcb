// Never all pages at the same moment.

const FIRST = 1000;
const LONGEST = 60000;

export function backoff(failures, random) {
  const ceiling = Math.min(LONGEST, FIRST * 2 ** Math.max(0, failures - 1));
  return Math.round(ceiling * (0.5 + 0.5 * random()));
}

export function jitter(pause, random) {
  return Math.round(pause * (0.85 + 0.3 * random()));
}
