// Listeners get both states and decide by identity what they have to draw.

export function createStore(reduce, initial) {
  let state = initial;
  let dispatching = false;
  const listeners = new Set();
  const waiting = [];

  function drain() {
    dispatching = true;
    try {
      while (waiting.length) {
        const before = state;
        state = reduce(state, waiting.shift());
        if (state !== before) for (const listener of [...listeners]) listener(state, before);
      }
    } finally {
      dispatching = false;
      waiting.length = 0;
    }
  }

  return {
    get: () => state,
    dispatch(action) {
      waiting.push(action);
      if (!dispatching) drain();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
