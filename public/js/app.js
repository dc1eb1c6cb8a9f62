// What every page of the dashboard does beyond plain HTML: all of it works without this file, only less smoothly.
"use strict";

(() => {
  const root = document.documentElement;
  root.classList.add("js");

  // Requests -----------------------------------------------------------------------------------------------------

  const csrf = () => document.querySelector('meta[name="csrf-token"]').content;

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["x-csrftoken"] = csrf();
  });

  // What asks every other second says nothing of a try that failed: the next one follows.
  const quiet = (event) => event.detail.elt.matches('[hx-trigger^="every"]');

  // Nor does it ask where nobody looks, or change what somebody is marking or walking through by keyboard.
  const looking = (part) => !document.hidden && getSelection().isCollapsed && !part.querySelector(":focus-visible");

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (quiet(event) && !looking(event.detail.elt)) event.preventDefault();
  });

  document.addEventListener("htmx:responseError", (event) => {
    if (quiet(event)) return;
    const status = event.detail.xhr.status;
    if (status === 401) return location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
    // In a sentence where it was ours, and not a page of something in between.
    const xhr = event.detail.xhr;
    const ours = xhr.getResponseHeader("content-type")?.startsWith("text/plain") && xhr.responseText;
    toast(ours || `That didn't work (${status}). Reload the page and try once more.`, "trouble");
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      if (!quiet(event)) toast("No answer from the server. Try again in a moment.", "trouble");
    });
  }

  // A button that went with what it changed leaves the keyboard near where it was, not at the page's beginning: on its
  // namesake (Claim is Release now), else on the nearest thing around it that is still there.
  const SETTLES_MS = 500;
  let left = [];

  function trail(from, target) {
    const ids = [];
    for (let one = from; one && target.contains(one); one = one.parentElement) if (one.id) ids.push(one.id);
    return [...ids, target.id];
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, target } = event.detail;
    // What asked and was replaced meanwhile asks in the name of the page.
    if (quiet(event) || elt === document.body) return;
    left = elt.contains(document.activeElement) ? trail(document.activeElement, target) : [];
  });

  document.addEventListener("htmx:afterSettle", () => {
    if (document.activeElement !== document.body) return;
    const found = left.map((id) => id && document.getElementById(id)).find(Boolean);
    if (!found) return;
    const place = found.matches("details") ? found.querySelector("summary") : found;
    const pressed = place.tabIndex >= 0;
    if (!pressed) place.tabIndex = -1;
    place.focus({ preventScroll: !pressed });
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (!quiet(event) && event.detail.elt !== document.body) setTimeout(() => { left = []; }, SETTLES_MS);
  });

  // Toasts -------------------------------------------------------------------------------------------------------

  const STAYS_MS = 8_000;

  function toast(text, tone = "good") {
    const box = document.createElement("div");
    box.className = `toast is-${tone}`;
    const words = document.createElement("p");
    words.textContent = text;
    box.append(words);
    document.getElementById("toasts").append(box);
  }

  // What went wrong stays until it is dismissed; the rest leaves by itself, unless somebody is at it.
  function retire(box) {
    if (box.classList.contains("is-trouble") && box.querySelector("[data-dismiss]")) return;
    setTimeout(() => (box.matches(":hover, :focus-within") ? retire(box) : box.remove()), STAYS_MS);
  }

  const toasts = document.getElementById("toasts");
  toasts.querySelectorAll(".toast").forEach(retire);
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) if (node.nodeType === 1) retire(node);
  }).observe(toasts, { childList: true });

  // What was taken back can't be taken back twice.
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) event.detail.elt.closest(".toast")?.remove();
  });

  // Presses ------------------------------------------------------------------------------------------------------

  // What folds out over the page, and closes where somebody turns elsewhere.
  const OVERLAYS = "details.more[open], details.give[open]";

  async function copy(button) {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      toast("Copied.");
    } catch {
      toast("Your browser didn't let us copy. Select the text instead.", "trouble");
    }
  }

  document.addEventListener("click", (event) => {
    const copied = event.target.closest("[data-copy]");
    if (copied) return void copy(copied);
    event.target.closest("[data-dismiss]")?.closest(".toast").remove();
    for (const open of document.querySelectorAll(OVERLAYS)) if (!open.contains(event.target)) open.open = false;
  });

  // Before whoever else listens to Escape: what lies on top closes first, and the focus goes back to what opened it.
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && event.target.closest?.(OVERLAYS);
    if (!open) return;
    event.stopImmediatePropagation();
    open.open = false;
    open.querySelector("summary").focus();
  }, true);

  // A dangerous press is asked for once more, in our own words and look; without this script the server asks.
  function ask(question, verb, go) {
    const dialog = document.createElement("dialog");
    const words = document.createElement("p");
    words.textContent = question;
    const buttons = document.createElement("form");
    buttons.method = "dialog";
    buttons.className = "dialog-buttons";
    for (const [value, label, look] of [["", "Cancel", ""], ["yes", verb, "grave"]]) {
      const button = document.createElement("button");
      button.value = value;
      button.className = `button ${look}`;
      button.textContent = label;
      buttons.append(button);
    }
    dialog.append(words, buttons);
    document.body.append(dialog);
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (dialog.returnValue === "yes") go();
    });
    dialog.showModal();
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const question = form.elements._ask;
    // A form with several buttons asks for the one that is the question.
    if (!question || (question.type === "submit" && event.submitter !== question)) return;
    event.preventDefault();
    ask(question.value, form.elements._verb.value, () => {
      const action = form.action;
      if (question.hasAttribute("formaction")) form.action = question.formAction; // which is never empty by itself
      question.disabled = true; // and so the server doesn't ask again
      form.submit();
      question.disabled = false;
      form.action = action;
    });
  });

  // Theme: shown at once, remembered by the server's cookie ------------------------------------------------------

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-theme-switch]");
    if (!form) return;
    event.preventDefault();
    const theme = event.submitter.value;
    root.dataset.theme = theme;
    document.querySelectorAll("[data-theme-switch] button").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.value === theme));
    });
    const body = new URLSearchParams(new FormData(form));
    body.set("theme", theme);
    fetch("/theme", { method: "POST", body, headers: { "x-csrftoken": csrf() }, redirect: "manual" });
  });

  // A form is sent once: who presses again while the answer is on its way means the same. (htmx sees to its own.)
  const ANSWERED_MS = 8_000;
  let sent = new WeakSet();

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
    if (sent.has(form)) return event.preventDefault();
    sent.add(form);
    setTimeout(() => sent.delete(form), ANSWERED_MS);
  });
  addEventListener("pageshow", () => { sent = new WeakSet(); });

  // Times: "4 min" stays true while the page stands open (the words are those of words.py) -------------------------

  const MINUTE = 60_000;

  function ago(past, long) {
    if (past < MINUTE) return long ? "just now" : "now";
    const [unit, word] = [[MINUTE, "min"], [60 * MINUTE, "h"], [1440 * MINUTE, "d"]].findLast(([ms]) => past >= ms);
    return `${Math.floor(past / unit)} ${word}${long ? " ago" : ""}`;
  }

  setInterval(() => {
    for (const time of document.querySelectorAll("time[data-ago]")) {
      const past = Date.now() - Date.parse(time.dateTime);
      if (past < 7 * 1440 * MINUTE) time.textContent = ago(past, time.dataset.ago === "long");
    }
  }, MINUTE / 2);
})();
