/*
 * The second file and what it is handed, what the page may call, and the listeners. These are on window, in the capture
 * phase: ahead of every handler of the page, whatever it stops.
 */
let more; // what it brings, by name
let loading;

// What both files work with; the other one names it in the same order.
const kit = () => [
  tag, api, token, endpoint, settings, () => state, open, request, attempts, attemptAt, identityOf, take, judge, pending,
  progressOf, flush, flushAll, enqueue, envelope, store, controls, wasPassword, read, valueOf, nameOf, labelOf, isShown,
  touched, roots, listen, bind, heard, view, kindOf, takeGhost, words, withoutCards, SECRET_NAME, safe, later, all, attr, is,
  up, shown, isChoice, isCustom, CONTROLS, FORMS, clock, assign, doc,
];

const load = async () => {
  more = (await import(api + '/widget-engaged.js')).default(kit());
};

/**
 * Calls what the second file has under this name: at once if it is there, in the order of asking if it is yet to come. What
 * that goes on to wait for is nobody's business here.
 */
const need = (name, ...args) =>
  more ? safe(more[name])(...args) : (loading = (loading || load()).then(safe(() => void more[name](...args)), () => {}));


const page = { consent: safe(consent) };
for (const name of ['flush', 'capture', 'identify', 'stage']) page[name] = safe((...said) => need(name, ...said));
window.LeadsBot = page;

// On window, in the capture phase: ahead of every handler of the page, whatever it stops.

const heard = {
  load: lookSoon, // of a frame
  input: onActivity,
  focusin: onActivity,
  focusout: onActivity,
  change: onActivity,
  invalid: onActivity,
  submit: onSubmit,
  formdata: onFormData,
  navigate: onNavigate,
  pagehide: flushAll, // the event says that the page is leaving
  visibilitychange: () => doc.hidden && flushAll(true),
  online: drain,
  message: (event) => event.data?.leadsbot === token && need('meet', event),
};
const hear = safe((event) => heard[event.type](event));
const roots = new Set([root]);

function bind(target, types) {
  for (const type of types) target.addEventListener(type, hear, true);
}

/** What doesn't leave a shadow root is listened to there. */
function listen(node) {
  roots.add(node);
  bind(node, ['change', 'invalid', 'submit', 'formdata']);
}

function start() {
  bind(window, keys(heard));
  if (window.navigation) bind(navigation, ['navigate']);
  loadSettings();
}
// A page that is only prepared in case somebody comes is nobody's visit yet.
if (doc.prerendering) doc.addEventListener('prerenderingchange', start);
else start();
