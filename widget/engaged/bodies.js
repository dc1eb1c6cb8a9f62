/*
 * Bodies that browsers would not carry beyond the page.
 */
const LIMIT = 6e4; // bytes of one body; browsers allow 64 KiB of keepalive requests in flight

/** Puts the events into as few batches as fit; a form with more text than one body holds keeps the beginnings. */
function pack(events, leaving, most = 20000) {
  const batch = envelope(events);
  const half = events.length >> 1;
  const text = JSON.stringify(batch);
  // A character is three bytes at most.
  if (most < 1 || text.length < LIMIT / 3 || new Blob([text]).size < LIMIT) return store(batch, leaving);
  if (half) {
    const first = pack(events.slice(0, half), leaving);
    pack(events.slice(half), leaving);
    return first;
  }
  // What happened in each field can be spared; the ends of the longest answers next.
  const [{ stats, ...event }] = events;
  const cut = (field) => ({ ...field, label: field.label.slice(0, most), value: field.value.slice(0, most) });
  return pack([{ ...event, fields: event.fields?.map(cut) }], leaving, most / 2);
}
