import { readLabel, seatsInShort } from './seat-names.js';
import { currencyOf } from './selectors.js';

export function createTelling({ say, money, times, locale }) {
  const seatsText = (seats) => seatsInShort(seats.map((seat) => (typeof seat === 'string' ? readLabel(seat) : seat)), locale);

  return function tell({ key, values = {} }, state) {
    const words = { ...values };
    if (values.seats) words.seats = seatsText(values.seats);
    if (values.seat) words.seat = seatsText(values.seat);
    // Deadlines are compared with the clock on this device; shows keep their own zone.
    if (values.moment) words.time = times.clock(values.moment);
    if (values.count >= 1 && values.count <= 10) words.number = say(`number.${values.count}`);
    else if (values.count !== undefined) words.number = String(values.count);
    if (values.price !== undefined) words.price = money.spoken(values.price, currencyOf(state));
    return say(key, words);
  };
}
