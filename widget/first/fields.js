/*
 * A form's fields: which they are, what they are called, what is in them.
 */
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
