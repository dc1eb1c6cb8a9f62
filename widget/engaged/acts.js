/*
 * What visitors do in a field: order, time, hesitation, corrections, and the answers that a step takes with it when it goes.
 */
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

/** Sends a word where another quarter is done, once there is a pause. */
function onQuarter(form, attempt) {
  attempt.checking = 0;
  const { dirty, now } = attempt;
  if (!dirty || !now) return;
  const reached = measure(form, attempt);
  const quarter = (now.percent / 25) | 0;
  if (quarter <= (now.quarter || 0)) return;
  now.quarter = quarter;
  say(attempt, form, true, reached);
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
  input(stat, at, here, event) {
    const { el, attempt, isPick } = here;
    stat[6] += isDeletion(event);
    if (!isPick && !attempt.typing) begins(stat, at, el, attempt); // the first key since it was entered again
    here.quick = true;
    attempt.typing = !isPick;
  },
  change(stat, at, { el, form, attempt, isPick, now = attempt.now }) {
    const [name, label] = stat;
    const { kept, units } = attempt;
    if (isPick) begins(stat, at, el, attempt);
    const slot = slotOf(el, name);
    const said = valueOf(el).trim();
    if (said) kept.set(slot, copyOf(el, label));
    else kept.delete(slot);
    // Of a box that was cleared the others of its name may still be ticked: the next measure tells.
    if (!said && isChoice(el)) return;
    attempt.done += !!said - !!units.get(name);
    units.set(name, !!said);
    // By what is known of the fields; the form itself is measured later, and only then.
    if ((4 * attempt.done) / units.size >= (now.quarter || 0) + 1) attempt.checking ||= later(onQuarter, 200, form, attempt);
  },
};

const isDeletion = ({ inputType }) => /^delete(?!Comp)/.test(inputType); // an input method takes back what it still composes

/** Hesitation is over; what was answered before is corrected. */
function begins(stat, at, el, attempt) {
  stat[4] ||= at - (attempt.since || at);
  if (attempt.kept.has(slotOf(el, stat[0]))) stat[5]++;
}

/** Of another key in a text no more is kept than a dirty bit and its time; of what `change` tells at once nothing. */
const { input } = heard;
heard.input = (event) => {
  const { target, quick, attempt, el, of, name, stat, isPick } = place;
  const isOther = !quick || event.target !== target || of !== attempt.stats || name !== el.name;
  if (isOther || pending.size || !restTimer || (isPick && !event.isTrusted)) return input(event);
  attempt.dirty = true;
  attempt.now.at = clock();
  stat[6] += isDeletion(event);
};

/** Looked at once per field that somebody is in; anew where another attempt began, or the field asks something else. */
function arrive(here) {
  const { el, form } = here;
  pending.forEach((entry) => entry.form !== form && judge(entry)); // this may be the next step of what was sent last
  const attempt = (here.attempt = attempts.get(form) || here.attempt);
  const inside = el.ownerDocument;
  if (inside !== doc && !roots.has(inside)) enter(inside.defaultView.frameElement);
  attempt.errors ??= errorsIn(form); // shown before anybody did anything: part of the page
  const isPick = isChoice(el) || !!el.selectedOptions;
  assign(here, { of: attempt.stats, name: el.name, stat: statOf(attempt.stats, el), isPick, quick: isPick });
}

let place = {}; // where somebody is
function act(event, here, at) {
  const { type } = event;
  place = here;
  const { el, form } = here;
  if (here.of !== here.attempt.stats || here.name !== el.name) arrive(here);
  const { attempt } = here;
  if (/input|change/.test(type)) {
    settled(attempt);
    restTimer ||= later(onRest, REST);
  }
  ACTS[type](here.stat, at, here, event);
  if (!attempt.now || attempt.now.begun) return;
  measure(form, attempt); // how long the form was when the session began
  later(say, BEGUN, attempt, form, true);
}

/** Somebody goes on in the form: what was rejected stays so, and what is being sent is no more taken from its fields. */
function settled(attempt) {
  for (const entry of pending) {
    if (entry.attempt !== attempt) continue;
    if (!entry.kept && isStep(entry)) goOn(entry);
    entry.off ? pending.delete(entry) : (entry.kept = true);
  }
}
