/*
 * LeadsBot listener. Source of public/widget.js (scripts/build_widget.py).
 *
 * It watches the forms a page already has, tells how far visitors got and what they sent, and leaves everything else
 * as it was: no style, no cookie, no request but those to data-api, nothing thrown into the page.
 *
 * Sections, in order: the page's natives · the tag · storage · settings and consent · attribution · fields · what is
 * never sent · forms · completion · sessions · submissions · sending · the page's API · start.
 */
try { (() => {
  // ── The page's natives ────────────────────────────────────────────────────────────────────────────────────────────
  // Taken once, before the page can replace them, and never looked up on a form: a field named `elements`, `matches` or
  // `getAttribute` hides the form's own.

  const { fetch: fetchNow, setTimeout: timeout } = window;
  const { parse, stringify } = JSON;
  const clock = Date.now;
  const native = (name) => (el, argument) => Element.prototype[name].call(el, argument);

  const getAttribute = native('getAttribute');
  const querySelectorAll = native('querySelectorAll');
  const getClientRects = native('getClientRects');
  const is = native('matches');
  const up = native('closest');
  const all = (el, selector) => [...querySelectorAll(el, selector)];
  const attr = (el, name) => getAttribute(el, name) || '';
  const shown = (el) => getClientRects(el).length > 0;
  const root = document.documentElement;

  /** The same function, unable to throw into the page. */
  const safe = (run) => (...args) => {
    try {
      return run(...args);
    } catch (_) {
      // The page must never learn of our trouble.
    }
  };
  const backoff = (tries) => Math.min(2000 * 2 ** tries, 3e5) * (1 + Math.random());
  const later = (run, wait, ...args) => timeout(safe(run), wait, ...args);

  // crypto.randomUUID() is missing on plain http, where many small sites still live; a blob's address ends in a UUID
  // everywhere.
  const uuid = () => URL.createObjectURL(new Blob()).slice(-36);

  // ── The tag ───────────────────────────────────────────────────────────────────────────────────────────────────────

  const address = (script) => new URL(script.src || location, location);
  const tokenOf = (script) => script && (attr(script, 'data-token') || address(script).searchParams.get('token'));
  // A tag manager may leave no currentScript, or strip the data attributes: hence the id, the file name and ?token=.
  const tag = [document.currentScript, ...all(root, '#leadsbot-listener,script[src*="widget.js"]')].find(tokenOf);
  if (!tag || window.LeadsBot?.flush) return;

  const token = tokenOf(tag);
  const endpoint = (attr(tag, 'data-api') || address(tag).origin).replace(/\/+$/, '') + '/api/w/' + token;
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
  const outboxKeys = () => Object.keys(safe(() => localStorage)() || {}).filter((key) => key.startsWith(outboxKey));
  /** All unsent batches, of other tabs too. */
  const stored = () => outboxKeys().map(readKey).filter(Boolean);

  /** What is known of the visitor: first and last (touches), visit, seen, ok (consent given), known (settings). */
  let state = readKey(stateKey) || {};

  // ── Settings and consent ──────────────────────────────────────────────────────────────────────────────────────────

  let settings = { masked: [], hidden: [], ignored: [] };
  let ready = false; // the settings are there
  let without = false; // they can't be had for now: submissions go without them
  let word = state.ok; // the visitor's: true, false, or none yet
  let settingsTries = 0;

  /** The visitor's word decides; without one, whether anybody demands it. */
  const agreed = (demanded) => word ?? !(consentByTag || demanded);

  /** True when this page may store and send all it has: fail closed. */
  const open = () => ready && agreed(settings.consent !== 'none');

  async function loadSettings() {
    later(settingsMissing, 8000); // a request that hangs must not hold back a submission
    try {
      const response = await fetchNow(endpoint, { credentials: 'omit' });
      const answer = await response.json();
      if (response.ok) {
        state.known = { ...answer, at: clock() };
        return begin(answer);
      }
    } catch (_) {
      // As any other answer that isn't one.
    }
    later(loadSettings, backoff(settingsTries++));
    settingsMissing();
  }

  /** Yesterday's settings keep the outbox working while the backend is down, but open nothing beyond it. */
  function settingsMissing() {
    const { known } = state;
    without = true;
    if (!ready && known && clock() - known.at < DAY) begin({ ...known, partial: 'off' });
    flush();
  }

  function begin(answer) {
    settings = { ...settings, ...answer };
    ready = true;
    resume();
  }

  function resume() {
    if (open()) {
      visit();
      loadOutbox();
      drain();
    }
    scan();
    flush();
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

  const CAMPAIGN = /^(?:utm_(source|medium|campaign|term|content)|[gw]braid|gclid|fbclid|msclkid|ttclid|li_fat_id|twclid)$/;
  const PERSONAL = /mail|phone|name|token|pass|auth|session|^(tel|key|code)$/i;

  /** The address without fragment, credentials, or what could name a person; empty when it is none. */
  const cleanUrl = (href) => {
    if (!href) return '';
    const url = new URL(href);
    for (const [name, value] of [...url.searchParams]) {
      if (/@/.test(value) || (PERSONAL.test(name) && !CAMPAIGN.test(name))) url.searchParams.delete(name);
    }
    return (url.origin + url.pathname.replace(/[^/]+(@|%40)[^/]+/g, '-') + url.search).slice(0, 2000);
  };

  /** How the visitor came to this page. The navigation entry still has the address after an SPA rewrote it. */
  function readTouch() {
    const entry = performance.getEntriesByType('navigation')[0];
    const url = cleanUrl(entry?.name || location.href);
    const touch = { at: clock(), url, ref: cleanUrl(document.referrer), utm: {}, ids: {} };
    for (const [name, value] of new URL(url).searchParams) {
      const known = CAMPAIGN.exec(name);
      if (!known || !value) continue;
      touch[known[1] ? 'utm' : 'ids'][known[1] || name] = value.slice(0, 500);
    }
    return touch;
  }

  const touch = safe(readTouch)();
  // A page reached from the site itself, or directly, says nothing new about where the visitor came from.
  const isNews = Object.keys({ ...touch.utm, ...touch.ids })[0] || (touch.ref && !touch.ref.startsWith(location.origin + '/'));

  /** Brings first and last touch and the visit (it ends 30 minutes after its last sign of life) up to now. */
  function visit() {
    const now = clock();
    if (!state.first || now - state.first.at > 90 * DAY) state.first = touch;
    if (!state.last || (isNews && touch.at > state.last.at)) state.last = touch;
    if (!state.visit || now - state.seen > 18e5) state.visit = { id: uuid(), at: now };
    state.seen = now;
    if (word) state.ok = true;
    if (open()) writeKey(stateKey, state);
  }

  // ── Fields ────────────────────────────────────────────────────────────────────────────────────────────────────────

  const CONTROLS = 'input:not([type=submit],[type=button],[type=reset],[type=image]),select,textarea';
  // What a field is about, by the words it goes by. In order: the first that fits wins, so that "company name" is a
  // company.
  const MEANINGS = {
    email: / (e ?)?mail /,
    phone: / (phone|telephone|tel|telefon(nummer)?|mobile|handy) /,
    first_name: / (first|given) ?name | vorname /,
    last_name: / (last|family|sur) ?name | (nach|familien)name /,
    company: / (company|organi[sz]ation|firma|unternehmen) /,
    event_date: / (event|wedding) ?date |^ (date|\w*datum) $/,
    name: /^ ((your|full|contact|ihr) ?)?name $/,
    message: / (message|comments?|nachricht|anfrage|kommentar) /,
  };

  /** "firstName_2" → " first name 2 ": lower case, one space between and around whole words. */
  const words = (text) =>
    ' ' +
    text
      .replace(/(\p{Ll})([\p{Lu}\d])/gu, '$1 $2')
      .toLowerCase()
      .replace(/[^\p{L}\d]+/gu, ' ')
      .trim() +
    ' ';

  const tidy = (text) => text.replace(/\s+/g, ' ').replace(/^[ *:]+|[ *:]+$/g, '').slice(0, 200);
  /** The text of a label without that of the control it wraps. */
  const textOf = (node) =>
    node.nodeType === 3
      ? node.data
      : !node.tagName || is(node, 'select,textarea,button,script,style')
        ? ''
        : [...node.childNodes].map(textOf).join(' ');

  const isChoice = (el) => /radio|checkbox/.test(el.type);

  /** What people read beside the field; of a group of choices its legend. */
  function labelOf(el) {
    const around = isChoice(el) && up(el, 'fieldset');
    const group = around && all(around, 'input').filter((other) => other.name === el.name)[1] && around;
    const label = group ? all(group, 'legend')[0] : el.labels?.[0];
    const text = attr(group || el, 'aria-label') || (label && textOf(label));
    return tidy(text || attr(el, 'placeholder') || el.name || el.id || el.type);
  }

  /** By what its author declared first and by what it is called last. */
  function meaningOf(el, names) {
    const declared = attr(el, 'data-leadsbot-field');
    if (MEANINGS[declared]) return declared;
    if (isChoice(el) || el.type === 'hidden') return;
    const hints = [attr(el, 'autocomplete'), /email|tel/.test(el.type) ? el.type : '', attr(el, 'inputmode')].map(words);
    for (const name of [...hints, ...names]) {
      // A long label is a question that may mention anything, not a name.
      const known = name.length < 40 && Object.keys(MEANINGS).find((meaning) => MEANINGS[meaning].test(name));
      if (known) return known;
    }
  }

  function valueOf(el) {
    if (isChoice(el)) return el.checked ? el.value : '';
    return el.selectedOptions ? [...el.selectedOptions].map((option) => option.value).join(', ') : el.value;
  }

  // ── What is never sent ────────────────────────────────────────────────────────────────────────────────────────────

  const SECRET_NAME =
    / ((card|cc) ?(number|num|no|code|exp|expiry|cvv|cvc)|(credit|debit) ?card|kreditkarte|(kredit)?kartennummer|cvv|cvc|csc|security code|ssn|social security|iban|passport|pass(word|wort)|reisepass|ausweisnummer) /;
  const CARD_NAME = / (card|cc|karte) /;
  const SECRET_TOKEN = /\b(cc-|(current|new)-password|one-time-code)/i;
  const DIGITS = /\+?\b\d([\s.-]{0,2}\d){12,}\b/g;

  const wasPassword = new WeakSet();
  const origin = new WeakMap(); // the element a collected field came from
  const listed = (list, ...names) =>
    list.some((item) => names.some((name) => name && name.toLowerCase() === item.toLowerCase()));

  /** Luhn's check (ISO/IEC 7812-1) over 13 to 19 digits, and over the first 15 or 16: an expiry date may follow. */
  function isCard(run) {
    const digits = run.replace(/\D/g, '');
    return [digits.length, 15, 16].some((length) => {
      const number = [...digits.slice(0, length)];
      const sum = number.reduce((sum, digit, i) => sum + +((length - i) % 2 ? digit : '0246813579'[digit]), 0);
      return number.length === length && length < 20 && sum % 10 === 0;
    });
  }

  /** `leaving`: hidden fields are judged last of all, for only the settings can free them. */
  const isSecret = (el, names, label, leaving) =>
    /password|file/.test(el.type) ||
    wasPassword.has(el) ||
    SECRET_TOKEN.test(attr(el, 'autocomplete')) ||
    SECRET_NAME.test(names) ||
    listed(settings.masked, el.name, el.id, label) ||
    (leaving && el.type === 'hidden' && el.name !== settings.honeypot && !listed(settings.hidden, el.name, el.id));

  /** The value without card numbers. A phone is none, unless its name speaks of a card. */
  function withoutCards(value, isPhone, names) {
    const speaks = CARD_NAME.test(names);
    if (!speaks && isPhone) return value;
    return value.replace(DIGITS, (run) => ((speaks || run[0] !== '+') && isCard(run) ? '••••' : run));
  }

  /** Every field of the form that has a value and may be sent. */
  function collect(form) {
    const found = new Map();
    controls(form).forEach(
      safe((el) => {
        const raw = is(el, ':disabled') ? '' : valueOf(el);
        if (!raw.trim()) return;
        const label = labelOf(el);
        const names = [el.name, el.id, label, attr(el, 'placeholder')].map(words);
        // What stands beside a text area is prose ("never tell us your card number"), not its name.
        const called = el.type === 'textarea' ? names[0] : names.join('|');
        if (isSecret(el, called, label)) return;
        const name = (el.name || el.id || label).slice(0, 200);
        const before = found.get(name);
        const value = withoutCards(raw, el.type === 'tel', called);
        const field = { name, label, type: el.type, means: meaningOf(el, names) };
        field.value = (before ? before.value + ', ' + value : value).slice(0, 20000);
        origin.set(field, el);
        found.set(name, field);
      }),
    );
    return [...found.values()].slice(0, 200);
  }

  // ── Forms ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  const CONTAINER = '[data-leadsbot-form]';
  const FORMS = 'form,' + CONTAINER;
  /** The form an element belongs to: by its `form=`, by the form around it, or a data-leadsbot-form container. */
  const ownerOf = (el) => el.form || up(el, CONTAINER);

  /** The form's controls but for ignored ones, asked of the controls: a form's own `elements` may be a field. */
  const controls = (form) =>
    all(root, CONTROLS).filter((el) => ownerOf(el) === form && !up(el, '[data-leadsbot-ignore]'));

  const within = safe((form, selector) => selector && up(form, selector));

  const isIgnoredBySite = (form) =>
    settings.ignored.some((selector) => within(form, selector)) ||
    listed(settings.ignored, attr(form, 'data-leadsbot-form'), attr(form, 'name'), attr(form, 'id'));

  const isIgnored = (form) =>
    up(form, '[data-leadsbot-ignore]') ||
    within(form, attr(tag, 'data-ignore')) ||
    (attr(tag, 'data-container') && !within(form, attr(tag, 'data-container'))) ||
    isIgnoredBySite(form);

  function isSearch(form, asked) {
    const types = asked.map((el) => el.type).join();
    const lone = asked.map((el) => el.name).join() === 'q';
    return up(form, '[role=search],search') || (/search/.test(types) && !/email|tel|textarea/.test(types)) || lone;
  }

  function isLogin(fields, asked) {
    const purposes = fields.map((el) => attr(el, 'autocomplete')).join();
    const passwords = asked.filter((el) => wasPassword.has(el)).length;
    return /current-p/.test(purposes) || (passwords === 1 && asked.length < 3 && !/new-p/.test(purposes));
  }

  const isDialog = (el, name) => /^dialog$/i.test(attr(el, name));

  /** True for a form whose submission is a lead: not ignored, no search, no login, no dialog. */
  function isLead(form) {
    const fields = notePasswords(form).filter((el) => el.type !== 'hidden');
    const asked = fields.filter((el) => !isChoice(el));
    return fields[0] && !isDialog(form, 'method') && !isIgnored(form) && !isSearch(form, asked) && !isLogin(fields, asked);
  }

  function notePasswords(form) {
    const fields = controls(form);
    for (const el of fields) if (el.type === 'password') wasPassword.add(el);
    return fields;
  }

  /** {key, name}: the key is the same on every visit; the name is for people. */
  function identityOf(form) {
    const given = attr(form, 'data-leadsbot-form');
    const own = given || attr(form, 'name') || attr(form, 'id');
    const heading = all(up(form, 'section,article,dialog,footer,main,body'), 'h1,h2,h3')[0];
    const key = (own || controls(form).map((el) => el.name || el.id).join()).slice(0, 200);
    return { key, name: tidy(given || attr(form, 'aria-label') || (heading && textOf(heading)) || key) };
  }

  // ── Completion ────────────────────────────────────────────────────────────────────────────────────────────────────

  const touched = new WeakSet();

  /** Somebody's answer, as against what the page had put there: a list on its first option says nothing yet. */
  const isAnswered = (el) =>
    !!valueOf(el).trim() &&
    (touched.has(el) ||
      !(isChoice(el) ? el.defaultChecked : el.selectedIndex === 0 || /range|color/.test(el.type)));

  const isTrap = (el) => el.name === settings.honeypot || el.tabIndex < 0;

  /** Styled choices and uploads hide the control itself and show its label. */
  const isShown = (el) => [el, ...(el.labels || [])].some(shown);

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
   * {percent, done, total} of a form. What counted once goes on counting with its last answer, so that swapping a step
   * out never lowers the percent; choices of one name count once.
   */
  function measure(form, units) {
    const now = {};
    controls(form).forEach((el) => {
      let key = el.name || el.id;
      while (key in now && !isChoice(el)) key += '+';
      if (key in units || isUnit(el, form)) now[key] = now[key] || isAnswered(el);
    });
    Object.assign(units, now);
    const answers = Object.values(units);
    const done = answers.filter(Boolean).length;
    return { percent: Math.round((100 * done) / answers.length) || 0, done, total: answers.length };
  }

  // ── Sessions ──────────────────────────────────────────────────────────────────────────────────────────────────────
  // One visitor's attempt at one form. A keystroke only sets a dirty bit; measuring waits for a pause, another quarter
  // or the end of the page.

  const PAUSE = 3000;
  const attempts = new WeakMap();
  let active = 0; // when the visitor last changed anything
  let pauseTimer = 0;

  const attemptAt = (form) => attempts.get(form) || attempts.set(form, {}).get(form);

  function startSession(attempt) {
    const at = clock();
    if (!attempt.now) Object.assign(attempt, { now: { session: uuid(), seq: 0, start: at, at }, quarter: 0, units: {} });
  }

  function progressOf(form, { now, units, last }) {
    now.seq++;
    return { ...now, form: identityOf(form), ...measure(form, units), last: last ? labelOf(last) : '' };
  }

  /**
   * Tells how far a form is (`quarterly`: only if another quarter is done), with the values that the site lets out of a
   * form that was not submitted.
   */
  function sendProgress(form, attempt, quarterly) {
    attempt.checking = 0;
    if (!open() || !attempt.dirty || !isLead(form)) return;
    const event = { type: 'progress', ...progressOf(form, attempt) };
    const quarter = (event.percent / 25) | 0;
    if (quarterly && quarter <= attempt.quarter) return;
    const wanted = { all: /^/, contact: /mail|phone|name/ }[settings.partial];
    if (wanted) event.fields = collect(form).filter((field) => wanted.test(field.means || ''));
    attempt.dirty = false;
    attempt.quarter = quarter;
    enqueue(event, form);
    later(flush, 0);
  }

  /** One timer for the page: when it rings too early, it is set anew for what is left of the pause. */
  function onPause() {
    const left = active + PAUSE - clock();
    pauseTimer = left > 0 && later(onPause, left);
    if (!pauseTimer) flushAll();
  }

  function onActivity({ type, target }) {
    const form = is(target, CONTROLS) && ownerOf(target);
    if (!form) return;
    const attempt = attemptAt(form);
    attempt.last = target;
    if (type === 'focusin') return view(form);
    touched.add(target);
    startSession(attempt);
    attempt.dirty = true;
    attempt.now.at = active = clock();
    pauseTimer = pauseTimer || later(onPause, PAUSE);
    if (type === 'change' && !attempt.checking) attempt.checking = later(sendProgress, 200, form, attempt, true);
  }

  const viewed = new Set();

  /** Tells once per page view that a form was there to be filled in. Which forms count is known with the settings. */
  function view(form) {
    if (!notePasswords(form).some(isShown) || !ready || !isLead(form)) return;
    const identity = identityOf(form);
    const once = location.pathname + identity.key;
    if (viewed.has(once)) return;
    viewed.add(once);
    enqueue({ type: 'view', form: identity, at: clock() });
    later(flush, 1000);
  }

  const scan = () => all(root, FORMS).forEach(safe(view));

  // ── Submissions ───────────────────────────────────────────────────────────────────────────────────────────────────
  // The values are taken before the page's own handlers run (they may reset the form), the verdict after: a prevented
  // submit event is an attempt by script, one that was not takes the browser to the next page and is confirmed.

  const DOUBLE = 2000;
  let pending = [];

  /** Takes a submission of the form; `confirmed` is asked once the page's handlers have run. */
  function take(form, confirmed) {
    const fields = collect(form);
    if (!fields[0]) return;
    const attempt = attemptAt(form);
    const print = stringify(fields);
    const at = clock();
    // A double click, or the script's own submit after a check: the same submission, at most better known.
    if (attempt.print !== print || at - attempt.sent > DOUBLE) {
      startSession(attempt);
      attempt.event = { type: 'submit', id: uuid(), ...progressOf(form, attempt), at, fields };
    }
    Object.assign(attempt, { print, sent: at, now: null, dirty: false });
    pending.push({ form, event: attempt.event, confirmed });
    later(settle, 0); // a page that leaves settles it earlier, on pagehide
  }

  function settle() {
    for (const { form, event, confirmed } of pending.splice(0)) {
      const confirmation = confirmed() ? 'confirmed' : 'attempted';
      if (event.confirmation === confirmation || event.confirmation === 'confirmed') continue;
      event.confirmation = confirmation;
      enqueue({ ...event }, form);
    }
    flush();
  }

  function onSubmit(event) {
    const { target: form, submitter } = event;
    if (submitter && isDialog(submitter, 'formmethod')) return;
    // Only the browser's own event is followed by a navigation.
    if (isLead(form)) take(form, () => event.isTrusted && !event.defaultPrevented);
  }

  /** A data-leadsbot-form container is sent by its [type=submit], its only button, or [data-leadsbot-submit]. */
  function onClick({ target }) {
    const BUTTONS = 'button,[type=button],[role=button]';
    const SENDS = '[type=submit],[type=image],[data-leadsbot-submit]';
    const button = up(target, BUTTONS + ',' + SENDS);
    const box = button && !button.form && up(button, CONTAINER);
    if (box && (is(button, SENDS) || !all(box, BUTTONS)[1]) && isLead(box)) take(box, () => false);
  }

  // ── Sending ───────────────────────────────────────────────────────────────────────────────────────────────────────
  // Events wait in the queue until they may leave, then in the outbox (memory and localStorage) until the backend has
  // said 202. A batch keeps its id on every re-send, so that twice sent is once stored.

  const LIMIT = 6e4; // bytes of one body; browsers allow 64 KiB of keepalive requests in flight
  const busy = {};
  let outbox = {};
  let queue = [];
  let sendTries = 0;
  let retryTimer = 0;

  function enqueue(event, form) {
    if (queue.length < 50) queue.push({ event, form });
    const detail = { form: event.form?.name, type: event.type };
    document.dispatchEvent(new CustomEvent('leadsbot:captured', { detail }));
  }

  /** The event as it may leave: what was taken before the settings were known is held against them here. */
  function finish({ event, form }) {
    if (form && isIgnoredBySite(form)) return;
    const may = (field) => !isSecret(origin.get(field), '', field.label, true);
    return event.fields ? { ...event, fields: event.fields.filter(may) } : event;
  }

  function envelope(events) {
    visit();
    const { first, last, visit: current } = state;
    return {
      v: 1,
      id: uuid(),
      sent: clock(),
      visit: current,
      page: { url: cleanUrl(location.href), title: document.title.slice(0, 200), ref: touch.ref },
      first,
      last,
      device: {
        w: screen.width,
        h: screen.height,
        touch: navigator.maxTouchPoints > 0,
        lang: navigator.language,
        tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
      },
      events,
    };
  }

  /** Puts the events into as few batches as fit; a form with more text than one body holds keeps the beginnings. */
  function pack(events, leaving, most = 20000) {
    const batch = envelope(events);
    const half = events.length >> 1;
    if (new Blob([stringify(batch)]).size < LIMIT) return store(batch, leaving);
    if (half) return pack(events.slice(0, half), leaving, pack(events.slice(half), leaving));
    const fields = events[0].fields.map((field) => ({ ...field, value: field.value.slice(0, most) }));
    pack([{ ...events[0], fields }], leaving, most / 2);
  }

  /**
   * Sends what may leave. While the settings are missing that is submissions alone, and only when there is nothing left
   * to wait for: the page goes away, or they can't be had.
   */
  function flush(leaving) {
    const free = open();
    if (!free && (ready || !agreed() || !(leaving || without))) return;
    const may = ({ event }) => free || event.type === 'submit';
    const events = queue.filter(may).map(finish).filter(Boolean);
    queue = queue.filter((entry) => !may(entry));
    if (events[0]) pack(events, leaving);
  }

  /** Measures what is open and sends all there is. */
  function flushAll(leaving) {
    settle();
    scan();
    all(root, FORMS).forEach(safe((form) => sendProgress(form, attemptAt(form))));
    flush(leaving);
  }

  /** In localStorage: at most 50 batches and 200,000 characters, the oldest go first. */
  function store(batch, leaving) {
    outbox[batch.id] = batch;
    if (open()) {
      writeKey(outboxKey + batch.id, batch);
      const kept = stored().sort((a, b) => a.sent - b.sent);
      while (kept[50] || stringify(kept).length > 2e5) removeKey(outboxKey + kept.shift().id);
    }
    post(batch, leaving);
  }

  /** Takes over what earlier pages could not deliver; after seven days it is given up. */
  function loadOutbox() {
    for (const batch of stored()) {
      if (clock() - batch.sent < 7 * DAY) outbox[batch.id] = batch;
      else removeKey(outboxKey + batch.id);
    }
  }

  function drain() {
    retryTimer = 0;
    for (const id in outbox) post(outbox[id]);
  }

  /** 202 is stored; a 4xx but 429 would be refused forever; anything else is tried again. */
  async function post(batch, leaving) {
    const url = endpoint + '/events';
    const body = stringify({ ...batch, sent: clock() });
    if (busy[batch.id]) return;
    busy[batch.id] = true;
    let status = 0;
    try {
      const response = await fetchNow(url, { method: 'POST', body, keepalive: true, credentials: 'omit' });
      await response.text();
      status = response.status;
    } catch (_) {
      // No network, no backend, or no room among the keepalive requests. A beacon's answer can't be read: the batch stays.
      if (leaving) navigator.sendBeacon(url, body);
    }
    busy[batch.id] = false;
    if (status === 202 || (status > 399 && status < 500 && status !== 429)) {
      sendTries = 0;
      delete outbox[batch.id];
      removeKey(outboxKey + batch.id);
    } else retryTimer = retryTimer || later(drain, backoff(sendTries++));
  }

  // ── The page's API ────────────────────────────────────────────────────────────────────────────────────────────────

  /** What the page hands us itself is held to the same rules as a form's values. */
  const cleanValues = (values) =>
    parse(
      stringify(values || {}, (name, value) => {
        if (SECRET_NAME.test(words(name)) || typeof value === 'object') return name ? undefined : value;
        return withoutCards(value + '', name === 'phone', words(name));
      }),
    );

  function tell(type, more) {
    enqueue({ type, at: clock(), ...more });
    flush();
  }

  function capture(target) {
    const el = target instanceof Element ? target : all(root, target)[0];
    const form = up(el, FORMS);
    notePasswords(form);
    if (!isIgnored(form)) take(form, () => false);
  }

  const api = {
    consent,
    capture,
    identify: (values) => tell('identify', { values: cleanValues(values) }),
    stage: (name, data) => tell('stage', { name: name.slice(0, 200), data: cleanValues(data) }),
    flush: () => flushAll(),
  };
  for (const name in api) api[name] = safe(api[name]);
  window.LeadsBot = api;

  // ── Start ─────────────────────────────────────────────────────────────────────────────────────────────────────────
  // On window, in the capture phase: ahead of every handler of the page, whatever it stops.

  const handlers = {
    input: onActivity,
    change: onActivity,
    focusin: onActivity,
    submit: onSubmit,
    click: onClick,
    DOMContentLoaded: scan,
    pagehide: () => flushAll(true),
    visibilitychange: () => document.hidden && flushAll(true),
    online: () => (ready ? drain() : loadSettings()),
  };
  for (const type in handlers) addEventListener(type, safe(handlers[type]), true);
  scan();
  safe(loadSettings)();
})(); } catch (_) { /* The page must never learn of our trouble. */ }
