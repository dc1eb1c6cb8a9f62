// A room in three steps: each is made from its template when it is reached, and taken out of the page when it is left.
// What was answered goes on in hidden fields, so that the last step sends it all.
const form = document.forms.rooms;
const place = form.querySelector('[data-step]');
const templates = [...form.parentElement.querySelectorAll('template')];
const marks = [...form.querySelectorAll('.stages li')];
const answers = new Map();
let at = 0;

const button = (name) => form.querySelector(`[data-${name}]`);
const fields = () => [...place.querySelectorAll('input, select, textarea')];

function remember() {
  for (const field of fields()) if (field.type !== 'radio' || field.checked) answers.set(field.name, field.value);
}

function restore(field) {
  const value = answers.get(field.name) ?? '';
  if (field.type === 'radio') field.checked = field.value === value;
  else field.value = value;
}

/** Puts hidden fields for the answers of the steps that are not in the page. */
function carry() {
  for (const old of form.querySelectorAll('[data-carried]')) old.remove();
  const here = new Set(fields().map((field) => field.name));
  for (const [name, value] of answers) {
    if (here.has(name)) continue;
    const hidden = Object.assign(document.createElement('input'), { type: 'hidden', name, value });
    hidden.dataset.carried = '';
    form.append(hidden);
  }
}

function show(index) {
  at = index;
  place.replaceChildren(templates[at].content.cloneNode(true));
  fields().forEach(restore);
  carry();
  button('back').hidden = at === 0;
  button('next').hidden = at === templates.length - 1;
  button('send').hidden = at < templates.length - 1;
  marks.forEach((mark, i) => {
    mark.classList.toggle('past', i < at);
    if (i === at) mark.setAttribute('aria-current', 'step');
    else mark.removeAttribute('aria-current');
  });
}

function go(by) {
  remember();
  show(at + by);
  place.querySelector('input').focus();
}

button('back').addEventListener('click', () => go(-1));
button('next').addEventListener('click', () => fields().every((field) => field.reportValidity()) && go(1));
show(0);
