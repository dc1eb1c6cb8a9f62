/*
 * Which fields belong to which form, what a form is taken for, and how it is known on the next visit.
 */
const IGNORE = '[data-leadsbot-ignore]';
const FORMS = 'form,[data-leadsbot-form]';
/** The form an element belongs to: by its `form=`, by the form around it, or a data-leadsbot-form container. */
const ownerOf = (el) => el.form || up(el, FORMS);

/** The form's controls but for ignored ones. A password that was seen once is one for good. */
const controls = (form) =>
  [...(is(form, 'form') ? HTMLFormElement.prototype.__lookupGetter__('elements').call(form) : all(form, '*'))].filter((el) => {
    if (el.type === 'password') wasPassword.add(el);
    return isControl(el);
  });

const within = safe((form, selector) => selector && up(form, selector));

const isIgnoredBySite = (form) =>
  settings.ignored.some((selector) => within(form, selector)) ||
  listed(settings.ignored, attr(form, 'data-leadsbot-form'), attr(form, 'name'), attr(form, 'id'));

const isHosted = (form) => attr(form, 'data-leadsbot-hosted'); // sent by the file that shows it

/** What a form is taken for; only the submission of a `lead` is one. Empty where there is nothing to fill in. */
function kindOf(form, submitter) {
  const method = ((submitter && attr(submitter, 'formmethod')) || attr(form, 'method')).toLowerCase();
  const fields = controls(form).filter((el) => el.type !== 'hidden');
  const asked = fields.filter((el) => !isChoice(el));
  const types = asked.map((el) => el.type) + '';
  const purposes = fields.map((el) => attr(el, 'autocomplete')) + '';
  const passwords = asked.filter((el) => wasPassword.has(el)).length;
  if (
    up(form, IGNORE) ||
    within(form, attr(tag, 'data-ignore')) ||
    (attr(tag, 'data-mode') !== 'form' && attr(tag, 'data-container') && !within(form, attr(tag, 'data-container'))) ||
    isIgnoredBySite(form)
  )
    return 'ignored';
  if (!fields[0]) return '';
  if (up(form, '[role=search],search')) return 'search';
  if (
    (method !== 'post' && (/^(q|s|query|search|keywords?)$/.test(asked.map(called)) || (/search/.test(types) && !/email|tel|textarea/.test(types)))) ||
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
  const own = given || called(form);
  const around = up(form, 'section,dialog,main,body');
  const heading = around && all(around, 'h1,h2,h3')[0];
  const key = (own || controls(form).map(called).join() || 'form').slice(0, 200);
  return { key, name: tidy(given || attr(form, 'aria-label') || (heading && textOf(heading)) || own || doc.title || key) };
}
