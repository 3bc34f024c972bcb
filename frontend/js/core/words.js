// The sentences themselves are in languages/, one file for each language.

const ISOLATE = '\u2068';
const END = '\u2069';

export function createWords(dictionary, locale, { rtl = false } = {}) {
  const plural = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);
  // Row and seat numbers are names; only what is counted is written as a number.
  const told = (name, value) => (name === 'count' && Number.isFinite(value) ? number.format(value) : apart(String(value)));
  // A label or a name in another script must not push the words around it about.
  const apart = (text) => (rtl && text ? ISOLATE + text + END : text);

  function form(entry, count) {
    if (count === 0 && entry.zero) return entry.zero;
    return entry[plural.select(count)] ?? entry.other;
  }

  return function say(key, values = {}) {
    const entry = dictionary[key];
    if (entry === undefined) throw new Error(`No words for ${key}`);
    const sentence = typeof entry === 'string' ? entry : form(entry, values.count);
    return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? told(name, values[name]) : whole));
  };
}
