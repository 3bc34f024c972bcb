// Pictures of other sites are not asked for.

import { html } from './nodes.js';

function fallback(title) {
  const [initial = '·'] = title.trim();
  return html('span', { class: 'poster poster-plain', 'data-hue': title.length % 4, 'aria-hidden': 'true', text: initial });
}

function ownPicture(url) {
  try {
    const address = new URL(url, document.baseURI);
    return address.origin === location.origin ? address.href : null;
  } catch {
    return null;
  }
}

export function poster(url, title) {
  const address = url ? ownPicture(url) : null;
  if (!address) return fallback(title);
  const picture = html('img', { class: 'poster', src: address, alt: '', width: 120, height: 180, decoding: 'async' });
  picture.addEventListener('error', () => picture.replaceWith(fallback(title)), { once: true });
  return picture;
}
