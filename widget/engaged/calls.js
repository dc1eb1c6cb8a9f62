/*
 * What the page hands us itself, by LeadsBot.identify(), stage() and capture().
 */
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
  if (kindOf(form) !== 'ignored') take(form, () => 'attempted');
}
