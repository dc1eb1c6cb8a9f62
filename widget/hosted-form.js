/*
 * A hosted form: defined in the dashboard, shown on a page by the tag with data-mode="form". Source of
 * public/hosted-form.js (scripts/build_widget.py puts hosted-form.css in place of CSS_HERE).
 *
 * The listener imports this file only then and calls its default export with a hook: {tag, api, token, watch(root),
 * send(form)}. `hook.form` may hold the form already, as in the dashboard's preview. Nothing is thrown into the page,
 * nothing is parsed as HTML and no style attribute is set, so that strict policies (Trusted Types too) have no objection.
 *
 * Sections, in order: the definition · its place · elements · fields · checking · sending · start.
 */

const WORDS = {
  sending: 'Sending…',
  check: 'Please check:',
  required: 'Required',
  kept: 'There is no connection. Your answers are kept and will be sent as soon as it is back: leave this page open.',
  refused: 'This could not be sent. Your answers are still here: please try again later.',
};

// ── The definition ──────────────────────────────────────────────────────────────────────────────────────────────────

const RETRY_AFTER = [1000, 5000];
const wait = (ms) => new Promise((done) => setTimeout(done, ms));

/** {name, definition, honeypot}, or nothing when it can't be had. What was refused is not asked for again. */
async function load({ tag, api, token }) {
  const wanted = tag.getAttribute('data-form');
  const url = api + '/api/w/' + token + '/form' + (wanted ? '/' + encodeURIComponent(wanted) : '');
  for (const pause of [...RETRY_AFTER, 0]) {
    try {
      const response = await fetch(url, { credentials: 'omit' });
      if (response.ok) return await response.json();
      if (response.status < 500 && response.status !== 429) return;
    } catch (_) {
      // As an answer that says nothing.
    }
    if (pause) await wait(pause);
  }
}

// ── Its place ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** The container, as soon as it is in the page; without one, the way to stand right after the tag. */
async function placeFor(tag) {
  const selector = tag.getAttribute('data-container');
  if (!selector) return (host) => !tag.closest('head') && tag.after(host);
  const container = document.querySelector(selector) || (await appearing(selector));
  return (host) => container.replaceChildren(host);
}

const appearing = (selector) =>
  new Promise((found) => {
    const observer = new MutationObserver(() => {
      const container = document.querySelector(selector);
      if (!container) return;
      observer.disconnect();
      found(container);
    });
    observer.observe(document, { childList: true, subtree: true });
  });

// ── Elements ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** An element with these attributes (what is false, null or empty is left out) and children; texts stay texts. */
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const key in attributes) {
    const value = attributes[key];
    if (value || value === 0) element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.filter(Boolean));
  return element;
}

const text = (name, words, attributes) => words && make(name, attributes, words);
const star = (required) => required && make('span', { class: 'star', 'aria-hidden': 'true' }, ' *');

const link = (url, words) =>
  /^https?:/i.test(url) ? make('a', { href: url, target: '_blank', rel: 'noopener' }, words) : words;

/** The consent's text with its one link in the middle. */
function withLink({ text, link_text: words, link_url: url }) {
  const at = words ? text.indexOf(words) : -1;
  return at < 0 ? [text] : [text.slice(0, at), link(url, words), text.slice(at + words.length)];
}

// ── Fields ──────────────────────────────────────────────────────────────────────────────────────────────────────────
// Each is {label, controls, group, error}: `error` is the place of its message, `group` tells checkboxes of which one
// must be ticked, what the browser can't check by itself.

const LONGEST = { textarea: 20000, text: 2000, email: 320, tel: 100, url: 2000 };
const FILLS = { email: 'email', tel: 'tel', url: 'url' };

const errorAt = (id) => make('p', { class: 'error', id: id + '-error', part: 'error' });
const helpAt = (id, help) => text('p', help, { class: 'help', id: id + '-help', part: 'help' });
const described = (id, help) => (help ? id + '-help ' : '') + id + '-error';

