/*
 * LeadsBot listener. Source of public/widget.js (scripts/build_widget.py).
 *
 * It watches the forms a page already has, tells how far visitors got and what they sent, and leaves everything else
 * as it was: no style, no cookie, no request but those to data-api, nothing thrown into the page.
 *
 * This file is all that loading a page costs: it sees submissions, keeps out what must never leave, and delivers. What
 * refines that (the exact completion, what became of a submission, the figures of each field) is in widget-engaged.js,
 * fetched when somebody sets about a form; until it is there, and should it never come, the plain versions in here do.
 *
 * Sections, in order: the page's natives · the tag · storage · settings and consent · attribution · fields · what is
 * never sent · forms · sessions · submissions · sending · the second file · the page's API · start.
 */
try { (() => {
  // ── The page's natives ────────────────────────────────────────────────────────────────────────────────────────────
  // Taken once, before the page can replace them, and never looked up on a form: a field named `elements`, `matches` or
  // `getAttribute` hides the form's own.

  const { fetch: fetchNow, setTimeout: timeout, document: doc } = window;
  const { parse } = JSON;
  const { assign, keys } = Object;
  const clock = Date.now;
  const native = (name) => (el, argument) => Element.prototype[name].call(el, argument);

  const getAttribute = native('getAttribute');
  const getClientRects = native('getClientRects');
  const is = native('matches');
  const up = native('closest');
  const elementsOf = HTMLFormElement.prototype.__lookupGetter__('elements');
  const all = (node, selector) => [
    ...(node.nodeType === 1 ? Element.prototype : node).querySelectorAll.call(node, selector),
  ];
  const attr = (el, name) => getAttribute(el, name) || '';
  const shown = (el) => getClientRects(el).length > 0;
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

  // ── The tag ───────────────────────────────────────────────────────────────────────────────────────────────────────

  const framed = parent !== window;
  const address = (script) => new URL(script.src || location, location);
  const tokenOf = (script) => script && (attr(script, 'data-token') || address(script).searchParams.get('token'));
  // A tag manager may leave no currentScript, or strip the data attributes: hence the id, the file name and ?token=.
  const tag = [doc.currentScript, ...all(root, '#leadsbot-listener,script[src*="widget.js"]')].find(tokenOf);
  // Whoever frames this page from the same origin sees into it.
  if (!tag || window.LeadsBot?.flush || safe(() => framed && parent.LeadsBot)()) return;

  const token = tokenOf(tag);
  const api = (attr(tag, 'data-api') || address(tag).origin).replace(/\/+$/, '');
  const endpoint = api + '/api/w/' + token;
  const consentByTag = attr(tag, 'data-consent') === 'required';

  // ── Storage ───────────────────────────────────────────────────────────────────────────────────────────────────────
  // One key for what is known of the visitor, one key per unsent batch (so that two tabs can't overwrite each other).
  // Everything here survives a localStorage that throws: it then lives in memory only.

  const DAY = 864e5;
  const stateKey = 'leadsbot:' + token;
  const outboxKey = stateKey + ':';

  const readKey = safe((key) => parse(localStorage.getItem(key)));
  const writeKey = safe((key, value) => localStorage.setItem(key, stringify(value)));
  const removeKey = safe((key) => localStorage.removeItem(key));
  const outboxKeys = () => keys(safe(() => localStorage)() || {}).filter((key) => key.startsWith(outboxKey));
  /** All unsent batches, of other tabs too. */
  const stored = () => outboxKeys().map(readKey).filter((batch) => batch);

  /** What is known of the visitor: first and last (touches), visit, seen, ok (consent given), known (settings). */
  let state = readKey(stateKey) || {};

  // ── Settings and consent ──────────────────────────────────────────────────────────────────────────────────────────

  const settings = { masked: [], hidden: [], ignored: [] };
  let ready = false; // the settings are there
  let without = false; // they can't be had for now: submissions go without them
  let word = state.ok; // the visitor's: true, false, or none yet

  /** The visitor's word decides; without one, whether the tag, the site, or the browser for a site that heeds it, asks. */
  const agreed = () =>
    word ??
    !(
      consentByTag ||
      (ready &&
        (settings.consent !== 'none' ||
          (settings.signals && (navigator.globalPrivacyControl || navigator.doNotTrack > 0))))
    );

  /** True when this page may store and send all it has: fail closed. */
  const open = () => ready && agreed();

  /**
   * [status, text] of the answer. A page that replaced `fetch` gets to see nothing of ours, nor can it lose it: there the
   * request goes by XMLHttpRequest.
   */
  const isNative = /native code/.test(fetchNow);
  const request = isNative
    ? async (url, body) => {
        const response = await fetchNow(url, { method: body && 'POST', body, keepalive: !!body });
        return [response.status, await response.text()];
      }
    : (url, body) =>
        new Promise((resolve) => {
          const xhr = new XMLHttpRequest();
          xhr.open(body ? 'POST' : 'GET', url);
          xhr.onloadend = () => resolve([xhr.status, xhr.responseText]);
          xhr.send(body);
        });

  async function loadSettings() {
    later(settingsMissing, 8000); // a request that hangs must not hold back a submission
    try {
      const [status, text] = await request(endpoint);
      if (status === 200) return begin((state.known = { ...parse(text), at: clock() }));
    } catch (_) {
      // As any other answer that isn't one.
    }
    need(); // it finds out whether the page's policy is in the way
    later(loadSettings, backoff());
    settingsMissing();
  }

  /** Yesterday's settings keep the outbox working while the backend is down, but open nothing beyond it. */
  function settingsMissing() {
    const { known } = state;
    if (ready) return;
    without = true;
    if (known && clock() - known.at < DAY) begin({ ...known, partial: 'off' });
    scan();
  }

  function begin(answer) {
    assign(settings, answer);
    ready = true;
    if (answer.audit) need('audit');
    resume();
    new MutationObserver(scanSoon).observe(root, { childList: true, subtree: true }); // for what comes later
  }

  function resume() {
    drain();
    // What is sent brings the visit up to now by itself.
    if (!scan() && open()) visit();
  }

  function consent(yes) {
    word = !!yes;
    if (yes) return resume();
    state = {};
    queue = [];
    outbox = {};
    [stateKey, ...outboxKeys()].forEach(removeKey);
  }

  // ── Attribution ───────────────────────────────────────────────────────────────────────────────────────────────────

  const PERSONAL = /mail|phone|name|token|pass|auth|session|^(tel|key|code)$/i;

  /** The address without fragment, credentials, or what could name a person; empty when it is none. */
  const cleanUrl = (href) => {
    if (!href) return '';
    const url = new URL(href);
    for (const [name, value] of [...url.searchParams]) {
      if (/@/.test(value) || PERSONAL.test(name)) url.searchParams.delete(name);
    }
    return (url.origin + url.pathname.replace(/[^/]+(@|%40)[^/]+/g, '-') + url.search).slice(0, 2000);
  };

  /** How the visitor came to this page. The navigation entry still has the address after an SPA rewrote it. */
  const touch = safe(() => ({
    at: clock(),
    url: cleanUrl(performance.getEntriesByType('navigation')[0]?.name || location.href),
    ref: cleanUrl(doc.referrer),
  }))();
  // A page reached from the site itself, or directly, says nothing new about where the visitor came from.
  const isNews = /utm_|clk?id|braid|fat_id/.test(touch.url) || !(touch.ref || location.origin).startsWith(location.origin);

  /** Brings first and last touch and the visit (it ends 30 minutes after its last sign of life) up to now. */
  function visit() {
    const now = clock();
    if (!state.first || now - state.first.at > 90 * DAY) state.first = touch;
    if (!state.last || isNews) state.last = touch;
    if (!state.visit || now - state.seen > 18e5) state.visit = { id: uuid(), at: now };
    state.seen = now;
    if (word) state.ok = true;
    if (open()) writeKey(stateKey, state);
    if (framed) parent.postMessage({ leadsbot: token }, '*');
  }

  // ── Fields ────────────────────────────────────────────────────────────────────────────────────────────────────────

  const CONTROLS = 'input:not([type=submit],[type=button],[type=reset],[type=image]),select,textarea';

  /** "firstName_2" → " first name 2 ": lower case, one space between and around whole words. */
  const words = (text) =>
    ' ' +
    text
      .replace(/(\p{Ll})([\p{Lu}\d])/gu, '$1 $2')
      .toLowerCase()
      .replace(/[^\p{L}\d]+/gu, ' ')
      .trim() +
    ' ';

  const tidy = (text) => text.replace(/\s+/g, ' ').replace(/^ |[ *:]+$/g, '').slice(0, 200);
  /** The text of a label without that of the control it wraps. */
  const textOf = (node) =>
    node.nodeType === 3
      ? node.data
      : !node.tagName || is(node, 'select,textarea,button,script,style')
        ? ''
        : [...node.childNodes].map(textOf).join(' ');

  /** A field that form-associated custom elements make counts as any other (HTML, section 4.13.7.3). */
  const isCustom = (el) => el.constructor.formAssociated;
  const isControl = (el) => (is(el, CONTROLS) || isCustom(el)) && !up(el, IGNORE);
  const isChoice = (el) => /radio|checkbox/.test(el.type);
  const called = (el) => attr(el, 'name') || attr(el, 'id');
  const nameOf = (el) => (called(el) || labelOf(el)).slice(0, 200);

  /** What people read beside the field; of a group of choices its question, which the second file looks for. */
  const labelOf = (el) =>
    tidy(
      more?.question(el) ||
        attr(el, 'aria-label') ||
        [...(el.labels || [])].map(textOf)[0] ||
        attr(el, 'placeholder') ||
        called(el) ||
        el.type ||
        el.localName,
    );

  let entries; // of the form whose `formdata` came last: what its custom elements stand for

  function valueOf(el) {
    if (isChoice(el)) return el.checked ? el.value : '';
    if (isCustom(el)) return (entries?.get(attr(el, 'name')) ?? el.value ?? '') + '';
    return el.selectedOptions ? [...el.selectedOptions].map((option) => option.value).join(', ') : el.value;
  }

  // ── What is never sent ────────────────────────────────────────────────────────────────────────────────────────────

  const SECRET_NAME =
    / ((card|cc) ?(n(o|um(ber)?)|code|exp(iry)?|cv[vc])|(credit|debit) ?card|kreditkarte|(kredit)?kartennummer|cv[vc]|csc|security code|(re|h)?captcha|ssn|social security|iban|pass(port|wor[dt])|reisepass|ausweisnummer) /;
  const CARD_NAME = / (card|cc|karte) /;
  const SECRET_TOKEN = /\b(cc-|(current|new)-password|one-time-code)/i;
  const DIGITS = /\+?\d([\s.-]{0,2}\d){12,}/g;

  const wasPassword = new WeakSet();
  const listed = (list, ...names) =>
    list.some((item) => names.some((name) => name?.toLowerCase() === item.toLowerCase()));

  /** Luhn's check (ISO/IEC 7812-1) over 13 to 19 digits, and over the first 15 or 16: an expiry date may follow. */
  function isCard(run) {
    const digits = run.replace(/\D/g, '');
    return [digits.length, 15, 16].some(
      (length) =>
        length < 20 &&
        digits[length - 1] &&
        [...digits.slice(0, length)].reduce((sum, digit, i) => sum + +((length - i) % 2 ? digit : '0246813579'[digit]), 0) %
          10 ===
          0,
    );
  }

  /** The value without card numbers. A phone is none, unless its name speaks of a card. */
  function withoutCards(value, isPhone, names) {
    const speaks = CARD_NAME.test(names);
    if (!speaks && isPhone) return value;
    return value.replace(DIGITS, (run) => ((speaks || run[0] !== '+') && isCard(run) ? '••••' : run));
  }

  /** Those of the elements that have a value and may be sent, as fields by their names. */
  function read(elements) {
    const found = new Map();
    elements.forEach(
      safe((el) => {
        const raw = is(el, ':disabled') ? '' : valueOf(el);
        if (!raw.trim()) return;
        const label = labelOf(el);
        const type = el.type || el.localName;
        const names = [attr(el, 'name'), attr(el, 'id'), label, attr(el, 'placeholder')].map(words);
        // What stands beside a text area is prose ("never tell us your card number"), not its name.
        const spoken = type === 'textarea' ? names[0] : names.join('|');
        const purpose = attr(el, 'autocomplete');
        if (/password|file/.test(type) || wasPassword.has(el) || SECRET_TOKEN.test(purpose) || SECRET_NAME.test(spoken)) return;
        const name = nameOf(el);
        const before = found.get(name);
        // What it means the server says; here is only what the page says of it.
        const means = (attr(el, 'data-leadsbot-field') || purpose || attr(el, 'inputmode')).slice(0, 200);
        const value = ((before ? before.value + ', ' : '') + withoutCards(raw, type === 'tel', spoken)).slice(0, 20000);
        found.set(name, { name, label, type, means, value, from: () => el }); // JSON leaves functions out
      }),
    );
    return found;
  }

  /** All that the form says. */
  const collect = (form) => [...read(controls(form)).values()].slice(0, 200);

  // ── Forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  const CONTAINER = '[data-leadsbot-form]';
  const IGNORE = '[data-leadsbot-ignore]';
  const FORMS = 'form,' + CONTAINER;
  /** The form an element belongs to: by its `form=`, by the form around it, or a data-leadsbot-form container. */
  const ownerOf = (el) => el.form || up(el, FORMS);

  /** The form's controls but for ignored ones. A password that was seen once is one for good. */
  const controls = (form) =>
    [...(is(form, 'form') ? elementsOf.call(form) : all(form, '*'))].filter((el) => {
      if (el.type === 'password') wasPassword.add(el);
      return isControl(el);
    });

  const within = safe((form, selector) => selector && up(form, selector));

  const isIgnoredBySite = (form) =>
    settings.ignored.some((selector) => within(form, selector)) ||
    listed(settings.ignored, attr(form, 'data-leadsbot-form'), attr(form, 'name'), attr(form, 'id'));

  const isIgnored = (form) =>
    up(form, IGNORE) ||
    within(form, attr(tag, 'data-ignore')) ||
    (attr(tag, 'data-mode') !== 'form' && attr(tag, 'data-container') && !within(form, attr(tag, 'data-container'))) ||
    isIgnoredBySite(form);

  const isHosted = (form) => attr(form, 'data-leadsbot-hosted'); // sent by the file that shows it

  /** What a form is taken for; only the submission of a `lead` is one. Empty where there is nothing to fill in. */
  function kindOf(form, submitter) {
    const method = ((submitter && attr(submitter, 'formmethod')) || attr(form, 'method')).toLowerCase();
    const fields = controls(form).filter((el) => el.type !== 'hidden');
    const asked = fields.filter((el) => !isChoice(el));
    const types = asked.map((el) => el.type) + '';
    const purposes = fields.map((el) => attr(el, 'autocomplete')) + '';
    const passwords = asked.filter((el) => wasPassword.has(el)).length;
    if (isIgnored(form)) return 'ignored';
    if (!fields[0]) return '';
    if (up(form, '[role=search],search')) return 'search';
    const lone = /^(q|s|query|search|keywords?)$/.test(asked.map(called));
    if (
      (method !== 'post' && (lone || (/search/.test(types) && !/email|tel|textarea/.test(types)))) ||
      (method === 'get' && !/text|email|tel/.test(types)) // filters, and the order of a list
    )
      return 'search';
    if (method === 'dialog') return method;
    return /current-p/.test(purposes) || (passwords === 1 && asked.length < 3 && !/new-p/.test(purposes)) ? 'login' : 'lead';
  }
  const isLead = (form, submitter) => kindOf(form, submitter) === 'lead';

  /** {key, name}: the key is the same on every visit; the name is for people. */
  function identityOf(form) {
    const given = attr(form, 'data-leadsbot-form');
    const own = given || attr(form, 'name') || attr(form, 'id');
    const around = up(form, 'section,dialog,main,body');
    const heading = around && all(around, 'h1,h2,h3')[0];
    const key = (own || controls(form).map(called).join() || 'form').slice(0, 200);
    return { key, name: tidy(given || attr(form, 'aria-label') || (heading && textOf(heading)) || own || doc.title || key) };
  }

  // ── Sessions ──────────────────────────────────────────────────────────────────────────────────────────────────────
  // One visitor's attempt at one form that counts.

  const PAUSE = 3000;
  const touched = new WeakSet();
  const attempts = new Map();

  /** What begins anew with each session; `units` and `stats` by field names, `kept` the answers given so far. */
  const fresh = () => ({
    now: 0,
    dirty: 0,
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
  function progressOf(form, attempt) {
    const { now, last } = attempt;
    now.seq++;
    const reached = more ? more.measure(form, attempt) : { percent: 100 };
    return { ...now, form: attempt.form, last: last ? labelOf(last) : '', ...reached };
  }

  let here = {}; // where somebody is: the target of the last event, the control it stands for, and the attempt at its form

  function placeOf(event) {
    const { target } = event;
    const path = is(target, CONTROLS) ? [target] : event.composedPath();
    path.forEach((node) => node.nodeType === 11 && listen(node));
    const el = path.find((node) => node.nodeType === 1 && isControl(node) && ownerOf(node));
    const form = ownerOf(el || path[0]);
    return { target, el, form, attempt: form && (attempts.get(form) || (isLead(form) && attemptAt(form))) };
  }

  /** What visitors do in a form: a dirty bit here, all else in the second file, which hears of it when it is there. */
  function onActivity(event) {
    const { type, target, inputType } = event;
    if (type === 'focusin' || target !== here.target) here = placeOf(event);
    const { el, form, attempt } = here;
    if (!attempt) return;
    if (!el) return need(); // a button, by which they may send what the page has filled in
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
    if (more) more.act(type, here, inputType, at);
    else need('act', type, here, inputType, at);
  }

  /** Tells once that a form is there to be filled in. Which forms count is known with the settings. */
  function view(form) {
    if (!ready || attempts.get(form)?.seen || !controls(form).some(isShown) || !isLead(form)) return;
    const attempt = attemptAt(form);
    const at = (attempt.seen = clock());
    enqueue({ type: 'view', form: attempt.form, at });
    if (!window.navigation) need(); // form.submit() can't be told without it
  }

  let scanTimer = 0;

  /** Looks for forms, and for frames and tags that may bring some; tells what it found. */
  function scan() {
    scanTimer = 0;
    roots.forEach((node) =>
      all(node, FORMS + ',iframe,script[data-mode=form]').forEach(
        safe((el) => {
          if (is(el, FORMS)) view(el);
          else if (is(el, 'script')) need('host', el);
          else {
            bind(el, ['load']);
            const inside = el.contentDocument;
            if (inside) bind(inside, ['focusin']); // a form may be written into it later
            if (inside?.querySelector('form,iframe')) need('enter', el);
          }
        }),
      ),
    );
    return flush();
  }
  const scanSoon = () => {
    scanTimer ||= later(scan, 300);
  };

  // ── Submissions ───────────────────────────────────────────────────────────────────────────────────────────────────
  // The values are taken before the page's own handlers run (they may reset the form), the verdict after: a submit event
  // that was not prevented takes the browser to the next page and is confirmed; for one that was, evidence is awaited.

  const pending = new Set();
  let ghost; // a form whose entries were made without a submit event: form.submit(), or the page's own FormData

  /** Takes a submission of the form; `known` tells what is known of it once the page's handlers have run. */
  function take(form, known) {
    const attempt = attemptAt(form);
    const fields = (more?.collect || collect)(form, attempt);
    const print = stringify(fields.filter(({ type }) => type !== 'hidden')); // a stamp tells no two apart
    const at = clock();
    let { entry } = attempt;
    if (!fields[0]) return;
    // A double click within 2 s, or the script's own submit after a check: the same submission, at most better known.
    if (entry?.print !== print || (isDone(entry) && at - entry.at > 2e3)) {
      startSession(attempt);
      attempt.now.tries++;
      attempt.dirty = false;
      const event = { type: 'submit', id: uuid(), ...progressOf(form, attempt), at, url: cleanUrl(location.href), fields };
      attempt.entry = entry = { form, attempt, event, print };
    }
    entry.at = at;
    entry.known = known;
    if (isDone(entry)) return;
    pending.add(entry);
    need('watch', entry);
    later(judge, 0, entry); // a page that leaves settles it earlier, on pagehide
    later(judge, PAUSE, entry, true);
  }

  const isDone = (entry) => entry.event.confirmation === 'confirmed';

  /** Decides on a submission; without the second file's evidence, one that was prevented is an attempt in the end. */
  function judge(entry, final) {
    if (!pending.has(entry)) return;
    const { form, attempt, event } = entry;
    const verdict = entry.known() || (more ? more.evidence(entry, final) : final && 'attempted');
    if (!verdict || verdict === event.confirmation) return;
    event.confirmation = verdict;
    enqueue({ ...event }, form);
    if (isDone(entry)) {
      pending.delete(entry);
      if (attempt.entry === entry) assign(attempt, fresh());
    }
    return flush(entry.known()); // what the browser itself sends takes the page away
  }

  function onSubmit(event) {
    const { target: form, submitter } = event;
    // Only the browser's own event is followed by a navigation.
    if (!isHosted(form) && isLead(form, submitter)) take(form, () => event.isTrusted && !event.defaultPrevented && 'confirmed');
  }

  /** The form's entries were asked for: by the browser that submits it, by form.submit(), or by the page's own script. */
  function onFormData({ target: form, formData }) {
    const entry = attempts.get(form)?.entry;
    entries = formData;
    if (!pending.has(entry) || !entry.known()) ghost = form;
    need('formed', form, entry);
  }

  /** form.submit() fires no submit event: entries were made, and the page goes away with them. */
  const takeGhost = () => ghost && isLead(ghost) && take(ghost, () => 'confirmed');

  const onNavigate = ({ formData, sourceElement }) => (sourceElement ? sourceElement === ghost : formData) && takeGhost();

  // ── Sending ───────────────────────────────────────────────────────────────────────────────────────────────────────
  // Events wait in the queue until they may leave, then in the outbox (memory and localStorage) until the backend has
  // said 202. A batch keeps its id on every re-send, so that twice sent is once stored.

  const LIMIT = 2e4; // characters of one body, at most 3 bytes each; browsers allow 64 KiB of keepalive requests in flight
  let outbox = {};
  let queue = [];
  let retryTimer = 0;

  const isCount = ({ type }) => /view|audit/.test(type);

  function enqueue(event, form) {
    if (queue.length < 50) queue.push({ event, form });
    const detail = { form: event.form?.name, type: event.type };
    doc.dispatchEvent(new CustomEvent('leadsbot:captured', { detail }));
  }

  /** The event as it may leave: held against the settings, which may have come after it was taken. */
  function finish({ event, form }) {
    if (form && isIgnoredBySite(form)) return;
    const may = ({ name, label, type }) =>
      !listed(settings.masked, name, label) &&
      (type !== 'hidden' || name === settings.honeypot || listed(settings.hidden, name));
    return event.fields ? { ...event, fields: event.fields.filter(may) } : event;
  }

  /** Before there is consent, a batch says nothing of the visitor, and its visit is made up. */
  function envelope(events) {
    const { first, last, visit: current } = agreed() ? (visit(), state) : {};
    return {
      v: 1,
      id: uuid(),
      sent: clock(),
      visit: current || { id: uuid(), at: clock() },
      page: { url: cleanUrl(location.href) },
      events,
      first,
      last,
      consent: word, // the visitor's, if they said any
      settings: ready && undefined, // false: made without the site's, which are to be held against it
      device: current && {
        w: screen.width,
        touch: navigator.maxTouchPoints > 0,
        // Asking for it costs more than all else on load: it waits until somebody has begun.
        tz: events.find((event) => event.session) && Intl.DateTimeFormat().resolvedOptions().timeZone,
      },
    };
  }

  /** Most batches are small; one that browsers would not carry beyond the page is divided. */
  function pack(events, leaving) {
    const batch = envelope(events);
    return more && stringify(batch).length > LIMIT ? more.pack(events, leaving) : store(batch, leaving);
  }

  /**
   * Sends what may leave. While the settings are missing that is submissions alone, and only when there is nothing left
   * to wait for: the page goes away, or they can't be had. Before consent it is counts, and hosted forms, which were sent
   * to us.
   */
  function flush(leaving) {
    const free = agreed() && (ready || leaving || without);
    const may = ({ event, form }) =>
      (free && (ready || event.type === 'submit')) || (ready && isCount(event)) || (form && isHosted(form));
    const events = queue.filter(may).map(finish).filter(Boolean);
    queue = queue.filter((entry) => !may(entry));
    if (events[0]) return pack(events, leaving);
  }

  /** Measures what is open and sends all there is. */
  function flushAll(leaving) {
    pending.forEach((entry) => safe(judge)(entry, leaving));
    scan();
    if (more) attempts.forEach(more.say);
    flush(leaving);
  }

  /** In localStorage, unless it is counts alone: at most 50 batches and 200,000 characters, the oldest go first. */
  function store(batch, leaving) {
    outbox[batch.id] = batch;
    if (open() && !batch.events.every(isCount)) {
      writeKey(outboxKey + batch.id, batch);
      const kept = stored().sort((a, b) => a.sent - b.sent);
      while (kept[50] || stringify(kept).length > 2e5) removeKey(outboxKey + kept.shift().id);
    }
    return post(batch, leaving);
  }

  /** Tries again, what earlier pages could not deliver too; after seven days it is given up. */
  function drain() {
    retryTimer = 0;
    for (const batch of open() ? stored() : []) {
      if (clock() - batch.sent < 7 * DAY) outbox[batch.id] = batch;
      else removeKey(outboxKey + batch.id);
    }
    for (const id in outbox) post(outbox[id]);
  }

  /** 202 is stored; a 4xx but 429 would be refused forever; anything else is tried again. Gives the status. */
  async function post(batch, leaving) {
    const url = endpoint + '/events';
    const body = stringify({ ...batch, sent: clock() });
    let status = 0;
    // No room among the keepalive requests, or none to be had: a beacon's answer can't be read, and the batch stays.
    const beacon = () => leaving && Navigator.prototype.sendBeacon?.call(navigator, url, body);
    try {
      if (!isNative) beacon();
      [status] = await request(url, body);
    } catch (_) {
      beacon();
    }
    if (status === 202 || /^4(?!29)/.test(status)) {
      tries = 0;
      delete outbox[batch.id];
      removeKey(outboxKey + batch.id);
    } else retryTimer ||= later(drain, backoff());
    return status;
  }

  // ── The second file ───────────────────────────────────────────────────────────────────────────────────────────────

  let more; // what it brings, by name
  let loading;

  // What both files work with; the other one names it in the same order.
  const kit = () => [
    tag, api, token, endpoint, settings, () => state, open, request, attempts, attemptAt, identityOf, take, judge, pending,
    progressOf, flush, flushAll, enqueue, envelope, store, controls, wasPassword, read, valueOf, nameOf, labelOf, isShown,
    touched, roots, listen, bind, heard, view, kindOf, isIgnored, takeGhost, words, withoutCards, SECRET_NAME, safe, later, all, attr, is,
    up, shown, isChoice, isCustom, CONTROLS, FORMS, clock, assign, doc,
  ];

  const load = async () => {
    more = (await import(api + '/widget-engaged.js')).default(kit());
  };

  /** Calls what the second file has under this name: at once if it is there, in the order of asking if it is yet to come. */
  const need = (name, ...args) =>
    more ? safe(more[name])(...args) : (loading = (loading || load()).then(safe(() => more[name](...args)), () => {}));

  // ── The page's API ────────────────────────────────────────────────────────────────────────────────────────────────

  const page = { consent: safe(consent) };
  for (const name of ['flush', 'capture', 'identify', 'stage']) page[name] = safe((...said) => need(name, ...said));
  window.LeadsBot = page;

  // ── Start ─────────────────────────────────────────────────────────────────────────────────────────────────────────
  // On window, in the capture phase: ahead of every handler of the page, whatever it stops.

  const heard = {
    load: scanSoon, // of a frame
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
    safe(loadSettings)();
  }
  // A page that is only prepared in case somebody comes is nobody's visit yet.
  if (doc.prerendering) doc.addEventListener('prerenderingchange', safe(start));
  else start();
})(); } catch (_) { /* The page must never learn of our trouble. */ }
