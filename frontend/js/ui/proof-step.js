// Between the countdown and the confirmation: a picture of the payment.

import { kindOfPicture, sizeToRedraw } from '../core/picture.js';
import { currencyOf } from '../core/selectors.js';
import { html, replace, setAttribute, setText, show } from './nodes.js';

const SHOWN = 720;
const TAKEN = 'image/png,image/jpeg,image/webp';

export function createProofStep({ root, say, money, addressOf, on }) {
  const text = html('p', { class: 'proof-text' });
  const frame = html('div', { class: 'proof-picture', hidden: true });
  const file = input({});
  const camera = input({ capture: 'environment' });
  const choose = html('button', { type: 'button', class: 'button quiet', onclick: () => file.click() });
  const photograph = html('button', { type: 'button', class: 'button quiet proof-camera', text: say('proof.photograph'), onclick: () => camera.click() });
  const hint = html('span', { class: 'proof-hint', text: say('proof.drop') });
  const bar = html('progress', { max: 1, 'aria-label': say('action.sending') });
  const status = html('p', { class: 'proof-status', role: 'status' });
  const problem = html('p', { class: 'proof-problem', role: 'alert', hidden: true });
  const place = html('div', { class: 'proof-drop' }, frame, html('div', { class: 'proof-ways' }, choose, photograph, hint), bar, status);
  root.append(
    html('h3', { class: 'proof-heading', text: say('proof.heading') }),
    text,
    place,
    problem,
    file,
    camera,
  );

  let latest = null;
  let turn = 0;
  let shownId = null;

  function input(attributes) {
    const node = html('input', { type: 'file', accept: TAKEN, hidden: true, ...attributes });
    node.addEventListener('change', () => {
      take(node.files[0]);
      // The same file may be chosen twice.
      node.value = '';
    });
    return node;
  }

  async function take(blob) {
    if (!blob || !wanted() || latest.pending) return;
    turn += 1;
    const mine = turn;
    on.reading();
    let picture = null;
    try {
      picture = await createImageBitmap(blob);
      const kind = kindOfPicture(new Uint8Array(await blob.slice(0, 12).arrayBuffer()));
      const size = sizeToRedraw({ kind, bytes: blob.size, width: picture.width, height: picture.height });
      const fit = size ? await redrawn(picture, size) : blob;
      if (mine !== turn || !wanted()) return;
      shownId = null;
      replace(frame, [preview(picture)]);
      on.picture(fit);
    } catch {
      if (mine === turn) on.refuse('proof.notPicture');
    } finally {
      picture?.close();
    }
  }

  function drawn(picture, { width, height }) {
    const canvas = html('canvas', { width, height });
    const pen = canvas.getContext('2d');
    pen.fillStyle = 'white';
    pen.fillRect(0, 0, width, height);
    pen.drawImage(picture, 0, 0, width, height);
    return canvas;
  }

  function redrawn(picture, size) {
    return new Promise((resolve, reject) => {
      drawn(picture, size).toBlob((blob) => (blob ? resolve(blob) : reject(new Error('not drawn'))), 'image/jpeg', 0.86);
    });
  }

  function preview(picture) {
    const share = Math.min(1, SHOWN / Math.max(picture.width, picture.height));
    const canvas = drawn(picture, { width: Math.ceil(picture.width * share), height: Math.ceil(picture.height * share) });
    setAttribute(canvas, 'role', 'img');
    setAttribute(canvas, 'aria-label', say('proof.picture'));
    return canvas;
  }

  const wanted = () => !root.hidden;

  // Dropped beside the place it is still meant for it, and must not be opened instead of the page.
  document.addEventListener('dragover', (event) => {
    if (!wanted() || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    setAttribute(place, 'data-over', 'true');
  });
  document.addEventListener('dragleave', (event) => event.relatedTarget === null && setAttribute(place, 'data-over', null));
  document.addEventListener('drop', (event) => {
    setAttribute(place, 'data-over', null);
    if (!wanted() || !event.dataTransfer?.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
  document.addEventListener('paste', (event) => event.clipboardData?.files.length && take(event.clipboardData.files[0]));

  function drawPicture({ phase, id }) {
    if (phase === 'kept' && id !== shownId) {
      // After a reload there is only the copy of the box office.
      if (!frame.firstChild || shownId) replace(frame, [html('img', { src: addressOf(id), alt: say('proof.picture') })]);
      shownId = id;
    }
    const has = phase === 'sending' || phase === 'kept' || phase === 'failed';
    if (!has) replace(frame, []);
    show(frame, has);
  }

  function update(state, before) {
    latest = state;
    if (root.hidden || (state.proof === before.proof && state.hold === before.hold && state.pending === before.pending)) return;
    const proof = state.proof ?? { phase: 'empty' };
    const { phase } = proof;
    const sum = state.hold ? money.short(state.hold.total_price, currencyOf(state)) : '';
    setText(text, say('proof.text', { price: sum }));
    setAttribute(root, 'data-phase', phase);
    drawPicture(proof);
    const has = !frame.hidden;
    setText(choose, say(has ? 'proof.replace' : 'proof.choose'));
    for (const button of [choose, photograph]) show(button, !state.pending);
    show(hint, !has);
    show(bar, phase === 'sending');
    if (phase === 'sending') bar.value = proof.share;
    setText(status, phase === 'reading' ? say('proof.reading') : phase === 'kept' ? say('proof.kept') : '');
    show(status, Boolean(status.textContent));
    show(problem, Boolean(proof.problem));
    setText(problem, proof.problem ? say(proof.problem) : '');
  }

  return { update, choose: () => file.click() };
}
