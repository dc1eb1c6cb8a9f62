/*
 * One key for what is known of the visitor, one key per unsent batch (so that two tabs can't overwrite each other).
 * Everything here survives a localStorage that throws: it then lives in memory only.
 */
const DAY = 864e5;
const stateKey = 'leadsbot:' + token;
const outboxKey = stateKey + ':';

const readKey = safe((key) => parse(localStorage.getItem(key)));
const writeKey = safe((key, value) => localStorage.setItem(key, stringify(value)));
const removeKey = safe((key) => localStorage.removeItem(key));
const outboxKeys = () => keys(safe(() => localStorage)() || {}).filter((key) => key.startsWith(outboxKey));
/** All unsent batches, of other tabs too. */
const stored = () => outboxKeys().map(readKey).filter((batch) => batch);

/** What is known of the visitor: first and last (touches), visit, seen, ok (consent given), known (settings). */
let state = readKey(stateKey) || {};
