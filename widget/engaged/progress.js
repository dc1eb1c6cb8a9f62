/*
 * The word on how far somebody is. It is measured and told when a form was begun, where another quarter may be done, after
 * a long rest, and when the page is hidden or left; a key sets a dirty bit and no more.
 */
const REST = 20000; // ms without a change after which a word is sent
const BEGUN = 3000; // ms from the first answer to the first word, and from the settings to a look at the page
let restTimer = 0;

/** name, label, entered as the nth, ms in it, ms of hesitation, corrections, deletions, refocuses, invalids, state */
function statOf(stats, el, name = nameOf(el)) {
  if (!stats.has(name)) stats.set(name, [name, labelOf(el), 0, 0, 0, 0, 0, 0, 0, 0]);
  return stats.get(name);
}

/** Tells how far an attempt is; `midway`: while somebody may be in the middle of a word. */
const say = safe((attempt, form, midway, reached) => {
  if (!open() || !attempt.dirty || attempts.get(form) !== attempt || kindOf(form) !== 'lead') return; // it may go on in another form
  const fields = partial(form, attempt, midway === true);
  attempt.dirty = midway === true && !!fields && attempt.typing; // half a word is left for the next time
  enqueue({ type: 'progress', ...progressOf(form, attempt, reached), fields }, form);
  later(flush, 0);
});

const isSent = (form) => [...pending].some((entry) => entry.form === form); // and may yet be answered

/** One timer for the page: when it rings too early, it is set anew for what is left of the rest. */
function onRest() {
  const left = Math.max(...[...attempts.values()].map(({ now }) => now.at || 0)) + REST - clock();
  restTimer = left > 0 && later(onRest, left);
  if (restTimer) return;
  flushAll();
  attempts.forEach(({ dirty }, form) => {
    if (form.isConnected === false && !dirty && !isSent(form)) attempts.delete(form);
  });
}
