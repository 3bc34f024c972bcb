// Whatever the outside world gives (clock, dice, storage) comes in here.

import { remarks, timeRemark } from './core/announcements.js';
import { seatsTogether } from './core/best-seats.js';
import { drawHall } from './core/hall-geometry.js';
import { createMoney } from './core/money.js';
import { swept, toggled } from './core/picking.js';
import { reduce } from './core/reducer.js';
import { fullName, seatsInShort } from './core/seat-names.js';
import { currencyOf, heldLeft, isFree, priceOf, selectedShow, serverNow, hasBegun } from './core/selectors.js';
import { initialState } from './core/state.js';
import { createStore } from './core/store.js';
import { createTelling } from './core/telling.js';
import { createTimes, hoursAndMinutes } from './core/times.js';
import { createWords } from './core/words.js';
import { createLaterParts } from './later-parts.js';
import { createApiClient } from './net/api-client.js';
import { createPicksMemory, storageOf } from './net/memory.js';
import { createPoller } from './net/poller.js';
import { createProgramme } from './net/programme.js';
import { createBestPicker } from './ui/best-picker.js';
import { createHall } from './ui/hall.js';
import { createLegend } from './ui/legend.js';
import { createNote } from './ui/note.js';
import { createPanel } from './ui/panel.js';
import { createShowHead } from './ui/show-head.js';
import { createShowRail } from './ui/show-rail.js';
import { createLanguageChoice, createLinkLight, createThemeButton, createTopBar } from './ui/top-bar.js';
import { createVoice } from './ui/voice.js';

const at = (id) => document.getElementById(id);
const language = document.documentElement.lang;
// On its way since the head of the page. `formats` says how numbers and days are written.
const { words: dictionary, formats } = await (await fetch(at('dictionary').href)).json();
const now = () => Date.now();
const random = Math.random;

const say = createWords(dictionary, formats);
const money = createMoney(formats);
const times = createTimes(formats, Intl.DateTimeFormat().resolvedOptions().timeZone, say);
const store = createStore(reduce, initialState({ limit: Number(document.body.dataset.seatLimit) || 10 }));
const { dispatch, get: state } = store;
const tell = createTelling({ say, money, times, locale: formats });

function wait(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener('abort', () => (clearTimeout(timer), reject(new Error('stopped'))), { once: true });
  });
}

function lengthOf(minutes) {
  if (!minutes) return '';
  return minutes < 60 ? say('duration.minutes', { minutes }) : say('duration.hours', hoursAndMinutes(minutes));
}

function nameOf(seat, look) {
  const price = priceOf(state(), seat);
  return fullName(seat, { say, state: look, price: price && money.spoken(price, currencyOf(state())) });
}

// Other tabs of the same customer.
const channel = 'BroadcastChannel' in window ? new BroadcastChannel('holdfast') : null;
const tellTabs = (what) => channel?.postMessage(what);

const api = createApiClient({ fetch: (...request) => window.fetch(...request), wait, now, random, language });
const timers = { set: (task, pause) => setTimeout(task, pause), clear: (timer) => clearTimeout(timer) };
const poller = createPoller({
  ask: api.get,
  now,
  random,
  timers,
  isHidden: () => document.hidden,
  onAnswer({ answer, sentAt, receivedAt, unchanged }) {
    if (unchanged) {
      dispatch({ type: 'status/unchanged', at: serverNow(state(), receivedAt) });
      return;
    }
    // What came unasked may have been on its way for any time.
    if (sentAt) dispatch({ type: 'clock/sampled', sample: { sentAt, receivedAt, serverTime: answer.server_time } });
    dispatch({ type: 'status/answered', answer });
  },
  onLink: (link) => dispatch({ type: 'link/changed', ...link }),
  onGone: () => showIsGone(),
  onOffer: (address) => later.push.offered(address),
  onDeaf: () => later.push.line?.failed(),
});
const picksMemory = createPicksMemory(storageOf('sessionStorage'));

const showOf = (booking) => state().shows.list.find((one) => one.id === booking.show_id) ?? booking.show ?? null;
const words = { money, times, lengthOf, locale: formats };

const later = createLaterParts({
  ...{ api, store, poller, say, words, showOf, now, random, timers, tellTabs, submitAccount, ticketSeen, askWho },
  ...{ log: at('log'), proof: at('proof'), storage: storageOf('sessionStorage') },
  join: (part) => parts.push(part),
});
const { office } = later;
const programme = createProgramme({ api, store, poller, draw: drawHall, wait, refreshMine: office.refreshMine });

