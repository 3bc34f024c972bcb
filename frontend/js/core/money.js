// Added as whole minor units: ten seats at 0.10 cost 1.00, not 0.9999999999999999.

export function toMinor(amount, digits = 2) {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(amount ?? ''));
  if (!match) return 0n;
  const [, sign, whole, fraction = ''] = match;
  const minor = BigInt(whole + fraction.padEnd(digits, '0').slice(0, digits));
  return sign ? -minor : minor;
}

export function fromMinor(minor, digits = 2) {
  const sign = minor < 0n ? '-' : '';
  const text = String(minor < 0n ? -minor : minor).padStart(digits + 1, '0');
  if (digits === 0) return sign + text;
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

export function addPrices(amounts) {
  return fromMinor(amounts.reduce((sum, amount) => sum + toMinor(amount), 0n));
}

export function createMoney(locale) {
  const makers = new Map();

  function maker(currency, currencyDisplay) {
    const key = `${currency} ${currencyDisplay}`;
    if (!makers.has(key)) {
      makers.set(key, new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay }));
    }
    return makers.get(key);
  }

  function write(amount, currency, display) {
    if (!/^[A-Z]{3}$/.test(currency ?? '')) return String(amount);
    // Intl reads the decimal string itself: no float stands in between.
    return maker(currency, display).format(String(amount));
  }

  return {
    short: (amount, currency) => write(amount, currency, 'narrowSymbol'),
    spoken: (amount, currency) => write(amount, currency, 'name'),
  };
}
