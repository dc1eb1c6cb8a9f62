/*
 * One visitor's attempt at one form that counts: where they are, that they changed something, that the form was there
 * to be seen. And the looks at the page that find its forms: after the load, once it is quiet.
 */
const touched = new WeakSet();
const attempts = new Map();

/** What begins anew with each session; `units` and `stats` by field names, `kept` the answers given so far. */
const fresh = () => ({
  now: 0,
  units: new Map(),
  stats: new Map(),
  kept: new Map(),
});

function attemptAt(form) {
  if (!attempts.has(form)) attempts.set(form, { ...fresh(), form: identityOf(form) });
  return attempts.get(form);
}

function startSession(attempt) {
  const at = clock();
  attempt.now ||= {
    session: uuid(),
    seq: 0,
    start: at,
    at,
    tries: 0,
  };
}

const isShown = (el) => [el, ...(el.labels || [])].some(shown); // a styled choice hides itself and shows its label

/** How far it is; without the second file no more than that it is being sent. */
function progressOf(form, attempt, reached = more ? more.measure(form, attempt) : { percent: 100 }) {
  const { now, last } = attempt;
  now.seq++;
  return { ...now, form: attempt.form, last: last ? labelOf(last) : '', ...reached };
}

let here = {}; // where somebody is: the target of the last event, the control it stands for, and the attempt at its form

function placeOf(event) {
  const { target } = event;
  const path = is(target, CONTROLS) ? [target] : event.composedPath();
  path.forEach((node) => node.nodeType === 11 && listen(node));
  const el = path.find((node) => node.nodeType === 1 && isControl(node) && ownerOf(node));
  const form = ownerOf(el || path[0]);
  return { target, el, form, attempt: attempts.get(form) || (form && isLead(form) && attemptAt(form)) };
}

/** What visitors do in a form: a dirty bit here, all else in the second file, which hears of it when it is there. */
function onActivity(event) {
  const { type, target } = event;
  if (type === 'focusin' || target !== here.target) here = placeOf(event);
  const { el, form, attempt } = here;
  if (!attempt || !el) return attempt && need(); // a button, by which they may send what the page has filled in
  const at = clock();
  attempt.last = el;
  if (type === 'focusin') attempt.seen || (view(form), flush());
  else if (type === 'input' || type === 'change') {
    ghost = null;
    touched.add(el);
    startSession(attempt);
    attempt.dirty = true;
    attempt.now.at = at;
  }
  need('act', event, here, at);
}

/** Tells once that a form is there to be filled in. Which forms count is known with the settings. */
function view(form) {
  if (!ready || attempts.get(form)?.seen || !controls(form).some(isShown) || !isLead(form)) return;
  const attempt = attemptAt(form);
  enqueue({ type: 'view', form: attempt.form, at: (attempt.seen = clock()) });
}

let scanTimer;
let lookTimer;

/** Looks for what can't wait until then: frames, places for forms of ours, and passwords, before they are made visible. */
function look() {
  lookTimer = 0;
  scanTimer ||= later(scan, 5000); // unless somebody is in a form before
  roots.forEach((node) =>
    all(node, 'iframe,input[type=password],script[data-mode=form]').forEach(
      safe((el) => {
        wasPassword.add(el); // a frame or a script says nothing that could be sent
        if (is(el, 'script')) need('host', el);
        if (is(el, 'iframe')) {
          bind(el, ['load']);
          const inside = el.contentDocument;
          if (inside) bind(inside, ['focusin']); // a form may be written into it later
          if (inside?.querySelector('form,iframe')) need('enter', el);
        }
      }),
    ),
  );
  if (!window.navigation && doc.forms[0]) need(); // form.submit() can't be told without it
}
const lookSoon = () => (lookTimer ||= later(look, 300));

/** Looks for forms, and tells which it found. */
function scan() {
  scanTimer = 0;
  roots.forEach((node) => all(node, FORMS).forEach(safe(view)));
  flush();
}
