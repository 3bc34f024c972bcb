import { seatsInShort } from '../core/seat-names.js';
import { html, icon, replace, setAttribute, setText, show } from './nodes.js';

export function createNote({ root, say, tell, locale, onOffer, onClose }) {
  const text = html('p', { class: 'note-text' });
  const more = html('p', { class: 'note-more' });
  const offers = html('div', { class: 'note-offers' });
  const close = html(
    'button',
    { type: 'button', class: 'icon-button', 'aria-label': say('action.dismiss'), onclick: onClose },
    icon('close'),
  );
  root.append(html('div', { class: 'note-words' }, text, more), close, offers);

  function labelOf(offer, state) {
    if (offer.kind === 'release') return say('panel.release');
    if (offer.kind === 'again') return say('action.pickAgain', { count: offer.ids.length });
    const seats = offer.ids.map((id) => state.hall.drawing.seats.get(id)).filter(Boolean);
    return say(offer.kind === 'hold' ? 'action.holdThese' : 'action.pickThese', { seats: seatsInShort(seats, locale) });
  }

  return {
    update(state, before) {
      if (state.note === before.note) return;
      const { note } = state;
      show(root, Boolean(note));
      if (!note) return;
      setAttribute(root, 'data-tone', note.tone);
      setText(text, tell(note, state));
      show(more, Boolean(note.more));
      if (note.more) setText(more, tell(note.more, state));
      replace(
        offers,
        note.offers.map((offer) =>
          html('button', { type: 'button', class: 'button offer', text: labelOf(offer, state), onclick: () => onOffer(offer) }),
        ),
      );
    },
  };
}
