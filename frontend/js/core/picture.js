// Which pictures the box office takes, and what to do with the others.

const MOST_BYTES = 5 * 1024 * 1024;
const MOST_PIXELS = 25e6;
const LONGEST_SIDE = 2400;

// What is in a file decides, not what it is called.
export function kindOfPicture(bytes) {
  const text = (from, to) => String.fromCharCode(...bytes.slice(from, to));
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'png';
  if (text(0, 3) === '\xff\xd8\xff') return 'jpeg';
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp';
  return null;
}

// The size in which a picture has to be drawn anew, or null: it may go as it is.
export function sizeToRedraw({ kind, bytes, width, height }) {
  if (kind && bytes <= MOST_BYTES && width * height <= MOST_PIXELS) return null;
  const share = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * share)), height: Math.max(1, Math.round(height * share)) };
}
