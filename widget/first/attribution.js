/*
 * How the visitor came here, read before an application rewrites the address, and the visit this page belongs to.
 */
/** The address without fragment, credentials, or what could name a person. Most have nothing to take apart. */
const cleanUrl = (href) => {
  href = href.split('#')[0];
  if (/[?@]|%40/.test(href)) {
    const url = new URL(href);
    for (const [name, value] of [...url.searchParams]) {
      if (/@/.test(value) || /mail|phone|name|token|pass|auth|session|^(tel|key|code)$/i.test(name)) url.searchParams.delete(name);
    }
    href = url.origin + url.pathname.replace(/[^/]+(@|%40)[^/]+/g, '-') + url.search;
  }
  return href.slice(0, 2000);
};

/** How the visitor came to this page. The navigation entry still has the address after an SPA rewrote it. */
const touch = safe(() => ({
  at: clock(),
  url: cleanUrl(performance.getEntriesByType('navigation')[0]?.name || location.href),
  ref: cleanUrl(doc.referrer),
}))();
// A page reached from the site itself, or directly, says nothing new about where the visitor came from.
const isNews = /utm_|clk?id|braid|fat_id/.test(touch.url) || !(touch.ref || location.origin).startsWith(location.origin);

/** Brings first and last touch and the visit (it ends 30 minutes after its last sign of life) up to now. */
function visit() {
  const now = clock();
  if (!state.first || now - state.first.at > 90 * DAY) state.first = touch;
  if (!state.last || isNews) state.last = touch;
  if (!state.visit || now - state.seen > 18e5) state.visit = { id: uuid(), at: now };
  state.seen = now;
  if (word) state.ok = true;
  if (open()) writeKey(stateKey, state);
  if (framed) parent.postMessage({ leadsbot: token }, '*');
}
