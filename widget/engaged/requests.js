/*
 * The page's own requests and events that settle a submission, followed as long as one is pending.
 */
/** Puts `after` behind a function of the page's, as long as it stays ours to take away. */
function follow(owner, name, after, before) {
  const theirs = owner[name];
  const ours = (owner[name] = function (...args) {
    if (before) safe(before)(this, args);
    const result = theirs.apply(this, args);
    if (after) safe(after)(result, this, args);
    return result;
  });
  return () => {
    if (owner[name] === ours) owner[name] = theirs;
  };
}

/**
 * No event tells a request's method and status, so that `fetch` and XMLHttpRequest are followed for the seconds in
 * which a submission is pending. Reading (GET) is no evidence, nor what is kept alive beyond the page: statistics.
 */
const methods = new WeakMap();
function watchRequests(view) {
  const heed = (method) => {
    const waiting = /^(post|put|patch|delete)$/i.test(method) ? [...pending].slice(-1) : [];
    waiting.forEach((entry) => entry.busy++);
    return (status) => waiting.forEach((entry) => onReply(entry, status));
  };
  const undo = [
    follow(view, 'fetch', (answer, _, [input, init]) => {
      const { method, keepalive, body } = { method: input.method, ...init };
      if (!keepalive) onBody(body);
      const done = heed(!keepalive && method);
      answer.then((response) => done(response?.status), done);
    }),
    follow(view.XMLHttpRequest.prototype, 'open', (_, xhr, [method, url]) => {
      methods.set(xhr, !(url + '').startsWith(endpoint) && method);
    }),
    follow(view.XMLHttpRequest.prototype, 'send', 0, (xhr, [body]) => {
      onBody(body);
      const done = heed(methods.get(xhr));
      xhr.addEventListener('loadend', () => done(xhr.status));
    }),
  ];
  unwatch = () => undo.forEach((run) => safe(run)());
}

function onReply(entry, status) {
  entry.busy--;
  entry.ok ||= status > 199 && status < 300 && clock();
  entry.refused = !entry.ok && (entry.refused || (status > 399 && status < 500));
  later(peek, 50, entry); // whoever is quick sends again before the verdict
  later(judge, 500, entry);
  later(judge, 1500, entry); // a next step may take a while to show
}

const peek = (entry) => pending.has(entry) && !entry.busy && (entry.refused || isWrong(entry)) && judge(entry);

addEventListener('reset', safe(({ target }) => {
  for (const entry of pending) entry.reset ||= entry.form === target;
}), true);

/** Turbo keeps a fetch of its own, and says itself how it went. */
addEventListener('turbo:submit-end', safe(({ target, detail }) => {
  for (const entry of pending) {
    if (entry.form !== target) continue;
    entry.busy++;
    onReply(entry, detail.success ? 200 : 422);
  }
}), true);

/** A page that goes elsewhere by itself has taken the submission. */
window.navigation?.addEventListener('navigate', safe(({ userInitiated }) => {
  for (const entry of pending) entry.left ||= !userInitiated;
}));
