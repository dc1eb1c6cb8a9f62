/*
 * The question that a group of choices answers. Where no fieldset says it: what stands before the first choice, in the
 * smallest place that is about nothing else.
 */
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

/**
 * Where no label is tied to a field: the one in the smallest place that is about nothing else, or right before that place; or
 * the few words that stand there before the field. What a library put beside one that has a name, to draw it, has none.
 */
function besides(el) {
  const isOther = (one) => one && one !== el && (one.name || !el.name) && one.type !== 'hidden';
  for (let node = el; node && !is(node, FORMS) && !all(node, CONTROLS).some(isOther); node = node.parentElement) {
    let label = all(node, 'label')[0];
    for (label ||= node.previousElementSibling; label && !shown(label); ) label = label.previousElementSibling;
    if (label && is(label, 'label') && !isOther(label.control)) return label.textContent;
    // What a button says there may be the answer.
    const text = node !== el && !attr(el, 'placeholder') && !all(node, 'button,[role]')[0] && textBefore(node, el);
    if (text) return text.length < 100 && text;
  }
}

function textBefore(node, end) {
  const range = doc.createRange();
  range.setStart(node, 0);
  range.setEndBefore(end);
  return range.toString().trim();
}

function asks(el) {
  const said = byIds(el);
  if (!isChoice(el)) return said || (isCustom(el) && attr(el, 'label')) || (el.labels?.[0] || attr(el, 'aria-label') ? '' : besides(el));
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
    const text = textBefore(node, all(node, '*').find((one) => one === same[0] || [...same[0].labels].includes(one)));
    if (text) return text;
  }
  const around = up(el, 'fieldset');
  return (around && all(around, 'legend')[0]?.textContent.trim()) || el.name;
}

const question = (el) => {
  if (!questions.has(el)) questions.set(el, safe(asks)(el) || '');
  return questions.get(el);
};
