// Hands the picture of a payment in. A file cannot be kept over a reload, but
// what it was handed in as can.

import { sentenceFor } from '../core/problems.js';

const PATH = '/api/seats/payment-proofs/';
const PLACE = 'holdfast.proof';
const SILENCE = 30000;

export const addressOfProof = (id) => `${PATH}${encodeURIComponent(id)}/file/`;

export function createProofDesk({ newRequest, store, storage, newKey, askWho }) {
  const { dispatch, get: state } = store;
  let picture = null;
  let key = null;
  let request = null;

  const change = (proof) => dispatch({ type: 'proof/changed', proof });

  function post(body, onShare) {
    return new Promise((resolve) => {
      const mine = newRequest();
      request = mine;
      const silent = () => resolve({ kind: 'unreachable' });
      mine.open('POST', PATH);
      mine.responseType = 'json';
      mine.timeout = 4 * SILENCE;
      mine.setRequestHeader('Accept', 'application/json');
      mine.setRequestHeader('Idempotency-Key', key);
      mine.upload.onprogress = ({ loaded, total }) => onShare(total ? loaded / total : 0);
      mine.onerror = silent;
      mine.ontimeout = silent;
      mine.onabort = () => resolve({ kind: 'stopped' });
      mine.onload = () => {
        const { status, response } = mine;
        if (status === 201 && typeof response?.id === 'string') resolve({ kind: 'answer', id: response.id });
        else if (status === 429 || status >= 500) resolve({ kind: 'busy' });
        else if (status >= 400) resolve({ kind: 'problem', status, code: String(response?.code ?? 'unknown') });
        else silent();
      };
      mine.send(body);
    });
  }

  async function hand() {
    request?.abort();
    const { showId } = state();
    const mine = picture;
    let told = 0;
    change({ phase: 'sending', share: 0 });
    const form = new FormData();
    form.append('file', picture, 'payment');
    const result = await post(form, (share) => {
      // A bar need not be drawn for every packet.
      if (picture !== mine || state().proof?.phase !== 'sending' || (share - told < 0.02 && share < 1)) return;
      told = share;
      change({ phase: 'sending', share });
    });
    if (result.kind === 'stopped' || picture !== mine || state().showId !== showId) return;
    settle(result);
  }

  function settle(result) {
    if (result.kind === 'answer') {
      change({ phase: 'kept', id: result.id });
      keep({ showId: state().showId, id: result.id });
    } else if (result.kind === 'unreachable') change({ phase: 'failed', problem: 'proof.cut' });
    else if (result.kind === 'busy') change({ phase: 'failed', problem: 'problem.busy' });
    else if (result.status === 401) {
      change({ phase: 'failed', problem: 'problem.signIn' });
      askWho({ then: hand });
    } else if (result.code === 'too_large') change({ phase: 'refused', problem: 'proof.tooLarge' });
    else if (result.code === 'invalid') change({ phase: 'refused', problem: 'proof.notPicture' });
    else change({ phase: 'failed', problem: sentenceFor(result).key });
  }

  function keep(what) {
    try {
      if (what) storage.setItem(PLACE, JSON.stringify(what));
      else storage.removeItem(PLACE);
    } catch {
      // Then it has to be chosen again after a reload.
    }
  }

  function recall() {
    if (state().proof || !state().hold) return;
    try {
      const { showId, id } = JSON.parse(storage.getItem(PLACE) ?? '{}');
      if (showId === state().showId && typeof id === 'string') change({ phase: 'kept', id });
    } catch {
      keep(null);
    }
  }

  store.subscribe((after, before) => {
    // Spent, refused, or of somebody who has gone.
    if (before.proof && !after.proof && after.showId === before.showId) {
      request?.abort();
      picture = null;
      keep(null);
    }
    if (after.hold && after.hold !== before.hold) recall();
  });
  recall();

  return {
    handIn(blob) {
      picture = blob;
      key = newKey();
      return hand();
    },
    // The same picture with the same key: however often it is sent, it is one.
    again: () => (picture ? hand() : null),
    reading: () => change({ phase: 'reading' }),
    refuse: (problem) => change({ phase: 'refused', problem }),
  };
}
