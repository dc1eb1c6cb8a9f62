/*
 * Events wait in the queue until they may leave, then in the outbox (memory and localStorage) until the backend has
 * said 202. A batch keeps its id on every re-send, so that twice sent is once stored.
 */
let outbox = {};
let queue = [];
let retryTimer;

const isCount = ({ type }) => /view|audit/.test(type);

function enqueue(event, form) {
  if (queue.length < 50) queue.push({ event, form });
  const detail = { form: event.form?.name, type: event.type };
  doc.dispatchEvent(new CustomEvent('leadsbot:captured', { detail }));
}

/** The event as it may leave: held against the settings, which may have come after it was taken. */
function finish({ event, form }) {
  if (form && isIgnoredBySite(form)) return;
  const may = ({ name, label, type }) =>
    !listed(settings.masked, name, label) &&
    (type !== 'hidden' || name === settings.honeypot || listed(settings.hidden, name));
  return event.fields ? { ...event, fields: event.fields.filter(may) } : event;
}

/** Before there is consent, a batch says nothing of the visitor, and its visit is made up. */
function envelope(events) {
  const { first, last, visit: current } = agreed() && (visit(), state);
  return {
    v: 1,
    id: uuid(),
    sent: clock(),
    visit: current || { id: uuid(), at: clock() },
    page: { url: cleanUrl(location.href) },
    events,
    first,
    last,
    consent: word, // the visitor's, if they said any
    settings: ready && undefined, // false: made without the site's, which are to be held against it
    device: current && {
      w: screen.width,
      touch: !!navigator.maxTouchPoints,
      // Where Intl alone knows it, asking costs more than all else together: it waits until somebody has begun.
      tz: events.find((event) => event.session) && (window.Temporal?.Now.timeZoneId() || Intl.DateTimeFormat().resolvedOptions().timeZone),
    },
  };
}

/**
 * Sends what may leave. While the settings are missing that is submissions alone, and only when there is nothing left
 * to wait for: the page goes away, or they can't be had. Before consent it is counts, and hosted forms, which were sent
 * to us.
 */
function flush(leaving) {
  const free = agreed() && (ready || leaving || without);
  const may = ({ event, form }) =>
    (free && (ready || event.type === 'submit')) || (ready && isCount(event)) || (form && isHosted(form));
  const events = queue.filter(may).map(finish).filter((event) => event);
  queue = queue.filter((entry) => !may(entry));
  if (events[0]) return more ? more.pack(events, leaving) : store(envelope(events), leaving);
}

/** Measures what is open and sends all there is. */
function flushAll(leaving) {
  pending.forEach((entry) => safe(judge)(entry, leaving));
  scan();
  if (more) attempts.forEach(more.say);
  flush(leaving);
}

/** In localStorage, unless it is counts alone: at most 50 batches and 200,000 characters, the oldest go first. */
function store(batch, leaving) {
  outbox[batch.id] = batch;
  if (open() && !batch.events.every(isCount)) {
    writeKey(outboxKey + batch.id, batch);
    const kept = stored().sort((a, b) => a.sent - b.sent);
    while (kept[50] || stringify(kept).length > 2e5) removeKey(outboxKey + kept.shift().id);
  }
  return post(batch, leaving);
}

/** Tries again, what earlier pages could not deliver too; after seven days it is given up. */
function drain() {
  retryTimer = 0;
  for (const batch of open() ? stored() : []) {
    if (clock() - batch.sent < 7 * DAY) outbox[batch.id] = batch;
    else removeKey(outboxKey + batch.id);
  }
  for (const id in outbox) post(outbox[id]);
}

/** 202 is stored; a 4xx but 429 would be refused forever; anything else is tried again. Gives the status. */
async function post(batch, leaving) {
  const url = endpoint + '/events';
  const body = stringify({ ...batch, sent: clock() });
  let status = 0;
  // No room among the keepalive requests, or none to be had: a beacon's answer can't be read, and the batch stays.
  const beacon = () => leaving && Navigator.prototype.sendBeacon?.call(navigator, url, body);
  try {
    if (!isNative) beacon();
    [status] = await request(url, body);
  } catch (_) {
    beacon();
  }
  if (status === 202 || /^4(?!29)/.test(status)) {
    tries = 0;
    delete outbox[batch.id];
    removeKey(outboxKey + batch.id);
  } else retryTimer ||= later(drain, backoff());
  return status;
}
