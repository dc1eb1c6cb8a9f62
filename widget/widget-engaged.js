/*
 * What the listener fetches when somebody sets about a form that counts (and where a hosted form is shown, or the backend
 * asks what a page holds): it refines what widget.js sees, and shares its state through `kit`, whose order both files keep.
 *
 * Sections, in order: completion · what visitors do in a field · evidence · form.submit() without the Navigation API ·
 * large bodies · frames · the audit · the page's API · hosted forms.
 */
export default (kit) => {
  if (kit.length !== 53) throw 0; // of another release: the first file goes on alone
  const [
    tag, api, token, endpoint, settings, getState, open, request, attempts, attemptAt, identityOf, take, judge, pending,
    progressOf, flush, flushAll, enqueue, envelope, store, controls, wasPassword, read, valueOf, nameOf, labelOf,
    isShown, touched, roots, listen, bind, heard, view, kindOf, isIgnored, takeGhost, words, withoutCards, SECRET_NAME, safe, later,
    all, attr, is, up, shown, isChoice, isCustom, CONTROLS, FORMS, clock, assign, doc,
  ] = kit;

  // ── Completion ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Somebody's answer, as against what the page had put there: a list on its first option says nothing yet. */
  const isAnswered = (el) =>
    !!valueOf(el).trim() &&
    (touched.has(el) || !(isChoice(el) ? el.defaultChecked : el.selectedIndex === 0 || /range|color/.test(el.type)));

  const boxOf = (el) => el.getBoundingClientRect();
  const isTrap = (el) =>
    el.name === settings.honeypot ||
    (el.tabIndex < 0 && !isCustom(el) && !el.selectedOptions) ||
    [el, ...(el.labels || [])].every((one) => boxOf(one).right < -999);

  /**
   * True for a field of a later step: its hidden section stands beside a visible one and holds several fields, or is one
   * of several in a form that asks a single question at a time.
   */
  function isInHiddenStep(el, form) {
    let step;
    for (let node = el.parentElement; node && node !== form; node = node.parentElement) if (!shown(node) && !all(node, CONTROLS).some(shown)) step = node;
    const beside = step && all(step.parentElement, CONTROLS);
    if (!beside?.some(shown)) return;
    return all(step, CONTROLS)[1] || is(step, 'fieldset') || (beside[2] && new Set(asking(form)).size < 2);
  }

  const isUnit = (el, form) =>
    el.type !== 'hidden' &&
    !(el.readOnly && !touched.has(el)) &&
    !isTrap(el) &&
    (isShown(el) ? !is(el, ':disabled') : !el.disabled && isInHiddenStep(el, form));

  const isFilled = safe((el) => is(el, ':autofill'));

  /**
   * How far a form is. What counted once goes on counting with its last answer, so that swapping a step out never lowers
   * the percent; choices of one name count once; steps that are yet to come count as earlier visitors met them.
   */
  function measure(form, { now, units, stats, seen: seenAt, form: { key: identity } }) {
    const seen = new Map();
    const standing = controls(form);
    standing.forEach((el) => {
      let key = nameOf(el);
      while (seen.has(key) && !isChoice(el)) key += '+';
      if (!units.has(key) && !isUnit(el, form)) return;
      seen.set(key, seen.get(key) || isAnswered(el));
      statOf(stats, el)[9] = seen.get(key) ? 1 + !!isFilled(el) : 0;
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
    // In the form's order, those of steps that are gone first.
    const order = new Map(standing.map((el, place) => [nameOf(el), place]));
    const placeOf = ([name]) => order.get(name) ?? -1;
    const inOrder = [...stats.values()].sort((one, other) => placeOf(one) - placeOf(other));
    return { total, met: units.size, stats: inOrder };
  }

  // ── The question that a group of choices answers ──────────────────────────────────────────────────────────────────
  // Where no fieldset says it: what stands before the first choice, in the smallest place that is about nothing else.

  const questions = new WeakMap();
  const byIds = (el) =>
    attr(el, 'aria-labelledby').split(/\s+/).map((id) => id && el.getRootNode().getElementById(id)?.textContent).join(' ').trim();

  /** The form's controls, looked for once for whatever asks within one go. */
  let found = new Map();
  function controlsOf(form) {
    if (!found.size) later(() => (found = new Map()), 0);
    if (!found.has(form)) found.set(form, controls(form));
    return found.get(form);
  }

  function asks(el) {
    const said = byIds(el);
    if (!isChoice(el)) return said || (isCustom(el) && attr(el, 'label'));
    const form = el.form || up(el, FORMS);
    const others = controlsOf(form).filter((other) => other.type !== 'hidden');
    const same = others.filter((other) => isChoice(other) && other.name === el.name);
    if (!same[1] || !el.name) return said;
    for (let node = el.parentElement; node && node !== form; node = node.parentElement) {
      const has = (one) => node.contains(one);
      if (!same.every(has)) continue;
      const named = attr(node, 'aria-label') || byIds(node);
      if (named) return named;
      if (others.some((other) => other.name !== el.name && has(other))) break;
      const range = doc.createRange();
      range.setStart(node, 0);
      range.setEndBefore(all(node, '*').find((one) => one === same[0] || [...same[0].labels].includes(one)));
      const text = range.toString().trim();
      if (text) return text;
    }
    const around = up(el, 'fieldset');
    return (around && all(around, 'legend')[0]?.textContent.trim()) || el.name;
  }

  const question = (el) => {
    if (!questions.has(el)) questions.set(el, safe(asks)(el) || '');
    return questions.get(el);
  };

  // ── What visitors do in a field ───────────────────────────────────────────────────────────────────────────────────
  // A key sets a dirty bit and no more. How far the form is, is measured and told when it was begun, where another quarter
  // may be done, after a long rest, and when the page is hidden or left.

  const REST = 20000; // ms without a change after which a word is sent
  const BEGUN = 3000; // ms from the first answer to the first word, and from the settings to a look at the page
  let active = 0; // when a visitor last changed anything
  let restTimer = 0;

  /** name, label, entered as the nth, ms in it, ms of hesitation, corrections, deletions, refocuses, invalids, state */
  function statOf(stats, el) {
    const name = nameOf(el);
    if (!stats.has(name)) stats.set(name, [name, labelOf(el), 0, 0, 0, 0, 0, 0, 0, 0]);
    return stats.get(name);
  }

  /** Tells how far an attempt is; `midway`: while somebody may be in the middle of a word. */
  const say = safe((attempt, form, midway) => {
    if (!open() || !attempt.dirty || kindOf(form) !== 'lead') return;
    attempt.dirty = false;
    const fields = partial(form, attempt, midway === true);
    enqueue({ type: 'progress', ...progressOf(form, attempt), fields }, form);
    later(flush, 0);
  });

  const isSent = (form) => [...pending].some((entry) => entry.form === form); // and may yet be answered

  /** One timer for the page: when it rings too early, it is set anew for what is left of the rest. */
  function onRest() {
    const left = active + REST - clock();
    restTimer = left > 0 && later(onRest, left);
    if (restTimer) return;
    flushAll();
    attempts.forEach(({ dirty }, form) => {
      if (form.isConnected === false && !dirty && !isSent(form)) attempts.delete(form);
    });
  }

  /** Where a control's answer is kept: a check box has one of its own, a group of radio buttons has one for all. */
  const slotOf = (el, name) => (el.type === 'checkbox' ? name + '=' + el.value : name);

  const inert = doc.implementation.createHTMLDocument(''); // in which nothing of the page's runs

  /**
   * The control as it stands, its label with it: when the form is measured or sent its step may be gone, and the control
   * stand for another question.
   */
  function copyOf(el, label) {
    const copy = isCustom(el) ? inert.createElement('input') : inert.importNode(el);
    for (const option of el.selectedOptions || []) copy.appendChild(inert.importNode(option, true)).selected = true;
    if (isCustom(el)) {
      copy.setAttribute('name', nameOf(el));
      copy.value = valueOf(el);
    }
    if (wasPassword.has(el)) wasPassword.add(copy);
    copy.setAttribute('aria-label', label);
    return copy;
  }

  /** Sends a word where what is known of the fields says that another quarter may be done. */
  function onAnswer(form, attempt) {
    const { now, units } = attempt;
    let done = 0;
    for (const answered of units.values()) done += answered;
    const quarter = ((4 * done) / units.size) | 0;
    if (quarter > (now.quarter || 0)) attempt.checking ||= later(onQuarter, 200, form, attempt);
  }

  function onQuarter(form, attempt) {
    attempt.checking = 0;
    const { dirty, now } = attempt;
    if (!dirty || !now) return;
    measure(form, attempt);
    const quarter = (now.percent / 25) | 0;
    if (quarter <= (now.quarter || 0)) return;
    now.quarter = quarter;
    say(attempt, form, true);
  }

  const ACTS = {
    focusin(stat, at, { attempt }) {
      if (stat[2]) stat[7]++;
      else stat[2] = attempt.order = (attempt.order || 0) + 1;
      attempt.since = at;
      attempt.typing = false;
    },
    focusout(stat, at, { attempt }) {
      stat[3] += at - (attempt.since || at);
    },
    invalid(stat) {
      stat[8]++;
    },
    input(stat, at, { el, attempt }, inputType) {
      if (/^delete(?!Comp)/.test(inputType)) stat[6]++; // an input method takes back what it is still composing
      // Of a text the first key since it was entered again, of a choice each.
      if (attempt.typing) return;
      attempt.typing = !isChoice(el) && !el.selectedOptions;
      stat[4] ||= at - (attempt.since || at);
      if (attempt.kept.has(slotOf(el, stat[0]))) stat[5]++;
    },
    change(stat, at, { el, form, attempt }) {
      const [name, label] = stat;
      const slot = slotOf(el, name);
      const said = valueOf(el).trim();
      if (said) attempt.kept.set(slot, copyOf(el, label));
      else attempt.kept.delete(slot);
      // Of a box that was cleared the others of its name may still be ticked: the next measure tells.
      if (said || !isChoice(el)) attempt.units.set(name, isAnswered(el));
      onAnswer(form, attempt);
    },
  };

  function act(type, here, inputType, at) {
    const { el, form, attempt } = here;
    const inside = el.ownerDocument;
    if (inside !== doc && !roots.has(inside)) enter(inside.defaultView.frameElement);
    attempt.errors ??= errorsIn(form); // shown before anybody did anything: part of the page
    if (/input|change/.test(type)) {
      if (pending.size) settled(attempt);
      active = at;
      restTimer ||= later(onRest, REST);
    }
    // Looked for once per field that somebody is in; anew where another attempt began, or the field asks something else.
    if (here.of !== attempt.stats || here.name !== el.name) assign(here, { of: attempt.stats, name: el.name, stat: statOf(attempt.stats, el) });
    ACTS[type](here.stat, at, here, inputType);
    if (!attempt.now || attempt.now.begun) return;
    measure(form, attempt); // how long the form was when the session began
    later(say, BEGUN, attempt, form, true);
  }

  /** Somebody goes on in the form: what was rejected stays so, and what is being sent is no more taken from its fields. */
  function settled(attempt) {
    for (const entry of pending) {
      if (entry.attempt === attempt) entry.off ? pending.delete(entry) : (entry.kept = true);
    }
  }

  /** All that the form says, the answers of steps that are gone included, and which of its buttons was pressed. */
  function collect(form, { kept, by }) {
    const standing = controls(form);
    const sends = (el) => el.form === form && el.name && el.value && el.type === 'submit';
    if (by && sends(by) && all(by.getRootNode(), 'button,[type=submit]').filter(sends)[1]) standing.push(by);
    // A step that is gone may have left its answers in hidden fields, which alone would not be sent.
    const names = new Set(standing.filter((el) => el.type !== 'hidden').map(nameOf));
    const gone = read([...kept.values()].filter((copy) => !names.has(nameOf(copy))));
    return [...new Map([...gone, ...read(standing), ...gone]).values()].slice(0, 200);
  }

  /** The values that the site lets out of a form that was not submitted; midway not that of half a word. */
  function partial(form, attempt, midway) {
    const { partial: allowed, contact } = settings;
    const wanted = { all: /^/, contact: contact && RegExp(contact) }[allowed];
    const unsaid = midway && attempt.typing && attempt.last;
    const says = (field) =>
      field.from() !== unsaid &&
      [field.means, field.type, field.name, field.label].some((name) => wanted.test(words(name)));
    return wanted && collect(form, attempt).filter(says);
  }

  const SENDS = '[type=submit],[type=image],[data-leadsbot-submit]';

  /** A data-leadsbot-form container is sent by its [type=submit], its only button, or [data-leadsbot-submit]. */
  function onClick(event) {
    const [target] = event.composedPath();
    const BUTTONS = 'button,[type=button],[role=button]';
    asked(up(target, BUTTONS + ',a,' + SENDS));
    const button = up(target, BUTTONS + ',' + SENDS);
    const box = button && (!button.form || button.type === 'button') && up(button, '[data-leadsbot-form]');
    if (box && (is(button, SENDS) || !all(box, BUTTONS)[1]) && kindOf(box) === 'lead') take(box, () => 0);
  }

  /**
   * Many a page sends its form from a click and stops what the browser would do, so that no event tells of it. A request
   * that a click brings about and that carries what was typed into the form is its submission.
   */
  const CLICK = 2000; // ms after a click in which a request may be its doing
  let click;
  function asked(button) {
    const form = button && (button.form || up(button, 'form'));
    const attempt = attempts.get(form);
    if (attempt) attempt.by = button;
    if (!attempt?.now || kindOf(form) !== 'lead') return;
    // One of several steps goes on with a button like that.
    if (button.type !== 'submit' && controls(form).some((el) => !isShown(el) && isInHiddenStep(el, form))) return;
    const typed = collect(form, attempt).filter((field) => touched.has(field.from()) && field.value.length > 4);
    click = { form, at: clock(), typed: typed.map((field) => field.value) };
    if (!unwatch) watchRequests(form.ownerDocument.defaultView);
    later(unfollow, CLICK);
  }

  function onBody(body) {
    if (!click || clock() - click.at > CLICK || isSent(click.form)) return;
    const raw = (body?.values ? [...body.values()] : body) + '';
    const text = raw + (safe(decodeURIComponent)(raw.replace(/\+/g, ' ')) || '');
    if (click.typed.some((value) => text.includes(value))) take(click.form, () => (click = 0));
  }

  // ── Evidence ──────────────────────────────────────────────────────────────────────────────────────────────────────
  // Of what became of a submission that the page's script took over. A rejected attempt is no lead: the corrected one is.

  const ERRORS = '[aria-invalid=true],[class*=error i]:not(.valid,.success),.is-invalid,.invalid,[class*=danger i],[class*=text-red]';
  const MOST_WAIT = 20000; // ms after which nothing that happens is taken for the submission's doing
  const errorsIn = (form) => all(form, ERRORS).filter((el) => shown(el) && (el.type || el.textContent.trim())).length;

  /** The frame of this page that a form is sent into: what it answers is shown in here. */
  const sinkOf = (form) => {
    const target = attr(form, 'target');
    return target && all(doc, 'iframe').find((frame) => frame.name === target);
  };
  let sunk; // the form whose entries were made last

  doc.addEventListener('load', safe(({ target: frame }) => {
    const settles = (form) => form && is(frame, 'iframe') && sinkOf(form) === frame;
    if (settles(sunk) && !isSent(sunk)) takeGhost();
    sunk = 0;
    for (const entry of pending) {
      if (!settles(entry.form)) continue;
      entry.busy++;
      onReply(entry, 200);
    }
  }), true);

  /** Takes down how things stand when a submission is made. */
  function watch(entry) {
    const { form, attempt, known } = entry;
    if (known !== entry.held) entry.known = entry.held = () => !sinkOf(form) && known();
    if (entry.view) return;
    // What comes next from the same form settles what came before: it was refused, or else it stays an attempt.
    for (const other of pending) {
      if (other !== entry && other.attempt === attempt) {
        judge(other, true);
        pending.delete(other);
      }
    }
    const view = form.ownerDocument?.defaultView || window;
    attempt.errors ??= errorsIn(form);
    assign(entry, { view, href: hrefOf(view), shown: shown(form), asked: asking(form), wrong: controls(form).some((el) => isShown(el) && is(el, ':invalid')),
      ok: false, refused: false, reset: false, left: false, off: false, busy: 0 });
    if (!unwatch) watchRequests(view);
    later(judge, 600, entry);
    later(forget, MOST_WAIT, entry);
  }

  /** What a form asks for as it is to be seen. */
  const asking = (form) => controls(form).filter(isShown).map(nameOf);

  /** The form, or the one that the page has put in its place: of the same name, or with the same questions. */
  const standing = ({ form, attempt, view, asked }) =>
    (form.isConnected === false &&
      safe(() =>
        all(view.document, FORMS).find(
          (other) => identityOf(other).key === attempt.form.key || asking(other) + '' === asked + '',
        ),
      )()) ||
    form;

  /** Undefined for a frame that has gone to another origin, which is an address too. */
  const hrefOf = safe((view) => view.location.href);

  const isWrong = (entry) => errorsIn(standing(entry)) > entry.attempt.errors;

  /** confirmed, attempted, or nothing yet (a rejected one never is more) */
  function evidence(entry, final) {
    watch(entry);
    // A frame that leaves settles what was in it, not what is around it.
    if (final?.target && final.target !== entry.form.ownerDocument) final = false;
    const { form, event, ok, refused, busy, off } = entry;
    const typed = event.fields.map((field) => field.from()).filter((el) => touched.has(el) && !isChoice(el));
    const cleared = entry.reset || (typed[0] && typed.every((el) => !el.value));
    const gone = form.isConnected === false || (entry.shown && !shown(form)) || hrefOf(entry.view) !== entry.href || entry.left;
    const wrong = isWrong(entry);
    if (!busy && ((cleared && !off) || (!wrong && (ok || (gone && !refused && !off && (final || clock() - entry.at > 500)))))) return 'confirmed';
    if (off) return;
    // No request, and other questions than before: on to the next step.
    const next = !busy && asking(standing(entry));
    if (next[0] && !next.some((name) => entry.asked.includes(name))) {
      entry.attempt.now.tries--;
      return reject(entry);
    }
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
    say(attempt, form);
  }

  let unwatch;

  function forget(entry) {
    if (clock() - entry.at < MOST_WAIT) return later(forget, MOST_WAIT, entry);
    entry.view = null;
    pending.delete(entry);
    unfollow();
  }
  const unfollow = () => {
    if (!pending.size) unwatch = unwatch && unwatch();
  };

  /** Puts `after` behind a function of the page's, as long as it stays ours to take away. */
  function follow(owner, name, after, before) {
    const theirs = owner[name];
    const ours = (owner[name] = function (...args) {
      if (before) safe(before)(this, args);
      const result = theirs.apply(this, args);
      if (after) safe(after)(result, this, args);
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
  const methods = new WeakMap();
  function watchRequests(view) {
    const heed = (method) => {
      const waiting = /^(post|put|patch|delete)$/i.test(method) ? [...pending].slice(-1) : [];
      waiting.forEach((entry) => entry.busy++);
      return (status) => waiting.forEach((entry) => onReply(entry, status));
    };
    const undo = [
      follow(view, 'fetch', (answer, _, [input, init]) => {
        const { method, keepalive, body } = { method: input.method, ...init };
        if (!keepalive) onBody(body);
        const done = heed(!keepalive && method);
        answer.then((response) => done(response?.status), done);
      }),
      follow(view.XMLHttpRequest.prototype, 'open', (_, xhr, [method, url]) => {
        methods.set(xhr, !(url + '').startsWith(endpoint) && method);
      }),
      follow(view.XMLHttpRequest.prototype, 'send', 0, (xhr, [body]) => {
        onBody(body);
        const done = heed(methods.get(xhr));
        xhr.addEventListener('loadend', () => done(xhr.status));
      }),
    ];
    unwatch = () => undo.forEach((run) => safe(run)());
  }

  function onReply(entry, status) {
    entry.busy--;
    entry.ok = entry.ok || (status > 199 && status < 300);
    entry.refused = !entry.ok && (entry.refused || (status > 399 && status < 500));
    later(peek, 50, entry); // whoever is quick sends again before the verdict
    later(judge, 500, entry);
  }

  const peek = (entry) => pending.has(entry) && !entry.busy && (entry.refused || isWrong(entry)) && judge(entry);

  addEventListener('reset', safe(({ target }) => {
    for (const entry of pending) entry.reset ||= entry.form === target;
  }), true);

  /** Turbo keeps a fetch of its own, and says itself how it went. */
  addEventListener('turbo:submit-end', safe(({ target, detail }) => {
    for (const entry of pending) {
      if (entry.form !== target) continue;
      entry.busy++;
      onReply(entry, detail.success ? 200 : 422);
    }
  }), true);

  /** A page that goes elsewhere by itself has taken the submission. */
  window.navigation?.addEventListener('navigate', safe(({ userInitiated }) => {
    for (const entry of pending) entry.left ||= !userInitiated;
  }));

  // ── form.submit() without the Navigation API ──────────────────────────────────────────────────────────────────────
  // There it is told by its entries, made without a submit event, and the page that goes away at once. The page's own
  // FormData looks alike but for what comes between, or what came before.

  const AT_ONCE = 200; // ms from the entries to the navigation they are for
  const makers = new WeakSet(); // forms whose entries were made before, and the page lived on
  let made = 0;

  function formed(form, entry) {
    sunk = form;
    // What custom elements stand for is known by now.
    if (pending.has(entry) && !entry.kept) {
      const fields = collect(form, entry.attempt);
      if (fields.length >= entry.event.fields.length) entry.event.fields = fields;
    }
    // A handler that has just kept the browser from sending makes them for itself; after a check they are the form's own.
    const ours = [...pending].some((entry) => entry.form === form && clock() - entry.at < 20);
    made = ours || makers.has(form) ? 0 : clock();
    if (!ours) makers.add(form);
  }

  /** What more there is to hear in a window: the page's own, or a frame's. */
  function hear(view) {
    view.addEventListener('click', safe(onClick), true);
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
  hear(window);

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

  /** Frames of the same origin are looked into like the page itself, unless they have a tag of their own. */
  function enter({ contentDocument: inside, contentWindow }) {
    if (contentWindow.LeadsBot || roots.has(inside)) return;
    roots.add(inside);
    const { visibilitychange, online, message, ...types } = heard;
    bind(contentWindow, Object.keys(types));
    if (contentWindow.navigation) bind(contentWindow.navigation, ['navigate']);
    hear(contentWindow);
    all(inside, FORMS).forEach(safe(view));
    all(inside, 'iframe').forEach((frame) => {
      frame.addEventListener('load', () => safe(enter)(frame));
      safe(enter)(frame);
    });
    flush();
  }

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

  /** Tells which forms this page has, what they are taken for, and what can't be looked into. */
  let looking = 0;
  const lookSoon = () => {
    looking ||= later(look, BEGUN); // a page may be drawn by its script
  };
  /** From here on whenever a form has come: late, or with a route of an application. */
  function audit() {
    lookSoon();
    doc.addEventListener('leadsbot:captured', ({ detail }) => detail.type === 'view' && lookSoon());
  }
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
      if (!frame.contentDocument && boxOf(frame).height > 99 && !friends.has(from)) miss('frame', from);
    });
    // Nothing in it, and yet it takes up room: whatever it shows is in a closed shadow root.
    all(doc, ':defined:empty').forEach((el) => {
      if (/-/.test(el.localName) && !el.shadowRoot && !isCustom(el) && boxOf(el).height > 49) miss('shadow', el.localName);
    });
    enqueue({ type: 'audit', at: clock(), forms: forms.slice(0, 100), missed: missed.slice(0, 50) });
    flush();
  }

  /** Consent that was taken back in another tab holds here too, also when that was before this file was there. */
  const storedAs = 'leadsbot:' + token;
  const takeBack = () => window.LeadsBot.consent(false);
  addEventListener('storage', safe(({ key, newValue }) => key === storedAs && !newValue && takeBack()));
  safe(() => {
    if (!open() || localStorage.getItem(storedAs)) return;
    localStorage.setItem(storedAs, 0); // throws where nothing can be stored, and nothing was
    takeBack();
  })();

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
    const form = up(target.nodeType ? target : all(doc, target)[0], FORMS);
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
      .then((file) => file.default({ tag: script, api, token, watch: listen, send }))
      .catch(() => {});
  }

  return {
    question, act, formed, watch, evidence, measure, collect, say, pack, enter, host, meet, audit, identify, stage, capture, flush: () => flushAll(),
  };
};