const voice = createVoice({ root: at('voice') });
const hall = createHall({
  parts: { frame: at('hall-frame'), view: at('hall-view'), blank: at('hall-blank'), list: at('hall-list'), tools: at('hall-tools'), stale: at('hall-stale'), listStyles: at('list-styles'), largeStyles: at('large-hall-styles') },
  say,
  money,
  times,
  now,
  nameOf,
  onPress: pressSeat,
  onSweep: sweep,
  footRoom: () => (getComputedStyle(at('panel')).position === 'fixed' ? at('panel').offsetHeight : 0),
  onView: (view) => dispatch({ type: 'view/chosen', view }),
  onRetry: begin,
});
const panel = createPanel({
  root: at('panel'),
  note: at('note'),
  proof: at('proof'),
  log: at('log'),
  say,
  money,
  times,
  now,
  on: {
    hold: () => office.hold(state().picked),
    book: () => office.book(),
    prove: (phase) => later.proofStep().then((step) => (phase === 'failed' ? step.again() : step.choose()), () => {}),
    extend: () => office.extend(),
    release: (ids) => office.release(ids),
    goTo: visit,
    addressOf,
    clear: () => dispatch({ type: 'picks/changed', picked: [] }),
    unpick: (id) => dispatch({ type: 'picks/changed', picked: state().picked.filter((other) => other !== id) }),
  },
});
const parts = [
  createTopBar({
    parts: { account: at('account'), bookings: at('my-bookings') },
    say,
    onAccount: () => (state().person.phase === 'known' ? logOut() : askWho({})),
    onBookings: openBookings,
  }),
  createLinkLight({ root: at('link'), say, times, now, onRetry: comeBack }),
  createShowRail({ root: at('shows'), say, times, lengthOf, now, addressOf, onChoose: visit, onRetry: begin }),
  createShowHead({ root: at('show-head'), say, times, lengthOf }),
  hall,
  createLegend({ root: at('legend'), say, money }),
  createBestPicker({ root: at('best'), say, money, onBest: pickBest }),
  createNote({ root: at('note'), say, tell, locale: formats, onOffer: takeOffer, onClose: () => dispatch({ type: 'note/closed' }) }),
  panel,
];
createThemeButton({ root: at('theme'), say, storage: storageOf('localStorage') });
createLanguageChoice({ root: at('language') });

store.subscribe((after, before) => {
  for (const part of parts) part.update(after, before);
  for (const remark of remarks(after, before)) voice(tell(remark, after));
  if (after.link.phase === 'live' && before.link.phase === 'offline') lineIsBack();
  if (after.picked !== before.picked) picksMemory.keep(after);
  if (after.ticket && after.ticket !== before.ticket) showTicket();
  // Fetched while there is time, so that it is there when it is needed.
  if (after.hold && !before.hold) later.ticketDialog({ ahead: true });
  if (after.picked.length && !before.picked.length) later.desk({ ahead: true });
  if (after.hold && after.paymentMode === 'proof' && !(before.hold && before.paymentMode === 'proof')) later.proofStep({ ahead: true });
  if (after.seats !== before.seats && [...after.booked].some((id) => after.seats.get(id)?.status === 'AVAILABLE')) office.refreshBookings();
});

function ticketSeen() {
  office.ticketSeen();
  if (state().ticket) dispatch({ type: 'ticket/closed' });
}

const showTicket = () => later.ticketDialog().then((dialog) => state().ticket && dialog.open(state()), () => {});

// Picking

function refusedWords(why) {
  if (why === 'limit') return dispatch({ type: 'note/shown', note: { key: 'problem.limit', values: { count: state().limit } } });
  return voice(say({ taken: 'say.seatTaken', booked: 'say.seatBooked', mine: 'say.seatMine' }[why]));
}

function pressSeat(id) {
  if (state().pending || hasBegun(selectedShow(state()), serverNow(state(), now()))) return;
  if (state().holdIds.has(id)) {
    dispatch({
      type: 'note/shown',
      note: { key: 'panel.yours', values: { seats: [state().hall.drawing.seats.get(id)], moment: Date.parse(state().hold.expires_at) }, offers: [{ kind: 'release', ids: [id] }] },
    });
    return;
  }
  const { picked, refused } = toggled(state(), id);
  if (refused) refusedWords(refused);
  else {
    if (state().note) dispatch({ type: 'note/closed' });
    dispatch({ type: 'picks/changed', picked });
  }
}

let sweepBase = null;

function sweep(startId, ids, done) {
  if (done) {
    sweepBase = null;
    return;
  }
  if (state().pending) return;
  sweepBase ??= state().picked;
  dispatch({ type: 'picks/changed', picked: swept(state(), sweepBase, startId, ids) });
}

function pickBest({ count, tier }) {
  const { drawing } = state().hall;
  if (!drawing || state().pending || hasBegun(selectedShow(state()), serverNow(state(), now()))) return;
  const free = (id) => isFree(state(), id);
  const ids = seatsTogether(drawing, { count: Math.min(count, state().limit - state().holdIds.size), isFree: free, tier });
  if (ids) {
    if (state().note) dispatch({ type: 'note/closed' });
    dispatch({ type: 'picks/changed', picked: ids });
    hall.reveal(ids);
  } else dispatch({ type: 'note/shown', note: { key: 'best.none', values: { count } } });
}

function takeOffer({ kind, ids }) {
  if (kind === 'release') return office.release(ids);
  if (kind === 'hold') {
    dispatch({ type: 'picks/changed', picked: ids });
    hall.reveal(ids);
    return office.hold(ids);
  }
  dispatch({ type: 'note/closed' });
  dispatch({ type: 'picks/changed', picked: ids.filter((id) => isFree(state(), id)) });
  return hall.reveal(ids);
}

