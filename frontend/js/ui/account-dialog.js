import { html, icon, setAttribute, setText, show } from './nodes.js';

export function createAccountDialog({ say, onSubmit }) {
  const heading = html('h2', { id: 'account-title' });
  const reason = html('p', { class: 'dialog-reason' });
  const fields = {
    username: field('username', { autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', required: true, maxlength: 150 }),
    password: field('password', { type: 'password', required: true, maxlength: 128 }),
    email: field('email', { type: 'email', autocomplete: 'email', maxlength: 254 }),
  };
  const problem = html('p', { class: 'form-problem', role: 'alert', hidden: true });
  const submit = html('button', { type: 'submit', class: 'button main' });
  const turnText = html('span');
  const turn = html('button', { type: 'button', class: 'text-button' });
  const close = html('button', { type: 'button', class: 'icon-button dialog-close', 'aria-label': say('action.close') }, icon('close'));
  const form = html(
    'form',
    { novalidate: true },
    fields.username.node,
    fields.email.node,
    fields.password.node,
    problem,
    submit,
    html('p', { class: 'form-turn' }, turnText, turn),
  );
  const dialog = html('dialog', { class: 'dialog account', 'aria-labelledby': 'account-title' }, close, heading, reason, form);
  document.body.append(dialog);

  let mode = 'logIn';
  let after = null;
  let busy = false;

  function field(name, attributes) {
    const input = html('input', { id: `account-${name}`, name, ...attributes });
    const text = html('p', { class: 'field-problem', id: `account-${name}-problem`, hidden: true });
    const node = html('div', { class: 'field' }, html('label', { for: input.id, text: say(`account.${name}`) }), input, text);
    return { input, text, node };
  }

  function complain(name, text) {
    const { input, text: place } = fields[name];
    show(place, Boolean(text));
    setText(place, text ?? '');
    setAttribute(input, 'aria-invalid', text ? 'true' : null);
    setAttribute(input, 'aria-describedby', text ? place.id : null);
  }

  function clearProblems() {
    for (const name of Object.keys(fields)) complain(name, null);
    show(problem, false);
  }

  function setMode(next) {
    mode = next;
    const registering = mode === 'register';
    setText(heading, say(registering ? 'account.register' : 'account.logIn'));
    setText(submit, say(registering ? 'account.register' : 'account.logIn'));
    setText(turnText, `${say(registering ? 'account.known' : 'account.newHere')} `);
    setText(turn, say(registering ? 'account.logIn' : 'account.register'));
    show(fields.email.node, registering);
    fields.password.input.setAttribute('autocomplete', registering ? 'new-password' : 'current-password');
    clearProblems();
  }

  turn.addEventListener('click', () => {
    setMode(mode === 'logIn' ? 'register' : 'logIn');
    fields.username.input.focus();
  });
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => {
    fields.password.input.value = '';
    const carryOn = dialog.returnValue === 'done' ? after : null;
    after = null;
    dialog.returnValue = '';
    carryOn?.();
  });

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (busy) return;
    clearProblems();
    const missing = ['username', 'password'].find((name) => !fields[name].input.value);
    if (missing) {
      complain(missing, say('account.needed'));
      fields[missing].input.focus();
      return;
    }
    busy = true;
    setText(submit, say('account.working'));
    submit.setAttribute('aria-busy', 'true');
    const values = Object.fromEntries(Object.entries(fields).map(([name, { input }]) => [name, input.value]));
    const result = await onSubmit(mode, { ...values, username: values.username.trim() });
    busy = false;
    submit.removeAttribute('aria-busy');
    setText(submit, say(mode === 'register' ? 'account.register' : 'account.logIn'));
    if (result.done) dialog.close('done');
    else refuse(result);
  });

  function refuse({ sentence, fields: texts }) {
    const marked = Object.keys(fields).filter((name) => texts.has(name));
    for (const name of marked) complain(name, texts.get(name));
    setText(problem, sentence);
    show(problem, true);
    fields[marked[0] ?? 'password'].input.focus();
  }

  setMode('logIn');

  return {
    open({ why = '', then = null } = {}) {
      after = then;
      setMode('logIn');
      setText(reason, why);
      show(reason, Boolean(why));
      if (!dialog.open) dialog.showModal();
      fields.username.input.focus();
    },
  };
}