function control(id, { name, type, required, placeholder, autocomplete, options, help }) {
  const isArea = type === 'textarea';
  const isList = type === 'select';
  const element = make(isArea || isList ? type : 'input', {
    id,
    name,
    required,
    type: !isArea && !isList && type,
    placeholder: !isList && placeholder,
    autocomplete: autocomplete || FILLS[type],
    maxlength: LONGEST[type],
    step: type === 'number' && 'any',
    part: 'input',
    'aria-describedby': described(id, help),
  });
  if (isList) {
    const first = make('option', {}, placeholder || '');
    first.value = '';
    element.append(first, ...options.map((option) => make('option', { value: option }, option)));
  }
  return element;
}

const pick = (input, ...words) => make('label', { class: 'pick', part: 'choice' }, input, make('span', {}, ...words));

/** Radio buttons, or checkboxes of one name. */
function choices(id, { name, label, type, required, options, help }) {
  const error = errorAt(id);
  const inputs = options.map((value) => make('input', { type, name, value, required: required && type === 'radio' }));
  const picks = inputs.map((input, n) => pick(input, options[n]));
  const box = make(
    'fieldset',
    { part: 'field', 'aria-describedby': described(id, help) },
    make('legend', { part: 'label' }, label, star(required)),
    helpAt(id, help),
    make('div', { class: 'group' }, ...picks),
    error,
  );
  return { box, label, controls: inputs, group: required && type === 'checkbox', error };
}

/** One box to tick, its words beside it. */
function tick(id, { name, required, help }, ...words) {
  const error = errorAt(id);
  const input = make('input', { id, type: 'checkbox', name, required, value: 'yes', 'aria-describedby': described(id, help) });
  const box = make('div', { class: 'field', part: 'field' }, pick(input, ...words, star(required)), helpAt(id, help), error);
  return { box, label: words.map((part) => part.textContent || part).join(''), controls: [input], error };
}

function build(field, n) {
  const id = 'f' + n;
  const { label, required, help, type, options, width } = field;
  let built;
  if (type === 'checkbox' && !options[0]) built = tick(id, field, label);
  else if (/radio|checkbox/.test(type)) built = choices(id, field);
  else {
    const error = errorAt(id);
    const input = control(id, field);
    const head = make('label', { for: id, part: 'label' }, label, star(required));
    built = { box: make('div', { class: 'field', part: 'field' }, head, input, helpAt(id, help), error), label, controls: [input], error };
  }
  if (width === 'half') built.box.classList.add('half');
  return built;
}

/** A field that people neither see nor reach: whoever fills it in is a program. */
function trap(name, fields) {
  if (!name || fields.some((field) => field.name === name)) return;
  const input = make('input', { name, tabindex: '-1', autocomplete: 'off', 'aria-hidden': 'true' });
  return make('div', { class: 'trap', 'aria-hidden': 'true' }, input);
}

// ── Checking ────────────────────────────────────────────────────────────────────────────────────────────────────────
// The browser's own rules, in its own language, shown beside the field.

/** "Please select one of these options.", as the browser says it. */
const chooseOne = () => make('input', { type: 'radio', name: 'x', required: true }).validationMessage;

function problemOf({ controls, group }) {
  for (const input of controls) if (!input.value.trim()) input.value = ''; // blanks are no answer
  if (group && !controls.some((input) => input.checked)) return chooseOne();
  return controls.map((input) => input.validationMessage).find(Boolean) || '';
}

/** Shows what is wrong with a field, or that nothing is; true for the latter. */
function check(field) {
  const problem = problemOf(field);
  field.error.textContent = problem;
  for (const input of field.controls) {
    if (problem) input.setAttribute('aria-invalid', 'true');
    else input.removeAttribute('aria-invalid');
  }
  return !problem;
}

// ── Sending ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const PATIENCE = 20000;

/** The status of what was sent; nothing where the answer hangs, since then too it is kept. */
async function outcome(hook, form) {
  try {
    return await Promise.race([hook.send(form), wait(PATIENCE)]);
  } catch (_) {
    return 400;
  }
}

