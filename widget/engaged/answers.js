/*
 * What a form says: with its submission all of it, on the way there what the site lets out.
 */
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
