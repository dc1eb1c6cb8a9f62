/*
 * The values are taken before the page's own handlers run (they may reset the form), the verdict after: a submit event
 * that was not prevented takes the browser to the next page and is confirmed; for one that was, evidence is awaited.
 */
const pending = new Set();
let ghost; // a form whose entries were made without a submit event: form.submit(), or the page's own FormData

/** Takes a submission of the form; `known` tells what is known of it once the page's handlers have run. */
function take(form, known) {
  const attempt = attemptAt(form);
  const fields = more ? more.collect(form, attempt) : [...read(controls(form)).values()].slice(0, 200);
  const print = stringify(fields.filter(({ type }) => type !== 'hidden')); // a stamp tells no two apart
  const at = clock();
  let { entry } = attempt;
  if (!fields[0]) return;
  // A double click within 2 s, or the script's own submit after a check: the same submission, at most better known.
  if (entry?.print !== print || (isDone(entry) && at - entry.at > 2e3)) {
    startSession(attempt);
    attempt.now.tries++;
    attempt.dirty = false;
    const event = { type: 'submit', id: uuid(), ...progressOf(form, attempt), at, url: cleanUrl(location.href), fields };
    attempt.entry = entry = { form, attempt, event, print };
  }
  entry.at = at;
  entry.known = known;
  if (isDone(entry)) return;
  pending.add(entry);
  need('watch', entry);
  later(judge, 0, entry); // a page that leaves settles it earlier, on pagehide
  later(judge, 3000, entry, true);
}

const isDone = (entry) => entry.event.confirmation === 'confirmed';

/** Decides on a submission; without the second file's evidence, one that was prevented is an attempt in the end. */
function judge(entry, final) {
  if (!pending.has(entry)) return;
  const { form, attempt, event } = entry;
  const verdict = entry.known() || (more ? more.evidence(entry, final) : final && 'attempted');
  if (!verdict || verdict === event.confirmation) return;
  event.confirmation = verdict;
  enqueue({ ...event }, form);
  if (isDone(entry)) {
    pending.delete(entry);
    if (attempt.entry === entry) assign(attempt, fresh());
  }
  return flush(entry.known()); // what the browser itself sends takes the page away
}

function onSubmit(event) {
  const { target: form, submitter } = event;
  // Only the browser's own event is followed by a navigation.
  if (!isHosted(form) && isLead(form, submitter)) take(form, () => event.isTrusted && !event.defaultPrevented && 'confirmed');
}

/** The form's entries were asked for: by the browser that submits it, by form.submit(), or by the page's own script. */
function onFormData({ target: form, formData }) {
  const entry = attempts.get(form)?.entry;
  entries = formData;
  if (!pending.has(entry) || !entry.known()) ghost = form;
  need('formed', form, entry);
}

/** form.submit() fires no submit event: entries were made, and the page goes away with them. */
const takeGhost = () => ghost && isLead(ghost) && take(ghost, () => 'confirmed');

const onNavigate = ({ formData, sourceElement }) => (sourceElement ? sourceElement === ghost : formData) && takeGhost();
