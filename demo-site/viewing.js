// The viewing in React, without a build step: controlled fields, one step rendered at a time, the values in state.
const { createElement: h, useRef, useState } = React;

const STEPS = [
  { name: 'Your visit', fields: ['date', 'hour', 'occasion'] },
  { name: 'About you', fields: ['name', 'email', 'phone', 'message'] },
];
const EMPTY = { date: '', hour: '', occasion: '', name: '', email: '', phone: '', message: '' };
const TROUBLE = "That didn't get through. Please try again, or call us.";

/** What is wrong with the fields of a step, by name. */
function check(values, step) {
  const wrong = {};
  if (step === 0 && !values.date) wrong.date = 'Please choose a day.';
  if (step === 0 && !values.hour) wrong.hour = 'Please choose an hour.';
  if (step === 1 && !values.name.trim()) wrong.name = 'Please tell us your name.';
  if (step === 1 && !/^\S+@\S+\.\S+$/.test(values.email)) wrong.email = 'Please give an e-mail address that we can answer to.';
  return wrong;
}

function Field({ as = 'input', label, name, optional, form, children, wide, ...rest }) {
  const error = form.errors[name];
  const id = 'viewing-' + name;
  const control = h(as, {
    id, name, ...rest,
    value: form.values[name],
    onChange: (event) => form.change(name, event.target.value),
    'aria-invalid': error ? true : undefined,
    'aria-describedby': error ? id + '-error' : undefined,
    'aria-required': optional ? undefined : true,
  }, children);
  return h('div', { className: wide ? 'field wide' : 'field' },
    h('label', { htmlFor: id }, label, optional && h('span', null, ' (optional)')),
    control,
    error && h('p', { className: 'trouble', id: id + '-error' }, error));
}

const Visit = ({ form }) => h('div', { className: 'grid' },
  h(Field, { form, name: 'date', label: 'Day', type: 'date' }),
  h(Field, { form, name: 'hour', label: 'Hour', as: 'select' },
    h('option', { value: '' }, 'Please choose'),
    ['10 h', '12 h', '14 h', '16 h'].map((hour) => h('option', { key: hour }, hour))),
  h(Field, { form, name: 'occasion', label: 'What is it for?', optional: true, wide: true }));

const You = ({ form }) => h('div', { className: 'grid' },
  h(Field, { form, name: 'name', label: 'Your name', autoComplete: 'name', wide: true }),
  h(Field, { form, name: 'email', label: 'E-mail', type: 'email', autoComplete: 'email' }),
  h(Field, { form, name: 'phone', label: 'Phone', type: 'tel', autoComplete: 'tel', optional: true }),
  h(Field, { form, name: 'message', label: 'Anything we should prepare?', as: 'textarea', optional: true, wide: true }));

function Viewing() {
  const [values, setValues] = useState(EMPTY);
  const [errors, setErrors] = useState({});
  const [step, setStep] = useState(0);
  const [state, setState] = useState('open'); // open, sending, trouble, done
  const element = useRef(null);

  /** Shows what is wrong, in the step where it is. */
  const complain = (wrong) => {
    const at = STEPS.findIndex(({ fields }) => fields.some((name) => wrong[name]));
    setErrors(wrong);
    setStep(at);
    setTimeout(() => element.current?.querySelector('[aria-invalid]')?.focus());
  };
  const go = (to) => {
    const wrong = to > step ? check(values, step) : {};
    if (Object.keys(wrong).length) return complain(wrong);
    setErrors({});
    setStep(to);
    setTimeout(() => element.current?.querySelector('input, select')?.focus());
  };
  const change = (name, value) => {
    setValues((before) => ({ ...before, [name]: value }));
    setErrors(({ [name]: gone, ...others }) => others);
  };
  const send = async (event) => {
    event.preventDefault();
    const wrong = check(values, step);
    if (Object.keys(wrong).length) return complain(wrong);
    setState('sending');
    try {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch('/api-demo/viewing', { method: 'POST', headers, body: JSON.stringify(values) });
      if (answer.status === 422) complain((await answer.json()).errors);
      else if (!answer.ok) throw new Error(String(answer.status));
      setState(answer.ok ? 'done' : 'open');
    } catch {
      setState('trouble');
    }
  };

  if (state === 'done') {
    return h('div', { className: 'done', role: 'status' },
      h('h2', null, 'See you then'), h('p', null, 'The gate is open ten minutes before. We have written to you.'));
  }
  const form = { values, errors, change };
  return h('form', { name: 'viewing', noValidate: true, onSubmit: send, ref: element },
    h('ol', { className: 'stages', 'aria-label': 'Steps' }, STEPS.map(({ name }, i) =>
      h('li', { key: name, className: i < step ? 'past' : '', 'aria-current': i === step ? 'step' : undefined }, name))),
    step === 0 ? h(Visit, { form, key: 'visit' }) : h(You, { form, key: 'you' }),
    h('div', { className: 'row' },
      step === 0 && h('button', { key: 'next', type: 'button', className: 'push', onClick: () => go(1) }, 'Next'),
      step === 1 && h('button', { key: 'back', type: 'button', className: 'quiet', onClick: () => go(0) }, 'Back'),
      step === 1 && h('button', { key: 'send', className: 'push', disabled: state === 'sending' }, 'Book the viewing')),
    state === 'trouble' && h('p', { className: 'trouble', role: 'alert' }, TROUBLE));
}

ReactDOM.createRoot(document.getElementById('viewing')).render(h(Viewing));
