const PLACE = 'holdfast.picked';

// Where storage is forbidden, things are remembered as long as the page lives.
export function storageOf(name) {
  try {
    window[name].getItem('');
    return window[name];
  } catch {
    const kept = new Map();
    return {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, text) => kept.set(key, text),
      removeItem: (key) => kept.delete(key),
    };
  }
}

export function createPicksMemory(storage) {
  return {
    keep({ showId, picked }) {
      try {
        storage.setItem(PLACE, JSON.stringify({ showId, picked }));
      } catch {
        // Then a reload forgets what was picked; what is held is with the server.
      }
    },
    of(showId) {
      try {
        const kept = JSON.parse(storage.getItem(PLACE) ?? 'null');
        return kept?.showId === showId && Array.isArray(kept.picked) ? kept.picked.filter(Number.isInteger) : [];
      } catch {
        return [];
      }
    },
  };
}
