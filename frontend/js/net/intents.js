// Written down before it is sent and crossed out when it is answered: after a
// reload in between, the same key finds out what came of it. A booking stays
// until its ticket was seen.

const PLACE = 'holdfast.intent';
const GOOD_FOR = 5 * 60000;

export function createIntents({ storage, now, newKey }) {
  function read() {
    try {
      return JSON.parse(storage.getItem(PLACE) ?? 'null');
    } catch {
      return null;
    }
  }

  function write(intent) {
    try {
      storage.setItem(PLACE, JSON.stringify(intent));
    } catch {
      // A full or forbidden storage costs us the resume, not the request.
    }
  }

  return {
    open(kind, path, body) {
      const intent = { kind, path, body, key: newKey(), at: now() };
      write(intent);
      return intent;
    },
    close(intent) {
      if (read()?.key === intent.key) storage.removeItem(PLACE);
    },
    keepUntilSeen(intent) {
      if (read()?.key === intent.key) write({ ...intent, answered: true });
    },
    seen() {
      if (read()?.answered) storage.removeItem(PLACE);
    },
    left({ unseen = false } = {}) {
      const intent = read();
      if (!intent || typeof intent.key !== 'string' || (intent.answered && !unseen)) return null;
      if (now() - intent.at > GOOD_FOR) {
        storage.removeItem(PLACE);
        return null;
      }
      return intent;
    },
  };
}

// Works on plain http too, where crypto.randomUUID does not exist.
export function createKeys(crypto) {
  return () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  };
}
