import { screenOf, titleOf, zoneOf } from '../core/selectors.js';
import { seatsInShort } from '../core/seat-names.js';
import { html } from './nodes.js';
import { poster } from './poster.js';

export function ticketCard({ booking, show, person, say, money, times, locale, headingLevel = 'h3' }) {
  const title = titleOf(show) || titleOf(booking);
  const start = show?.start_time ?? booking.start_time;
  const facts = [
    ['ticket.when', start ? times.dayAndClock(start, zoneOf(show)) : ''],
    ['ticket.seats', seatsInShort(booking.seats, locale), { count: booking.seats.length }],
    ['ticket.hall', screenOf(show) || screenOf(booking)],
    ['ticket.paid', money.short(booking.total_price, booking.currency)],
    ['ticket.name', person],
  ].filter(([, text]) => text);
  return html(
    'div',
    { class: 'ticket', 'data-status': booking.status },
    html('div', { class: 'ticket-poster' }, poster(show?.poster_url, title)),
    html(
      'div',
      { class: 'ticket-main' },
      html(headingLevel, { class: 'ticket-title', dir: 'auto', text: title }),
      html(
        'dl',
        { class: 'ticket-facts' },
        ...facts.map(([key, text, values]) =>
          html('div', { 'data-fact': key }, html('dt', { text: say(key, values) }), html('dd', { text: say.line([text]) })),
        ),
      ),
    ),
    html(
      'div',
      { class: 'ticket-stub' },
      html('span', { class: 'ticket-reference-label', text: say('ticket.reference') }),
      html('strong', { class: 'ticket-reference', translate: 'no', text: booking.reference }),
      html('span', { class: 'ticket-hint', text: say(booking.status === 'in_review' ? 'ticket.reviewHint' : 'ticket.show') }),
    ),
  );
}
