// The application in three steps: one fieldset shown at a time, checked before the next.
const form = document.forms.application;
const steps = [...form.children].filter((child) => child.matches('fieldset'));
const marks = [...form.querySelectorAll('.stages li')];

function show(index) {
  steps.forEach((step, i) => { step.hidden = i !== index; });
  marks.forEach((mark, i) => {
    mark.classList.toggle('past', i < index);
    if (i === index) mark.setAttribute('aria-current', 'step');
    else mark.removeAttribute('aria-current');
  });
  steps[index].querySelector('input, select, textarea').focus();
}

const complete = (step) => [...step.querySelectorAll('input, select, textarea')].every((field) => field.reportValidity());

form.addEventListener('click', (event) => {
  const at = steps.findIndex((step) => !step.hidden);
  if (event.target.matches('[data-back]')) show(at - 1);
  if (event.target.matches('[data-next]') && complete(steps[at])) show(at + 1);
});
