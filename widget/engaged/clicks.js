/*
 * Forms that are sent from a click, without any submit event.
 */
const SENDS = '[type=submit],[type=image],[data-leadsbot-submit]';

/** A data-leadsbot-form container is sent by its [type=submit], its only button, or [data-leadsbot-submit]. */
function onClick(event) {
  const [target] = event.composedPath();
  const BUTTONS = 'button,[type=button],[role=button]';
  const asks = up(target, BUTTONS + ',a,' + SENDS);
  if (!asks) return;
  asked(asks);
  const button = up(target, BUTTONS + ',' + SENDS);
  const box = button && (!button.form || button.type === 'button') && up(button, '[data-leadsbot-form]');
  if (box && (is(button, SENDS) || !all(box, BUTTONS)[1]) && kindOf(box) === 'lead') take(box, () => 0);
}

/**
 * Many a page sends its form from a click and stops what the browser would do, so that no event tells of it. A request
 * that a click brings about and that carries what was typed into the form is its submission.
 */
const CLICK = 2000; // ms after a click in which a request may be its doing
let click;
function asked(button) {
  const form = button.form || up(button, 'form');
  const attempt = attempts.get(form);
  if (attempt) attempt.by = button;
  if (!attempt?.now || kindOf(form) !== 'lead') return;
  const isTyped = ({ from, value }) => value.length > 4 && (touched.has(from()) || from().ownerDocument === inert);
  click = { form, at: clock(), was: askedIn(form), typed: collect(form, attempt).filter(isTyped).map(({ value }) => value) };
  if (!unwatch) watchRequests(form.ownerDocument.defaultView);
  later(unfollow, CLICK);
}

function onBody(body) {
  // One that was just refused, and sent anew before that was seen, is another.
  if (!click || clock() - click.at > CLICK || [...pending].some((entry) => entry.form === click.form && !entry.refused)) return;
  const raw = (body?.values ? [...body.values()] : body) + '';
  const text = raw + (safe(decodeURIComponent)(raw.replace(/\+/g, ' ')) || '');
  if (!click.typed.some((value) => text.includes(value))) return;
  const { form, was } = click; // the page may have gone on to its next step by now
  take(form, () => (click = 0));
  assign(attempts.get(form).entry || {}, was);
}
