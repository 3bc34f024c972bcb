import { isFree, seatLook, seatsLeftToPick } from './selectors.js';

export function toggled(state, id) {
  if (state.picked.includes(id)) return { picked: state.picked.filter((other) => other !== id) };
  if (!isFree(state, id)) return { refused: seatLook(state, id) };
  if (seatsLeftToPick(state) < 1) return { refused: 'limit' };
  return { picked: [...state.picked, id] };
}

// Sweeping starts from the pick as it was, so that moving back takes back.
export function swept(state, base, startId, ids) {
  if (base.includes(startId)) return base.filter((id) => !ids.includes(id));
  const room = state.limit - state.holdIds.size - base.length;
  const fresh = ids.filter((id) => isFree(state, id) && !base.includes(id));
  // From the seat where the sweep began outwards, as far as there is room.
  const order = fresh[0] === startId || fresh.at(-1) !== startId ? fresh : [...fresh].reverse();
  return [...base, ...order.slice(0, Math.max(0, room))];
}
