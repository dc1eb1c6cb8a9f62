/*
 * The site's settings, asked for once per page, and whether the visitor lets anything be stored or told.
 */
const settings = { masked: [], hidden: [], ignored: [] };
let ready = false; // the settings are there
let without; // they can't be had for now: submissions go without them
let word = state.ok; // the visitor's: true, false, or none yet

/** The visitor's word decides; without one, whether the tag, the site, or the browser for a site that heeds it, asks. */
const agreed = () =>
  word ??
  !(
    attr(tag, 'data-consent') === 'required' ||
    (ready &&
      (settings.consent !== 'none' ||
        (settings.signals && (navigator.globalPrivacyControl || navigator.doNotTrack > 0))))
  );

/** True when this page may store and send all it has: fail closed. */
const open = () => ready && agreed();

/**
 * [status, text] of the answer. A page that replaced `fetch` gets to see nothing of ours, nor can it lose it: there the
 * request goes by XMLHttpRequest.
 */
const isNative = /native code/.test(fetchNow);
const request = async (url, body) => {
  const method = body ? 'POST' : 'GET';
  if (isNative) {
    const response = await fetchNow(url, { method, body, keepalive: !!body });
    return [response.status, await response.text()];
  }
  const xhr = new XMLHttpRequest();
  xhr.open(method, url);
  xhr.send(body);
  return new Promise((resolve) => {
    xhr.onloadend = () => resolve([xhr.status, xhr.responseText]);
  });
};

async function loadSettings() {
  await 0; // on a stack of its own: who looks where a request comes from then reads this function, not the whole file
  later(settingsMissing, 8000); // a request that hangs must not hold back a submission
  try {
    const [status, text] = await request(endpoint);
    if (status === 200) return begin((state.known = { ...parse(text), at: clock() }));
  } catch (_) {
    // As any other answer that isn't one.
  }
  need(); // it finds out whether the page's policy is in the way
  later(loadSettings, backoff());
  settingsMissing();
}

/** Yesterday's settings keep the outbox working while the backend is down, but open nothing beyond it. */
function settingsMissing() {
  const { known } = state;
  if (ready) return;
  without = true;
  if (known && clock() - known.at < DAY) begin({ ...known, partial: 'off' });
  else flush();
}

function begin(answer) {
  assign(settings, answer);
  ready = true;
  if (answer.audit) need('audit');
  resume();
  new MutationObserver(lookSoon).observe(root, { childList: true, subtree: true }); // for what comes later
}

function resume() {
  drain();
  look();
  // What is sent brings the visit up to now by itself.
  if (!flush() && open()) visit();
}

function consent(yes) {
  word = !!yes;
  if (yes) return resume();
  state = {};
  queue = [];
  outbox = {};
  [stateKey, ...outboxKeys()].forEach(removeKey);
}
