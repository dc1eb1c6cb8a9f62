/*
 * What the listener fetches on pages with a form that counts (or a frame, or when the backend asks what a page holds): it
 * refines what widget.js sees, and shares its state through `kit`, whose order both files keep.
 *
 * Sections, in order: completion · what visitors do in a field · evidence · form.submit() without the Navigation API ·
 * large bodies · frames · the audit · the page's API · hosted forms.
 */
export default (kit) => {
  if (kit.length !== 43) throw 0; // of another release: the first file goes on alone
  const [
    tag, api, token, endpoint, settings, getState, open, request, attempts, attemptAt, startSession, take, judge, pending,
    sendProgress, flush, flushAll, enqueue, envelope, store, controls, collect, read, valueOf, nameOf, labelOf, isShown,
    touched, origin, roots, bind, view, kindOf, isIgnored, takeGhost, words, outer, inner, follower, withoutCards, SECRET_NAME, safe, later,
  ] = kit;
  const { document: doc } = window;
  const { assign } = Object;
  const clock = Date.now;
  const native = (name) => (el, argument) => Element.prototype[name].call(el, argument);
  const getAttribute = native('getAttribute');
  const is = native('matches');
  const up = native('closest');
  const attr = (el, name) => getAttribute(el, name) || '';
  const shown = (el) => Element.prototype.getClientRects.call(el).length > 0;
  const all = (node, selector) => [
    ...(node.nodeType === 1 ? Element.prototype : node).querySelectorAll.call(node, selector),
  ];
  const isChoice = (el) => /radio|checkbox/.test(el.type);
  const isCustom = (el) => el.constructor.formAssociated;

  // ── Completion ────────────────────────────────────────────────────────────────────────────────────────────────────

  const CONTROLS = 'input:not([type=submit],[type=button],[type=reset],[type=image]),select,textarea';

  /** Somebody's answer, as against what the page had put there: a list on its first option says nothing yet. */
  const isAnswered = (el) =>
    !!valueOf(el).trim() &&
    (touched.has(el) || !(isChoice(el) ? el.defaultChecked : el.selectedIndex === 0 || /range|color/.test(el.type)));

  const isTrap = (el) => el.name === settings.honeypot || (el.tabIndex < 0 && !isCustom(el));

  /** True for a field of a later step: its hidden section stands beside a visible one and holds several fields. */
  function isInHiddenStep(el, form) {
    let step;
    for (let node = el.parentElement; node && node !== form; node = node.parentElement) if (!shown(node)) step = node;
    return step && (all(step, CONTROLS)[1] || is(step, 'fieldset')) && all(step.parentElement, CONTROLS).some(shown);
  }

  const isUnit = (el, form) =>
    el.type !== 'hidden' &&
    !(el.readOnly && !touched.has(el)) &&
    !isTrap(el) &&
    (isShown(el) ? !is(el, ':disabled') : !el.disabled && isInHiddenStep(el, form));

  /**
   * How far a form is. What counted once goes on counting with its last answer, so that swapping a step out never lowers
   * the percent; choices of one name count once; steps that are yet to come count as earlier visitors met them.
   */
  function measure(form, { now, units, stats, seen: seenAt, form: { key: identity } }) {
    const seen = new Map();
    controls(form).forEach((el) => {
      let key = nameOf(el);
      while (seen.has(key) && !isChoice(el)) key += '+';
      if (!units.has(key) && !isUnit(el, form)) return;
      seen.set(key, seen.get(key) || isAnswered(el));
      statOf(stats, el)[9] = seen.get(key) ? 1 + !!safe(is)(el, ':autofill') : 0;
    });
    seen.forEach((answered, key) => units.set(key, answered));
    const done = [...units.values()].filter(Boolean).length;
    const total = Math.max(units.size, settings.totals?.[identity] || 0);
    now.begun = now.begun || units.size;
    // It falls when somebody takes an answer back, not when the form grows.
    const reached = Math.round((100 * done) / total) || 0;
    now.percent = done < now.done ? reached : Math.max(now.percent || 0, reached);
    now.done = done;
    now.wait = now.start - (seenAt || now.start);
    const { begun, percent, wait } = now;
    // In the form's order, those of steps that are gone first.
    const names = controls(form).map(nameOf);
    const inOrder = [...stats.values()].sort((one, other) => names.indexOf(one[0]) - names.indexOf(other[0]));
    return { done, total, met: units.size, begun, percent, wait, stats: inOrder };
  }

  // ── What visitors do in a field ───────────────────────────────────────────────────────────────────────────────────
  // A keystroke only sets a dirty bit; measuring waits for a pause, another quarter or the end of the page.

  const PAUSE = 3000;
  let active = 0; // when a visitor last changed anything
  let pauseTimer = 0;

  /** name, label, entered as the nth, ms in it, ms of hesitation, corrections, deletions, refocuses, invalids, state */
  function statOf(stats, el) {
    const name = nameOf(el);
    if (!stats.has(name)) stats.set(name, [name, labelOf(el), 0, 0, 0, 0, 0, 0, 0, 0]);
    return stats.get(name);
  }

  /** One timer for the page: when it rings too early, it is set anew for what is left of the pause. */
  function onPause() {
    const left = active + PAUSE - clock();
    pauseTimer = left > 0 && later(onPause, left);
    if (pauseTimer) return;
    flushAll();
    const sending = [...pending].map((entry) => entry.form);
    attempts.forEach(({ dirty }, form) => {
      if (form.isConnected === false && !dirty && !sending.includes(form)) attempts.delete(form);
    });
  }

  /** Keeps the field's answer, which may be gone with its step when the form is measured or sent. */
  function keep(el, form, { kept, units }, stat) {
    const name = stat[0];
    const same = isChoice(el) ? controls(form).filter((other) => nameOf(other) === name) : [el];
    const field = read(same).get(name);
    units.set(name, same.some(isAnswered));
    if (field) kept.set(name, field);
    else kept.delete(name);
  }

  function onQuarter(form, attempt) {
    attempt.checking = 0;
    const { dirty, now, units } = attempt;
    if (!dirty || !now) return;
    // What is known of the fields tells nearly always that there is no need to look at all of them.
    const before = now.quarter || 0;
    const known = [...units.values()].filter(Boolean).length / units.size;
    if (((known * 4) | 0) <= before) return;
    const quarter = (measure(form, attempt).percent / 25) | 0;
    if (quarter <= before) return;
    attempt.now.quarter = quarter;
    attempt.unsaid = attempt.typing && attempt.last; // half a value is nobody's answer
    sendProgress(form, attempt);
    attempt.unsaid = null;
  }

  const ACTS = {
    focusin(stat, at, attempt) {
      if (stat[2]) stat[7]++;
      else stat[2] = attempt.order = (attempt.order || 0) + 1;
      attempt.since = at;
      attempt.typing = false;
    },
    focusout(stat, at, attempt) {
      stat[3] += at - (attempt.since || at);
    },
    invalid(stat) {
      stat[8]++;
    },
    input(stat, at, attempt, el, form, inputType) {
      stat[4] = stat[4] || at - (attempt.since || at);
      if (/^delete/.test(inputType)) stat[6]++;
      // Of a text the first key since it was entered again, of a choice each.
      if ((!attempt.typing || isChoice(el) || el.selectedOptions) && attempt.kept.has(stat[0])) stat[5]++;
      attempt.typing = true;
      active = at;
      pauseTimer = pauseTimer || later(onPause, PAUSE);
    },
    change(stat, at, attempt, el, form) {
      active = at;
      pauseTimer = pauseTimer || later(onPause, PAUSE);
      keep(el, form, attempt, stat);
      attempt.checking = attempt.checking || later(onQuarter, 200, form, attempt);
    },
  };

  function act(type, el, form, attempt, inputType, at) {
    if (/^(input|change)$/.test(type)) settled(attempt);
    attempt.errors = attempt.errors ?? errorsIn(form); // shown before anybody did anything: part of the page
    ACTS[type](statOf(attempt.stats, el), at, attempt, el, form, inputType);
    if (attempt.now && !attempt.now.begun) measure(form, attempt); // how long the form was when the session began
  }

  /** Somebody goes on in the form: what was rejected stays so, and what is being sent is no more taken from its fields. */
  function settled(attempt) {
    for (const entry of pending) {
      if (entry.attempt !== attempt) continue;
      if (entry.off) pending.delete(entry);
      else Object.defineProperty(entry.event, 'fields', { writable: false });
    }
  }

  /** The values that the site lets out of a form that was not submitted. */
  function partial(form, { kept, unsaid }) {
    const { partial: allowed, contact } = settings;
    const wanted = { all: /^/, contact: contact && RegExp(contact) }[allowed];
    const says = (field) =>
      origin.get(field) !== unsaid &&
      [field.means, field.type, field.name, field.label].some((name) => wanted.test(words(name)));
    return wanted && collect(form, kept).filter(says);
  }

  /** A data-leadsbot-form container is sent by its [type=submit], its only button, or [data-leadsbot-submit]. */
  function onClick(event) {
    const [target] = event.composedPath();
    const BUTTONS = 'button,[type=button],[role=button]';
    const SENDS = '[type=submit],[type=image],[data-leadsbot-submit]';
    const button = up(target, BUTTONS + ',' + SENDS);
    const box = button && !button.form && up(button, '[data-leadsbot-form]');
    if (box && (is(button, SENDS) || !all(box, BUTTONS)[1]) && kindOf(box) === 'lead') take(box, () => 0);
  }
  addEventListener('click', safe(onClick), true);

  // ── Evidence ──────────────────────────────────────────────────────────────────────────────────────────────────────
  // Of what became of a submission that the page's script took over. A rejected attempt is no lead: the corrected one is.

  const ERRORS = '[aria-invalid=true],[class*=error i]:not(.valid,.success),.is-invalid,.invalid';
  const MOST_WAIT = 20000; // ms after which nothing that happens is taken for the submission's doing
  const errorsIn = (form) => all(form, ERRORS).filter((el) => shown(el) && (el.type || el.textContent.trim())).length;

  /** Takes down how things stand when a submission is made. */
  function watch(entry) {
    const { form, attempt } = entry;
    if (entry.view) return;
    // What comes next from the same form settles what came before: it was refused, or else it stays an attempt.
    for (const other of pending) {
      if (other !== entry && other.attempt === attempt) {
        judge(other, true);
        pending.delete(other);
      }
    }
    const view = form.ownerDocument?.defaultView || window;
    attempt.errors = attempt.errors ?? errorsIn(form);
    assign(entry, { view, href: hrefOf(view), shown: shown(form), wrong: controls(form).some((el) => isShown(el) && is(el, ':invalid')),
      ok: false, refused: false, reset: false, left: false, off: false, busy: 0 });
    if (!unwatch) watchRequests(view);
    later(judge, 600, entry);
    later(forget, MOST_WAIT, entry);
  }

  /** The form, or the one that the page has put in its place. */
  const standing = ({ form, attempt, view }) =>
    (form.isConnected === false &&
      safe(() =>
        all(view.document.documentElement, 'form,[data-leadsbot-form]').find(
          (other) => attemptAt(other).form.key === attempt.form.key,
        ),
      )()) ||
    form;

  /** Undefined for a frame that has gone to another origin, which is an address too. */
  const hrefOf = safe((view) => view.location.href);

  const isWrong = (entry) => errorsIn(standing(entry)) > entry.attempt.errors;

  /** confirmed, attempted, or nothing yet (a rejected one never is more) */
  function evidence(entry, final) {
    watch(entry);
    const { form, event, ok, refused, busy, off } = entry;
    const typed = event.fields.map((field) => origin.get(field)).filter((el) => touched.has(el) && !isChoice(el));
    const cleared = entry.reset || (typed[0] && typed.every((el) => !el.value));
    const gone = form.isConnected === false || (entry.shown && !shown(form)) || hrefOf(entry.view) !== entry.href || entry.left;
    const wrong = isWrong(entry);
    if (!busy && ((cleared && !off) || (!wrong && (ok || (gone && !refused && !off))))) return 'confirmed';
    if (off) return;
    if (!wrong && !refused && !(entry.wrong && !busy)) return final && 'attempted';
    if (!busy && (final || wrong || refused)) reject(entry);
  }

  /**
   * The attempt goes on, in the form that stands there now. Until somebody touches that again an answer may still show that
   * the submission went through: a handler may take its time before it asks.
   */
  function reject(entry) {
    const { attempt } = entry;
    const form = standing(entry);
    entry.off = true;
    attempt.entry = null;
    attempts.set(form, attempt);
    attempt.dirty = true;
    controls(form).forEach((el) => is(el, ':invalid,[aria-invalid=true]') && statOf(attempt.stats, el)[8]++);
    sendProgress(form, attempt);
  }

  let unwatch;

  function forget(entry) {
    if (clock() - entry.at < MOST_WAIT) return later(forget, MOST_WAIT, entry);
    entry.view = null;
    pending.delete(entry);
    if (!pending.size) unwatch = unwatch && unwatch();
  }

  /** Puts `after` behind a function of the page's, as long as it stays ours to take away. */
  function follow(owner, name, after) {
    const theirs = owner[name];
    const ours = (owner[name] = function (...args) {
      const result = theirs.apply(this, args);
      safe(after)(result, this, args);
      return result;
    });
    return () => {
      if (owner[name] === ours) owner[name] = theirs;
    };
  }

  /**
   * No event tells a request's method and status, so that `fetch` and XMLHttpRequest are followed for the seconds in
   * which a submission is pending. Reading (GET) is no evidence, nor what is kept alive beyond the page: statistics.
   */
  function watchRequests(view) {
    const heed = (method) => {
      const waiting = /^(post|put|patch|delete)$/i.test(method) ? [...pending].slice(-1) : [];
      waiting.forEach((entry) => entry.busy++);
      return (status) => waiting.forEach((entry) => onAnswer(entry, status));
    };
    const undo = [
      follow(view, 'fetch', (answer, _, [input, init]) => {
        const { method, keepalive } = { method: input.method, ...init };
        const done = heed(!keepalive && method);
        answer.then((response) => done(response?.status), done);
      }),
      follow(view.XMLHttpRequest.prototype, 'open', (_, xhr, [method, url]) => {
        const done = heed(!(url + '').startsWith(endpoint) && method);
        xhr.addEventListener('loadend', () => done(xhr.status));
      }),
    ];
    unwatch = () => undo.forEach((run) => safe(run)());
  }

  function onAnswer(entry, status) {
    entry.busy--;
    entry.ok = entry.ok || (status > 199 && status < 300);
    entry.refused = !entry.ok && (entry.refused || (status > 399 && status < 500));
    later(peek, 50, entry); // whoever is quick sends again before the verdict
    later(judge, 500, entry);
  }

  const peek = (entry) => pending.has(entry) && !entry.busy && (entry.refused || isWrong(entry)) && judge(entry);

  addEventListener('reset', safe(({ target }) => {
    for (const entry of pending) entry.reset = entry.reset || entry.form === target;
  }), true);

  /** Turbo keeps a fetch of its own, and says itself how it went. */
  addEventListener('turbo:submit-end', safe(({ target, detail }) => {
    for (const entry of pending) {
      if (entry.form !== target) continue;
      entry.busy++;
      onAnswer(entry, detail.success ? 200 : 422);
    }
  }), true);

  /** A page that goes elsewhere by itself has taken the submission. */
  window.navigation?.addEventListener('navigate', safe(({ userInitiated }) => {
    for (const entry of pending) entry.left = entry.left || !userInitiated;
  }));

  // ── form.submit() without the Navigation API ──────────────────────────────────────────────────────────────────────
  // There it is told by its entries, made without a submit event, and the page that goes away at once. The page's own
  // FormData looks alike but for what comes between, or what came before.

  const AT_ONCE = 200; // ms from the entries to the navigation they are for
  const makers = new WeakSet(); // forms whose entries were made before, and the page lived on
  let made = 0;

  function formed(form) {
    // A handler that has just kept the browser from sending makes them for itself; after a check they are the form's own.
    const ours = [...pending].some((entry) => entry.form === form && clock() - entry.at < 20);
    made = ours || makers.has(form) ? 0 : clock();
    makers.add(form);
  }

  function ghosts(view) {
    if (view.navigation) return;
    const forgetIt = () => {
      made = 0;
    };
    for (const type of ['keydown', 'pointerdown', 'input']) view.addEventListener(type, forgetIt, true);
    view.addEventListener('click', safe((event) => {
      const link = event.target.closest?.('a[href]');
      if (link && !event.defaultPrevented && link.href.split('#')[0] !== view.location.href.split('#')[0]) {
        if (/^http/.test(link.href)) forgetIt();
      }
    }));
    view.addEventListener('beforeunload', () => {
      if (clock() - made > AT_ONCE) forgetIt();
    });
    view.addEventListener('pagehide', safe(() => {
      if (!made) return;
      takeGhost();
      flushAll(true);
    }), true);
  }
  ghosts(window);

  // ── Large bodies ──────────────────────────────────────────────────────────────────────────────────────────────────

  const LIMIT = 6e4; // bytes of one body; browsers allow 64 KiB of keepalive requests in flight

  /** Puts the events into as few batches as fit; a form with more text than one body holds keeps the beginnings. */
  function pack(events, leaving, most = 20000) {
    const batch = envelope(events);
    const half = events.length >> 1;
    if (most < 1 || new Blob([JSON.stringify(batch)]).size < LIMIT) return store(batch, leaving);
    if (half) {
      const first = pack(events.slice(0, half), leaving);
      pack(events.slice(half), leaving);
      return first;
    }
    // What happened in each field can be spared; the ends of the longest answers next.
    const [{ stats, ...event }] = events;
    const cut = (field) => ({ ...field, label: field.label.slice(0, most), value: field.value.slice(0, most) });
    return pack([{ ...event, fields: event.fields?.map(cut) }], leaving, most / 2);
  }

  // ── Frames ────────────────────────────────────────────────────────────────────────────────────────────────────────
  // A page of another origin sees its forms with a tag of its own, and asks its parent whose visit it is; whether to trust
  // each other's origin both ask the backend.

  const friends = new Set();

  doc.addEventListener('load', safe(({ target }) => target.localName === 'iframe' && enter()), true);

  /** Shows hosted forms, and looks into the frames of the same origin that have no tag of their own. */
  const enter = () => {
    all(doc.documentElement, '[data-mode=form]').forEach(host);
    all(doc.documentElement, 'iframe').forEach(
      safe(({ contentDocument: inside, contentWindow }) => {
        if (!inside || contentWindow.LeadsBot || roots.has(inside)) return;
        bind(inside, { ...outer, ...inner });
        follower(contentWindow);
        ghosts(contentWindow);
        inside.addEventListener('click', safe(onClick), true);
        all(inside, 'form,[data-leadsbot-form]').forEach(safe(view));
      }),
    );
  };

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

  // ── The audit ─────────────────────────────────────────────────────────────────────────────────────────────────────

  const heightOf = (el) => el.getBoundingClientRect().height;

  /** Tells which forms this page has, what they are taken for, and what can't be looked into. */
  function audit() {
    const forms = [];
    const missed = [];
    const miss = (what, where) => missed.push({ what, where });
    roots.forEach((node) =>
      all(node, 'form,[data-leadsbot-form]').forEach((form) => {
        const as = kindOf(form);
        if (as) forms.push({ ...attemptAt(form).form, as });
      }),
    );
    all(doc.documentElement, 'iframe').forEach((frame) => {
      const { origin: from } = new URL(frame.src || location, location);
      if (!frame.contentDocument && heightOf(frame) > 99 && !friends.has(from)) miss('frame', from);
    });
    // Nothing in it, and yet it takes up room: whatever it shows is in a closed shadow root.
    all(doc.documentElement, ':defined:empty').forEach((el) => {
      if (/-/.test(el.localName) && !el.shadowRoot && !isCustom(el) && heightOf(el) > 49) miss('shadow', el.localName);
    });
    enqueue({ type: 'audit', at: clock(), forms: forms.slice(0, 100), missed: missed.slice(0, 50) });
    flush();
  }

  /** Consent that was taken back in another tab holds here too. */
  addEventListener('storage', safe(({ key, newValue }) => {
    if (key === 'leadsbot:' + token && !newValue) window.LeadsBot.consent(false);
  }));

  /** A policy that keeps us from connecting may yet let a picture say so. */
  addEventListener('securitypolicyviolation', safe(({ blockedURI }) => {
    // A page this strict may also keep its address to itself; where it is from has to be told.
    if (blockedURI === endpoint) assign(new Image(), { referrerPolicy: 'origin', src: endpoint + '/blocked' });
  }));

  // ── The page's API ────────────────────────────────────────────────────────────────────────────────────────────────

  /** What the page hands us itself is held to the same rules as a form's values. */
  const cleanValues = (said) => {
    const clean = {};
    for (const [name, value] of Object.entries(Object(said)).slice(0, 200)) {
      if (typeof said !== 'object' || typeof value === 'object' || SECRET_NAME.test(words(name))) continue;
      clean[name.slice(0, 200)] = withoutCards(value + '', name === 'phone', words(name)).slice(0, 20000);
    }
    return clean;
  };

  function tell(type, more) {
    enqueue({ type, at: clock(), ...more });
    flush();
  }
  const identify = (said) => tell('identify', { values: cleanValues(said) });
  const stage = (name, data) => name && tell('stage', { name: (name + '').slice(0, 200), data: cleanValues(data) });

  function capture(target) {
    const form = up(target instanceof Element ? target : all(doc.documentElement, target)[0], 'form,[data-leadsbot-form]');
    controls(form);
    if (!isIgnored(form)) take(form, () => 'attempted');
  }

  // ── Hosted forms ──────────────────────────────────────────────────────────────────────────────────────────────────
  // A file of their own shows them; here they are watched like any other and sent at once.

  function send(form) {
    take(form, () => 'confirmed');
    return judge(attemptAt(form).entry);
  }
  const hosts = new Set();
  function host(script) {
    if (hosts.has(script)) return;
    hosts.add(script);
    import(api + '/hosted-form.js')
      .then((file) => file.default({ tag: script, api, token, watch: (node) => bind(node, inner), send }))
      .catch(() => {});
  }

  return { act, formed, watch, evidence, measure, partial, pack, enter, meet, audit, identify, stage, capture, flush: () => flushAll() };
};
