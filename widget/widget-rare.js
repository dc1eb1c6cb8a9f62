/*
 * What widget-engaged.js fetches for the few pages that need it: what the listener tells the backend of a page where it
 * asks, and what tags in frames of other origins tell each other of the visit. It works with the same `kit`.
 */
const DRAWN = 3000; // ms in which a page may be drawn by its script
const friends = new Set(); // origins of frames that carry a tag of their own
let looking = 0;

export default (kit) => {
  if (kit.length !== 52) throw 0; // of another release
  const [
    tag, api, token, endpoint, settings, getState, open, request, attempts, attemptAt, identityOf, take, judge, pending,
    progressOf, flush, flushAll, enqueue, envelope, store, controls, wasPassword, read, valueOf, nameOf, labelOf,
    isShown, touched, roots, listen, bind, heard, view, kindOf, takeGhost, words, withoutCards, SECRET_NAME, safe, later,
    all, attr, is, up, shown, isChoice, isCustom, CONTROLS, FORMS, clock, assign, doc,
  ] = kit;

  // ── The audit ─────────────────────────────────────────────────────────────────────────────────────────────────────

  const heightOf = (el) => el.getBoundingClientRect().height;

  /** Tells which forms this page has, what they are taken for, and what can't be looked into. */
  function look() {
    looking = 0;
    const forms = [];
    const missed = [];
    const miss = (what, where) => missed.push({ what, where });
    roots.forEach((node) =>
      all(node, FORMS).forEach((form) => {
        const as = kindOf(form);
        if (as) forms.push({ ...identityOf(form), as });
      }),
    );
    all(doc, 'iframe').forEach((frame) => {
      const { origin: from } = new URL(frame.src || location, location);
      if (!frame.contentDocument && heightOf(frame) > 99 && !friends.has(from)) miss('frame', from);
    });
    // Nothing in it, and yet it takes up room: whatever it shows is in a closed shadow root.
    all(doc, ':defined:empty').forEach((el) => {
      if (/-/.test(el.localName) && !el.shadowRoot && !isCustom(el) && heightOf(el) > 49) miss('shadow', el.localName);
    });
    enqueue({ type: 'audit', at: clock(), forms: forms.slice(0, 100), missed: missed.slice(0, 50) });
    flush();
  }
  const lookSoon = () => {
    looking ||= later(look, DRAWN);
  };

  /** From here on whenever a form has come: late, or with a route of an application. */
  function audit() {
    lookSoon();
    doc.addEventListener('leadsbot:captured', ({ detail }) => detail.type === 'view' && lookSoon());
  }

  // ── Frames of other origins ───────────────────────────────────────────────────────────────────────────────────────
  // Such a page sees its forms with a tag of its own, and asks its parent whose visit it is; whether to trust each other's
  // origin both ask the backend.

  async function meet({ data, source, origin: from }) {
    if (from === 'null') return; // a sandboxed frame, which nothing can be told to
    const [status] = open() ? await request(endpoint + '?frame=' + from).catch(() => []) : [];
    const state = getState();
    if (status !== 200 || !open()) return;
    if (data.visit) {
      const { visit, first, last } = data;
      if (source !== parent) return;
      assign(state, { visit, first });
      assign(state.last || {}, last); // the arrival at this frame is the arrival at the page around it
    } else {
      const { visit, first, last } = state;
      friends.add(from);
      source.postMessage({ leadsbot: token, visit, first, last }, from);
    }
  }

  return { audit, meet };
};
