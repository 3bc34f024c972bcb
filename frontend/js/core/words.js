// The sentences themselves are in languages/, one file for each language.

const FROM_THE_RIGHT = /^(?:ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)\b/;

// A label or a name in another script must not push the words around it about.
// What has been put together of such parts is in the order of this language already.
const stoodApart = (text) => (text && !text.startsWith('\u2068') ? `\u2068${text}\u2069` : text);

export const apartIn = (locale) => (FROM_THE_RIGHT.test(locale) ? stoodApart : (text) => text);

export function createWords(dictionary, locale) {
  const apart = apartIn(locale);
  const plural = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale);
  // Row and seat numbers are names; only what is counted is written as a number.
  const told = (name, value) => (name === 'count' && Number.isFinite(value) ? number.format(value) : apart(String(value)));

  function form(entry, count) {
    if (count === 0 && entry.zero) return entry.zero;
    return entry[plural.select(count)] ?? entry.other;
  }

  function say(key, values = {}) {
    const entry = dictionary[key];
    if (entry === undefined) throw new Error(`No words for ${key}`);
    const sentence = typeof entry === 'string' ? entry : form(entry, values.count);
    return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? told(name, values[name]) : whole));
  }

  // Facts beside each other, those without a text left out.
  say.line = (facts, between = ' · ') => facts.filter(Boolean).map(apart).join(between);
  return say;
}
