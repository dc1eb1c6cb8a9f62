/*
 * Evidence of what became of a submission that the page's script took over. A rejected attempt is no lead: the corrected
 * one is.
 */
const MOST_WAIT = 20000; // ms after which nothing that happens is taken for the submission's doing
const errorsIn = (form) => all(form, '[aria-invalid=true],[class*=error i]:not(.valid,.success),.is-invalid,.invalid,[class*=danger i],[class*=text-red]').filter((el) => shown(el) && (el.type || el.textContent.trim())).length;

/** The frame of this page that a form is sent into: what it answers is shown in here. */
const sinkOf = (form) => {
  const target = attr(form, 'target');
  return target && all(doc, 'iframe').find((frame) => frame.name === target);
};
let sunk; // the form whose entries were made last

doc.addEventListener('load', safe(({ target: frame }) => {
  const settles = (form) => form && is(frame, 'iframe') && sinkOf(form) === frame;
  if (settles(sunk) && !isSent(sunk)) takeGhost();
  sunk = 0;
  for (const entry of pending) {
    if (!settles(entry.form)) continue;
    entry.busy++;
    onReply(entry, 200);
  }
}), true);

/** Takes down how things stand when a submission is made. */
function watch(entry) {
  const { form, attempt, known } = entry;
  if (known !== entry.held) entry.known = entry.held = () => !sinkOf(form) && known();
  if (entry.view) return;
  // What comes next from the same form settles what came before: it was refused, or else it stays an attempt.
  for (const other of pending) {
    if (other !== entry && other.attempt === attempt) {
      judge(other, true);
      pending.delete(other);
    }
  }
  const view = form.ownerDocument?.defaultView || window;
  attempt.errors ??= errorsIn(form);
  assign(entry, { view, href: hrefOf(view), others: keysIn(view), shown: shown(form), ...askedIn(form),
    wrong: controls(form).some((el) => isShown(el) && is(el, ':invalid')),
    ok: 0, refused: false, reset: false, left: false, off: false, busy: 0 });
  if (!unwatch) watchRequests(view);
  later(judge, 600, entry);
  later(forget, MOST_WAIT, entry);
}

/** What a form asks for as it is to be seen. */
const asking = (form) => controls(form).filter(isShown).map(nameOf);

const askedIn = (form) => ({ asked: asking(form), said: controls(form).filter(isShown).map(labelOf) });
const keysIn = (view) => all(view.document, FORMS).map((form) => identityOf(form).key);

/**
 * The form, or the one that the page has put in its place: of the same name, with the same questions, or a new one before
 * anything was asked of a server.
 */
const standing = ({ form, attempt, view, asked, href, others, ok, busy }) =>
  (form.isConnected === false &&
    safe(() => {
      const now = all(view.document, FORMS);
      return (
        now.find((other) => identityOf(other).key === attempt.form.key || asking(other) + '' === asked + '') ||
        (!ok && !busy && hrefOf(view) === href && now.find((other) => !others.includes(identityOf(other).key) && kindOf(other) === 'lead'))
      );
    })()) ||
  form;

/** Undefined for a frame that has gone to another origin, which is an address too. */
const hrefOf = safe((view) => view.location.href);

/**
 * Asks for what it asked for: a framework may give it another id (React's useId), and what has neither name nor id may change its
 * words when it was sent ("Thank you").
 */
const isAsked = ({ asked, said }, el) =>
  asked.includes(nameOf(el)) || said.includes(labelOf(el)) || !(el.name || el.id || !touched.has(el));

/**
 * True where other questions stand there now: it was a step. Not where they had been answered before and are empty: after the
 * last step a page may go back to its first.
 */
function isStep(entry) {
  const fresh = controls(standing(entry)).filter((el) => isShown(el) && !isAsked(entry, el));
  return fresh[0] && !fresh.some((el) => entry.attempt.stats.get(nameOf(el))?.[2] && !valueOf(el).trim());
}

/** On to the next step, whose answers join these. */
function goOn(entry) {
  if (!entry.off && !entry.refused) entry.attempt.now.tries--;
  reject(entry);
  pending.delete(entry);
}

const isWrong = (entry) => errorsIn(standing(entry)) > entry.attempt.errors;

/** confirmed, attempted, or nothing yet (a rejected one never is more) */
function evidence(entry, final) {
  watch(entry);
  // A frame that leaves settles what was in it, not what is around it.
  if (final?.target && final.target !== entry.form.ownerDocument) final = false;
  const { form, event, ok, refused, busy, off } = entry;
  const typed = event.fields.map((field) => field.from()).filter((el) => touched.has(el) && !isChoice(el));
  const cleared = entry.reset || (typed[0] && typed.every((el) => !el.value && isAsked(entry, el)));
  if (!cleared && !entry.kept && isStep(entry)) return goOn(entry);
  const gone = form.isConnected === false || (entry.shown && !shown(form)) || hrefOf(entry.view) !== entry.href || entry.left;
  const wrong = isWrong(entry);
  if (!busy && ((cleared && !off) || (!wrong && ((ok && (gone || final || clock() - ok > 1400)) || (gone && !refused && !off && (final || clock() - entry.at > 500)))))) return 'confirmed';
  if (off) return;
  if (!wrong && !refused && !(entry.wrong && !busy)) return final && 'attempted';
  if (!busy && (final || wrong || refused)) reject(entry);
}

/**
 * The attempt goes on, in the form that stands there now. Until somebody touches that again an answer may still show that
 * the submission went through: a handler may take its time before it asks.
 */
function reject(entry) {
  const { attempt } = entry;
  const form = standing(entry);
  entry.off = true;
  if (attempt.entry === entry) attempt.entry = null;
  attempts.delete(entry.form);
  attempts.set(form, attempt);
  attempt.dirty = true;
  controls(form).forEach((el) => is(el, ':invalid,[aria-invalid=true]') && statOf(attempt.stats, el)[8]++);
  say(attempt, form);
}

let unwatch;

function forget(entry) {
  if (clock() - entry.at < MOST_WAIT) return later(forget, MOST_WAIT, entry);
  entry.view = null;
  pending.delete(entry);
  unfollow();
}
const unfollow = () => {
  if (!pending.size) unwatch = unwatch && unwatch();
};
