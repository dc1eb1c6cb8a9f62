/*
 * form.submit() without the Navigation API. There it is told by its entries, made without a submit event, and the page that
 * goes away at once. The page's own FormData looks alike but for what comes between, or what came before.
 */
const AT_ONCE = 200; // ms from the entries to the navigation they are for
const makers = new WeakSet(); // forms whose entries were made before, and the page lived on
let made = 0;

function formed(form, entry) {
  sunk = form;
  place = {};
  // What custom elements stand for is known by now.
  if (pending.has(entry) && !entry.kept) {
    const fields = collect(form, entry.attempt);
    if (fields.length >= entry.event.fields.length) entry.event.fields = fields;
  }
  // A handler that has just kept the browser from sending makes them for itself; after a check they are the form's own.
  const ours = [...pending].some((entry) => entry.form === form && clock() - entry.at < 20);
  made = ours || makers.has(form) ? 0 : clock();
  if (!ours) makers.add(form);
}

/** What more there is to hear in a window: the page's own, or a frame's. */
function hear(view) {
  view.addEventListener('click', safe(onClick), true);
  if (view.navigation) return;
  const forgetIt = () => {
    made = 0;
  };
  for (const type of ['keydown', 'pointerdown', 'input']) view.addEventListener(type, forgetIt, true);
  view.addEventListener('click', safe((event) => {
    const link = event.target.closest?.('a[href]');
    if (link && !event.defaultPrevented && link.href.split('#')[0] !== view.location.href.split('#')[0]) {
      if (/^http/.test(link.href)) forgetIt();
    }
  }));
  view.addEventListener('beforeunload', () => {
    if (clock() - made > AT_ONCE) forgetIt();
  });
  view.addEventListener('pagehide', safe(() => {
    if (!made) return;
    takeGhost();
    flushAll(true);
  }), true);
}
hear(window);