/** Puts a message in the form's place and leads those who listen to it. */
function end(section, title, words) {
  const status = make('div', { role: 'status', tabindex: '-1', part: 'thanks' }, text('h2', title), text('p', words));
  section.replaceChildren(status);
  status.focus();
}

function ended(status, section, definition, words) {
  const { redirect, thanks } = definition;
  if (status !== 202) end(section, '', words.kept);
  else if (/^https?:/i.test(redirect)) location.assign(redirect);
  else end(section, thanks.title, thanks.text);
}

/** Stored is 202; refused a 4xx but 429. Anything else waits in the browser and goes later. */
const isRefused = (status) => status > 399 && status < 500 && status !== 429;

function onSubmit(hook, definition, words, section, form, fields, alert, button) {
  let busy = false;

  const showBusy = (yes) => {
    busy = yes;
    button.textContent = yes ? words.sending : definition.button;
    for (const element of [form, button]) element.setAttribute('aria-busy', yes);
  };

  return async (event) => {
    event.preventDefault();
    if (busy) return;
    const wrong = fields.filter((field) => !check(field));
    alert.textContent = wrong[0] ? words.check + ' ' + wrong.map((field) => field.label).join(', ') : '';
    if (wrong[0]) return wrong[0].controls[0].focus();
    showBusy(true);
    const status = await outcome(hook, form);
    showBusy(false);
    if (isRefused(status)) alert.textContent = words.refused;
    else ended(status, section, definition, words);
  };
}

// ── Start ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const CSS = 'CSS_HERE';

const never = (run) => async (...args) => {
  try {
    return await run(...args);
  } catch (_) {
    // The page must never learn of our trouble.
  }
};

/** What is shown, and the form in it. */
function render(hook, { id, name, definition, honeypot }) {
  const { title, intro, consent } = definition;
  const words = { ...WORDS };
  for (const key in WORDS) words[key] = definition.words?.[key] || words[key];
  const fields = definition.fields.map(build);
  if (consent?.text) fields.push(tick('consent', { name: 'consent', required: true }, ...withLink(consent)));
  const alert = make('p', { role: 'alert', part: 'alert' });
  const button = make('button', { part: 'button' }, definition.button);
  const head = (title || intro) && make('div', {}, text('h2', title, { part: 'title' }), text('p', intro, { part: 'intro' }));
  const form = make(
    'form',
    {
      method: 'post',
      novalidate: true,
      'data-leadsbot-form': name,
      'data-leadsbot-hosted': id || 'preview', // the listener leaves its submission to us
      'aria-label': title || name,
      part: 'form',
    },
    head,
    ...fields.map((field) => field.box),
    trap(honeypot, definition.fields),
    fields.some(({ controls, group }) => group || controls[0].required) && text('p', '* ' + words.required, { class: 'help' }),
    alert,
    button,
  );
  const section = make('section', { part: 'section' }, form);
  form.addEventListener('submit', never(onSubmit(hook, definition, words, section, form, fields, alert, button)));
  for (const field of fields) {
    // What was found wrong is looked at again as soon as it is changed, and not before.
    field.box.addEventListener('input', never(() => field.error.textContent && check(field)));
  }
  return section;
}

function dress(host, root, theme) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(CSS);
  root.adoptedStyleSheets = [sheet];
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => host.setAttribute('data-theme', theme || (dark.matches ? 'dark' : 'light'));
  if (!theme) dark.addEventListener('change', follow);
  follow();
}

export default never(async (hook) => {
  const [form, put] = await Promise.all([hook.form || load(hook), placeFor(hook.tag)]);
  if (!form) return;
  const host = document.createElement('div');
  const root = host.attachShadow({ mode: 'open' });
  await never(dress)(host, root, hook.tag.getAttribute('data-theme'));
  root.append(render(hook, form));
  if (put(host) !== false) hook.watch(root);
});