// Who is asking

function askWho({ ids = [], then = null }) {
  const seats = ids.map((id) => state().hall.drawing.seats.get(id));
  const why = seats.length ? say('account.toHold', { seats: seatsInShort(seats, formats) }) : '';
  later.accountDialog().then((dialog) => dialog.open({ why, then }), () => {});
}

async function submitAccount(mode, { username, password, email }) {
  const { register, logIn } = await later.account();
  const result = mode === 'register' ? await register(username, password, email) : await logIn(username, password);
  if (result.done) await office.refreshMine();
  return result.done ? result : { ...result, sentence: tell(result.sentence, state()) };
}

const whoAmI = () => later.account().then((one) => one.whoAmI());

async function logOut() {
  const result = await (await later.account()).logOut();
  voice(result.done ? say('account.bye') : tell(result.sentence, state()));
}

function openBookings() {
  if (state().person.phase !== 'known') {
    askWho({ then: openBookings });
    return;
  }
  later.bookingsDialog().then((dialog) => dialog.open(state()), () => {});
  office.refreshBookings();
}

// Which show

function addressOf(showId) {
  return `?show=${showId}`;
}

function visit(showId) {
  if (showId === state().showId) return;
  history.pushState(null, '', addressOf(showId));
  follow();
}

function follow() {
  const { list } = state().shows;
  if (!list.length) return;
  const wanted = Number(new URLSearchParams(location.search).get('show'));
  const found = list.find((one) => one.id === wanted);
  const open = list.find((one) => !hasBegun(one, serverNow(state(), now())));
  const chosen = found ?? open ?? list[0];
  if (chosen.id === state().showId) return;
  const kept = picksMemory.of(chosen.id);
  panel.collapse();
  programme.choose(chosen.id);
  if (wanted && !found) dispatch({ type: 'note/shown', note: { key: 'shows.gone' } });
  if (kept.length) restore(chosen.id, kept);
}

// Picks of before a reload come back once the hall is known, if still free.
function restore(showId, kept) {
  const stop = store.subscribe((after) => {
    if (after.showId !== showId) return stop();
    if (!after.hall.drawing || after.cursor === null) return undefined;
    stop();
    const picked = kept.filter((id) => isFree(after, id)).slice(0, after.limit);
    if (picked.length && !after.picked.length) dispatch({ type: 'picks/changed', picked });
    return undefined;
  });
}

async function showIsGone() {
  history.replaceState(null, '', location.pathname);
  await programme.loadShows();
  follow();
  dispatch({ type: 'note/shown', note: { key: 'shows.gone' } });
}

// Coming back

function comeBack() {
  api.hurry();
  later.push.line?.shown();
  poller.nudge();
  office.refreshMine();
}

function lineIsBack() {
  api.hurry();
  if (state().ticket && !document.querySelector('.ticket-dialog[open]')) showTicket();
  if (state().hall.phase === 'failed') programme.loadHall(state().showId);
  office.carryOn();
}

function lookAway() {
  poller.hidden();
  later.push.line?.hidden();
}

document.addEventListener('visibilitychange', () => (document.hidden ? lookAway() : comeBack()));
window.addEventListener('pagehide', () => later.push.line?.left());
window.addEventListener('pageshow', (event) => event.persisted && comeBack());
window.addEventListener('online', comeBack);
window.addEventListener('offline', () => poller.lineCut());
window.addEventListener('popstate', follow);
channel?.addEventListener('message', ({ data }) => {
  if (data === 'person') return whoAmI().then(office.refreshMine);
  poller.nudge();
  return office.refreshMine();
});

// The clock on the wall

let leftBefore = null;

function tick() {
  const left = heldLeft(state(), now());
  const remark = timeRemark(leftBefore, left);
  if (remark) voice(tell(remark, state()));
  if (left !== null && left <= 0) office.deadlinePassed();
  leftBefore = left;
  for (const part of parts) part.tick?.(state());
}

setInterval(tick, 500);

const PROGRAMME_AGAIN = 60000;
const AFTER_FAILURE = 8000;
let again = null;

async function begin() {
  clearTimeout(again);
  const loaded = await programme.loadShows();
  follow();
  // Without a show nobody polls, so the light has to be told.
  if (state().showId === null) {
    dispatch({ type: 'link/changed', phase: loaded ? 'live' : 'offline', retryAt: loaded ? null : now() + AFTER_FAILURE });
  }
  if (state().bookings.list.some(({ status }) => status === 'in_review')) office.refreshBookings();
  again = setTimeout(begin, loaded ? PROGRAMME_AGAIN : AFTER_FAILURE);
}

async function start() {
  // Asking "who am I" as a guest is an error in the browser's log, so the page
  // says whether there is anybody to ask about.
  const signedIn = document.body.dataset.signedIn !== 'no';
  if (signedIn) later.desk({ ahead: true });
  else dispatch({ type: 'person/guest' });
  await Promise.all([begin(), signedIn && whoAmI()]);
  if (state().bookings.phase === 'idle') await office.refreshMine();
  office.resume({ unseen: true });
}

start();
