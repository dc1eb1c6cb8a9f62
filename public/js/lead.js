// A lead, beside the list or on a page of its own: half a note is kept, and where it stands is left alone in use.
"use strict";

(() => {
  document.addEventListener("keydown", (event) => {
    const writing = event.metaKey || event.ctrlKey || event.altKey
      || event.target.closest("input:not(.pick), textarea, select, dialog, [contenteditable]");
    const note = document.getElementById("note");
    if (event.key !== "n" || writing || !note) return;
    event.preventDefault();
    note.focus();
  });

  // Half a note outlives whatever takes the place of its lead: a move, another lead that is looked at, a sign-in that has
  // ended meanwhile (then in this tab alone, until the page is back).
  const DRAFTS = "leadsbot:notes";
  const drafts = new Map(JSON.parse(sessionStorage.getItem(DRAFTS) ?? "[]"));
  sessionStorage.removeItem(DRAFTS);

  const about = (note) => note.closest("[data-lead]").dataset.lead;

  function resume() {
    const note = document.getElementById("note");
    if (note && !note.value) note.value = drafts.get(about(note)) ?? "";
  }

  document.addEventListener("input", (event) => {
    if (event.target.id === "note") drafts.set(about(event.target), event.target.value);
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const posted = detail.requestConfig.path.match(/^\/leads\/([\w-]+)\/notes$/);
    if (posted && detail.xhr.status === 200) drafts.delete(posted[1]);
  });
  document.addEventListener("htmx:responseError", ({ detail }) => {
    if (detail.xhr.status === 401) sessionStorage.setItem(DRAFTS, JSON.stringify([...drafts]));
  });
  document.addEventListener("htmx:afterSettle", resume);
  resume();

  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    if (target.id !== "standing") return;
    const same = target.dataset.as === fragment.firstElementChild.dataset.as;
    if (same || target.querySelector("details[open]")) event.detail.shouldSwap = false;
  });
})();
