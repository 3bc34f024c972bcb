// An answer's error is at most half of its round trip, and a cache on the way
// can only make it late. So: of the quick samples, the latest wins.

const KEPT = 8;

export function addSample(samples, { sentAt, receivedAt, serverTime }) {
  const server = typeof serverTime === 'number' ? serverTime : Date.parse(serverTime);
  if (!Number.isFinite(server)) return samples;
  const trip = Math.max(0, receivedAt - sentAt);
  return [...samples, { trip, offset: server - (sentAt + trip / 2) }].slice(-KEPT);
}

export function clockOffset(samples) {
  if (!samples.length) return 0;
  const quickest = Math.min(...samples.map((sample) => sample.trip));
  const quick = samples.filter((sample) => sample.trip <= quickest * 2 + 50);
  return Math.max(...quick.map((sample) => sample.offset));
}

// A hold says both when it ends and how many seconds that is from now.
export function serverTimeOfHold(hold) {
  if (!hold || typeof hold.expires_in !== 'number') return NaN;
  return Date.parse(hold.expires_at) - hold.expires_in * 1000;
}
