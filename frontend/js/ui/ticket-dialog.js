import { html, icon, replace } from './nodes.js';
import { ticketCard } from './ticket.js';

export function createTicketDialog({ say, words, showOf, onClose }) {
  const heading = html('h2', { id: 'ticket-heading', tabindex: '-1' });
  const place = html('div', { class: 'ticket-place' });
  const print = html('button', { type: 'button', class: 'button quiet' }, icon('print'), say('ticket.print'));
  const done = html('button', { type: 'button', class: 'button main', text: say('action.close') });
  const dialog = html(
    'dialog',
    { class: 'dialog ticket-dialog', 'aria-labelledby': 'ticket-heading' },
    heading,
    place,
    html('div', { class: 'dialog-actions' }, print, done),
  );
  document.body.append(dialog);

  print.addEventListener('click', () => window.print());
  done.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', onClose);

  return {
    update(state) {
      if (dialog.open && !state.ticket) dialog.close();
    },
    open(state) {
      const booking = state.ticket;
      heading.textContent = say(booking.status === 'in_review' ? 'ticket.review' : booking.fresh ? 'ticket.done' : 'ticket.heading');
      replace(place, [ticketCard({ booking, show: showOf(booking), person: state.person.name, say, ...words })]);
      if (!dialog.open) dialog.showModal();
      heading.focus();
    },
  };
}
