// Paint does not follow the style sheets by itself: it is told when they give other colours.

const MEDIA = ['(prefers-color-scheme: dark)', '(forced-colors: active)', '(prefers-contrast: more)'];

export function watchLooks(frame, onChange) {
  for (const query of MEDIA) window.matchMedia(query).addEventListener('change', onChange);
  new MutationObserver(onChange).observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
  new MutationObserver(onChange).observe(frame, { attributes: true, attributeFilter: ['data-stale', 'data-closed'] });

  // Another screen, or the page made larger or smaller.
  function watchPixels() {
    const query = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    query.addEventListener('change', () => (watchPixels(), onChange()), { once: true });
  }
  watchPixels();
}
