// Whatever is not needed to see the hall is fetched when somebody needs it.

import { serverNow } from './core/selectors.js';
import { fetchedLater, stylesOfDialogs } from './ui/fetched-later.js';

export function createLaterParts({ api, store, poller, say, words, showOf, now, random, timers, tellTabs, submitAccount, ticketSeen, askWho, storage, log, proof, join }) {
  const { dispatch, get: state } = store;
  const later = (load) => fetchedLater(load, () => dispatch({ type: 'note/shown', note: { tone: 'warn', key: 'problem.unreachable' } }));

  // Whoever only looks around needs no desk, and of a guest there is nothing to ask.
  const desk = later(async () => {
    const [{ createBoxOffice }, { createIntents, createKeys }] = await Promise.all([import('./net/box-office.js'), import('./net/intents.js')]);
    const intents = createIntents({ storage, now, newKey: createKeys(window.crypto) });
    return createBoxOffice({ api, store, intents, poller, tell: tellTabs, now, askWho });
  });
  const ask = (deed) => (...facts) => desk().then((office) => office[deed](...facts), () => {});
  const askIfKnown = (deed) => (...facts) => (state().person.phase === 'known' ? ask(deed)(...facts) : Promise.resolve());
  const office = {
    ...Object.fromEntries(['hold', 'extend', 'book', 'release', 'cancel', 'ticketSeen'].map((deed) => [deed, ask(deed)])),
    ...Object.fromEntries(['refreshMine', 'refreshBookings', 'deadlinePassed', 'resume', 'carryOn'].map((deed) => [deed, askIfKnown(deed)])),
  };

  const account = later(async () => (await import('./net/account.js')).createAccount({ api, dispatch, tell: tellTabs }));

  const accountDialog = later(async () => {
    const [{ createAccountDialog }] = await Promise.all([import('./ui/account-dialog.js'), stylesOfDialogs(), account()]);
    return createAccountDialog({ say, onSubmit: submitAccount });
  });

  const bookingsDialog = later(async () => {
    const [{ createBookingsDialog }] = await Promise.all([import('./ui/bookings-dialog.js'), stylesOfDialogs()]);
    const dialog = createBookingsDialog({
      say,
      ...words,
      now: () => serverNow(state(), now()),
      showOf,
      onTicket: (booking) => dispatch({ type: 'ticket/shown', booking }),
      onCancel: office.cancel,
      onRetry: office.refreshBookings,
    });
    join(dialog);
    return dialog;
  });

  const ticketDialog = later(async () => {
    const [{ createTicketDialog }] = await Promise.all([import('./ui/ticket-dialog.js'), stylesOfDialogs()]);
    const dialog = createTicketDialog({ say, words, showOf, onClose: ticketSeen });
    join(dialog);
    return dialog;
  });

  const activityLog = later(async () => {
    const [{ createActivityLog }, { createPastEvents }] = await Promise.all([import('./ui/activity-log.js'), import('./net/past-events.js')]);
    const recall = createPastEvents({ api, store, poller, now });
    const list = createActivityLog({ root: log, say, times: words.times, locale: words.locale, now, onAnotherHall: recall });
    join(list);
    list.update(state(), {});
    return recall;
  });
  log.addEventListener('toggle', () => activityLog().then((recall) => log.open && recall(), () => {}));

  const push = {
    line: null,
    // Without the module the page polls, and nobody misses anything.
    offered(address) {
      if (push.line) push.line.offered(address);
      else if (address) pushLine({ ahead: true }).then((line) => line?.offered(address));
    },
  };
  const pushLine = later(async () => {
    const { createPushLine } = await import('./net/push-line.js');
    push.line = createPushLine({ EventSource: window.EventSource, poller, now, random, timers });
    return push.line;
  });

  const proofStep = later(async () => {
    const [{ createProofStep }, { addressOfProof, createProofDesk }, { createKeys }] = await Promise.all([
      import('./ui/proof-step.js'),
      import('./net/proof-desk.js'),
      import('./net/intents.js'),
      stylesOfDialogs(),
    ]);
    const newRequest = () => new XMLHttpRequest();
    const counter = createProofDesk({ newRequest, store, storage, newKey: createKeys(window.crypto), askWho });
    const step = createProofStep({
      root: proof,
      say,
      money: words.money,
      addressOf: addressOfProof,
      on: { reading: counter.reading, refuse: counter.refuse, picture: counter.handIn },
    });
    join(step);
    step.update(state(), {});
    return { choose: step.choose, again: counter.again };
  });

  return { office, desk, account, accountDialog, bookingsDialog, ticketDialog, proofStep, push };
}
