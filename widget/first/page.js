/*
 * The page's own functions, taken once, before the page can replace them, and never looked up on a form: a field named
 * `elements`, `matches` or `getAttribute` hides the form's own. And what runs our code unable to throw into the page.
 */
const { fetch: fetchNow, setTimeout: timeout, document: doc } = window;
const { parse } = JSON;
const { assign, keys } = Object;
const clock = Date.now;
const native = (name) => (el, argument) => Element.prototype[name].call(el, argument);

const getAttribute = native('getAttribute');
const is = native('matches');
const up = native('closest');
const all = (node, selector) => [
  ...(node.nodeType === 1 ? Element.prototype : node).querySelectorAll.call(node, selector),
];
const attr = (el, name) => getAttribute(el, name) || '';
const shown = (el) => Element.prototype.getClientRects.call(el).length > 0;
const root = doc.documentElement;

/** JSON as it should be: Prototype.js teaches arrays a toJSON() that makes texts of them. */
const stringify = (value) => {
  const { prototype } = Array;
  const { toJSON } = prototype;
  delete prototype.toJSON;
  const text = JSON.stringify(value);
  if (toJSON) prototype.toJSON = toJSON;
  return text;
};

/** The same function, unable to throw into the page. */
const safe = (run) => (...args) => {
  try {
    return run(...args);
  } catch (_) {
    // The page must never learn of our trouble.
  }
};
let tries = 0;
const backoff = () => Math.min(2000 * 2 ** tries++, 3e5) * (1 + Math.random());
const later = (run, wait, ...args) => timeout(safe(run), wait, ...args);

// crypto.randomUUID() is missing on plain http, where many small sites still live; a blob's address ends in a UUID
// everywhere.
const uuid = () => crypto.randomUUID?.() || URL.createObjectURL(new Blob()).slice(-36);
