import { seatsInShort } from '../core/seat-names.js';
import { html, replace } from './nodes.js';

const HALF_A_DAY = 12 * 3600000;

export function createActivityLog({ root, say, times, locale, now, onAnotherHall }) {
  const list = html('ol', { class: 'log-list', reversed: true });
  const nothing = html('p', { class: 'log-none', text: say('activity.none') });
  root.append(nothing, list);
  let rows = new Map();

  function buildRow(entry) {
    const words = entry.own ? `activity.you.${entry.kind}` : `activity.${entry.kind}`;
    const many = entry.seats.length > 12;
    const seats = many ? say('panel.seatsShort', { count: entry.seats.length }) : seatsInShort(entry.seats, locale);
    return html(
      'li',
      { 'data-kind': entry.kind, 'data-own': entry.own },
      html('time', { text: now() - entry.at > HALF_A_DAY ? times.dayAndClock(entry.at) : times.clockWithSeconds(entry.at) }),
      html('span', { text: say(words, { seats }) }),
    );
  }

  return {
    update(state, before) {
      // Another show, and the log still open.
      if (root.open && state.hall.drawing && before.hall && !before.hall.drawing) onAnotherHall();
      if (state.activity === before.activity) return;
      const next = new Map();
      for (const entry of state.activity) next.set(entry.serial, rows.get(entry.serial) ?? buildRow(entry));
      rows = next;
      nothing.hidden = rows.size > 0;
      replace(list, [...rows.values()]);
    },
  };
}
