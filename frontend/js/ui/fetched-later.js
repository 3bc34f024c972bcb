// What is not needed at first is fetched when it is, and once; after a failure
// it is tried anew. Whoever fetches ahead of time is not bothered with failures.
export function fetchedLater(load, onFailure) {
  let made = null;
  return ({ ahead = false } = {}) => {
    made ??= load().catch((reason) => {
      made = null;
      throw reason;
    });
    if (ahead) return made.catch(() => null);
    return made.catch((reason) => {
      onFailure();
      throw reason;
    });
  };
}

// What comes must not be seen before it is dressed.
export function dressed(link) {
  if (!link.disabled) return Promise.resolve();
  return new Promise((resolve) => {
    link.addEventListener('load', resolve, { once: true });
    link.addEventListener('error', resolve, { once: true });
    link.disabled = false;
  });
}

export function stylesOfDialogs() {
  return Promise.all([...document.querySelectorAll('link[data-later][disabled]')].map(dressed));
}
