/*
 * Frames of the page's own origin.
 */
/** Frames of the same origin are looked into like the page itself, unless they have a tag of their own. */
function enter({ contentDocument: inside, contentWindow }) {
  if (contentWindow.LeadsBot || roots.has(inside)) return;
  roots.add(inside);
  const { visibilitychange, online, message, ...types } = heard;
  bind(contentWindow, Object.keys(types));
  if (contentWindow.navigation) bind(contentWindow.navigation, ['navigate']);
  hear(contentWindow);
  all(inside, FORMS).forEach(safe(view));
  all(inside, 'iframe').forEach((frame) => {
    frame.addEventListener('load', () => safe(enter)(frame));
    safe(enter)(frame);
  });
  flush();
}
