import { titleOf, zoneOf } from '../core/selectors.js';
import { seatsInShort } from '../core/seat-names.js';
import { html, icon, replace, setAttribute } from './nodes.js';

export function createBookingsDialog({ say, money, times, locale, now, showOf, onTicket, onCancel, onRetry }) {
  const close = html('button', { type: 'button', class: 'icon-button dialog-close', 'aria-label': say('action.close') }, icon('close'));
  const place = html('div', { class: 'bookings' });
  const dialog = html(
    'dialog',
    { class: 'dialog bookings-dialog', 'aria-labelledby': 'bookings-heading' },
    close,
    html('h2', { id: 'bookings-heading', tabindex: '-1', text: say('bookings.heading') }),
    place,
  );
  document.body.append(dialog);
  close.addEventListener('click', () => dialog.close());

  let asking = null;
  let latest = null;

  function mayCancel(booking, show) {
    const start = Date.parse(show?.start_time ?? booking.start_time);
    return booking.status !== 'cancelled' && booking.status !== 'rejected' && !(start <= now());
  }

  function standing({ status, rejection_reason: reason }) {
    if (status === 'in_review') return say('bookings.review');
    if (status !== 'rejected') return '';
    return reason ? say('bookings.rejected', { reason }) : say('bookings.rejectedPlain');
  }

  function actions(booking, show) {
    if (booking.status === 'rejected') return [];
    if (booking.status === 'cancelled') return [html('span', { class: 'booking-gone', text: say('bookings.cancelled') })];
    const ticket = html('button', { type: 'button', class: 'button quiet', text: say('bookings.ticket'), onclick: () => onTicket(booking) });
    if (!mayCancel(booking, show)) return [ticket];
    const ask = html('button', {
      type: 'button',
      class: 'button quiet',
      'data-ask': booking.reference,
      text: say('bookings.cancel'),
      onclick: () => askFor(booking.reference),
    });
    return [ticket, ask];
  }

  function question(booking) {
    const keep = html('button', { type: 'button', class: 'button quiet', text: say('bookings.cancelNo'), onclick: () => askFor(null, booking.reference) });
    const yes = html('button', {
      type: 'button',
      class: 'button grave',
      text: say('bookings.cancelYes'),
      onclick: () => {
        asking = null;
        onCancel(booking.reference);
      },
    });
    return html(
      'div',
      { class: 'booking-question', role: 'group' },
      html('p', { text: say('bookings.cancelAsk', { seats: seatsInShort(booking.seats, locale) }) }),
      html('div', { class: 'dialog-actions' }, keep, yes),
    );
  }

  function askFor(reference, back) {
    asking = reference;
    draw(latest);
    const node = reference ? place.querySelector('.booking-question button') : place.querySelector(`[data-ask="${CSS.escape(back)}"]`);
    node?.focus();
  }

  function bookingRow(booking) {
    const show = showOf(booking);
    const start = show?.start_time ?? booking.start_time;
    const facts = [start ? times.dayAndClock(start, zoneOf(show)) : '', seatsInShort(booking.seats, locale), money.short(booking.total_price, booking.currency)];
    return html(
      'li',
      { class: 'booking', 'data-status': booking.status },
      html('h3', { dir: 'auto', text: titleOf(show) || titleOf(booking) || booking.reference }),
      html('p', { class: 'booking-facts', text: say.line(facts) }),
      html('p', { class: 'booking-reference', translate: 'no', text: booking.reference }),
      standing(booking) && html('p', { class: 'booking-standing', dir: 'auto', text: standing(booking) }),
      asking === booking.reference ? question(booking) : html('div', { class: 'booking-actions' }, ...actions(booking, show)),
    );
  }

  function draw(state) {
    latest = state;
    const { phase, list } = state.bookings;
    setAttribute(place, 'aria-busy', phase === 'loading' && !list.length ? 'true' : null);
    if (list.length) replace(place, [html('ul', {}, ...list.map(bookingRow))]);
    else if (phase === 'failed') {
      replace(place, [
        html('p', { class: 'blank', text: say('bookings.failed') }),
        html('button', { type: 'button', class: 'button quiet', text: say('action.tryAgain'), onclick: onRetry }),
      ]);
    } else replace(place, [html('p', { class: 'blank', text: say(phase === 'loading' ? 'bookings.loading' : 'bookings.none') })]);
  }

  return {
    open(state) {
      asking = null;
      draw(state);
      dialog.showModal();
      dialog.querySelector('h2').focus();
    },
    update(state, before) {
      latest = state;
      if (!dialog.open || (state.bookings === before.bookings && state.shows.list.length === before.shows.list.length)) return;
      const focused = dialog.contains(document.activeElement) && place.contains(document.activeElement);
      draw(state);
      if (focused && !place.contains(document.activeElement)) dialog.querySelector('h2').focus();
    },
  };
}
