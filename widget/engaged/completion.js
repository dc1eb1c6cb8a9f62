/*
 * How far a form is: answered units over all units, whatever the form is made of.
 */
/** Somebody's answer, as against what the page had put there: a list on its first option says nothing yet. */
const isAnswered = (el) =>
  !!valueOf(el).trim() &&
  (touched.has(el) || !(isChoice(el) ? el.defaultChecked : el.selectedIndex === 0 || /range|color/.test(el.type)));

const boxOf = (el) => el.getBoundingClientRect();
const isTrap = (el) =>
  el.name === settings.honeypot ||
  (el.tabIndex < 0 && !isCustom(el) && !el.selectedOptions) ||
  [el, ...(el.labels || [])].every((one) => boxOf(one).right < -999);

/** True for a field for words that is there and not to be seen: so stand traps for robots, and questions that lie above one another. */
function isVeiled(el) {
  const form = el.form || up(el, FORMS);
  for (let node = el; /^(text|email|tel|url)/.test(el.type) && node !== form && !all(node, CONTROLS)[+(node !== el)]; node = node.parentElement) {
    const { position, opacity, zIndex, width, height, overflow } = getComputedStyle(node);
    const isSmall = parseFloat(width) < 2 || parseFloat(height) < 2;
    if ((/^(abs|fix)/.test(position) && (opacity < 0.1 || zIndex < 0)) || (isSmall && (node === el || overflow !== 'visible'))) return true;
  }
}

/** A veiled one that is no question: there is no other, or there are several in plain sight. */
function isHoney(el, form) {
  const asked = isVeiled(el) && controls(form).filter((other) => other.type !== 'hidden');
  return asked && (!asked.filter(isVeiled)[1] || asked.filter((other) => !isVeiled(other))[1]);
}

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
  !isHoney(el, form) &&
  (isShown(el) ? !is(el, ':disabled') : !el.disabled && isInHiddenStep(el, form));

const isFilled = safe((el) => is(el, ':autofill'));

/**
 * How far a form is. What counted once goes on counting with its last answer, so that swapping a step out never lowers
 * the percent; choices of one name count once; steps that are yet to come count as earlier visitors met them.
 */
function measure(form, attempt) {
  const { now, units, stats, seen: seenAt, form: { key: identity } } = attempt;
  const seen = new Map();
  const order = new Map(); // the form's, those of steps that are gone first
  controls(form).forEach((el, place) => {
    const name = nameOf(el);
    let key = name;
    order.set(name, place);
    while (seen.has(key) && !isChoice(el)) key += '+';
    if (!units.has(key) && !isUnit(el, form)) return;
    seen.set(key, seen.get(key) || isAnswered(el));
    statOf(stats, el, name)[9] = seen.get(key) ? 1 + !!isFilled(el) : 0;
  });
  seen.forEach((answered, key) => units.set(key, answered));
  const done = (attempt.done = [...units.values()].filter(Boolean).length);
  const total = Math.max(units.size, settings.totals?.[identity] || 0);
  now.begun = now.begun || units.size;
  // It falls when somebody takes an answer back, not when the form grows.
  const reached = Math.round((100 * done) / total) || 0;
  now.percent = done < now.done ? reached : Math.max(now.percent || 0, reached);
  now.done = done;
  now.wait = now.start - (seenAt || now.start);
  const placeOf = ([name]) => order.get(name) ?? -1;
  const inOrder = [...stats.values()].sort((one, other) => placeOf(one) - placeOf(other));
  return { total, met: units.size, stats: inOrder };
}
