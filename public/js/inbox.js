// The inbox: opening leads beside the list, the keyboard, and leads that arrive while somebody is reading. `choosing.js`
// chooses several of them, `lead.js` is about the one that stands open.
"use strict";

(() => {
  const inbox = document.querySelector(".inbox");
  const pane = document.getElementById("pane");
  const rows = document.getElementById("rows");
  const scroll = document.getElementById("scroll");
  const total = document.getElementById("total");
  const arrivals = document.getElementById("arrivals");
  const roomy = matchMedia("(min-width: 1000px)");
  const row = (id) => document.getElementById(`row-${id}`);

  // The numbers in navigation and title follow; the server's next page says what is true.
  function count(by) {
    if (!by) return;
    let unread = 0;
    for (const badge of document.querySelectorAll("[data-unread]")) {
      unread = Math.max(0, Number.parseInt(badge.textContent, 10) + by);
      badge.firstChild.textContent = String(unread);
      badge.hidden = unread === 0;
    }
    document.title = document.title.replace(/^(\(\d+\) )?/, unread ? `(${unread}) ` : "");
  }

  const add = (by) => {
    total.textContent = Math.max(0, Number(total.textContent.replace(/\D/g, "")) + by).toLocaleString("en");
  };

  // Leads that have left the list: of a merge both its answer and the stream tell, and it counts once.
  const gone = new Set();

  // A merge takes a lead out of the list and undoing it brings one back, whether or not it stands on this page.
  document.addEventListener("leadsbot:counted", (event) => {
    const { id, by, unread } = event.detail;
    if (by < 0 && gone.has(id)) return;
    if (by < 0) gone.add(id);
    else gone.delete(id);
    count(unread);
    if (inbox && (rows.hasAttribute("sse-connect") || row(id))) add(by);
  });

  // A page of its own has the lead alone.
  if (!inbox) return;

  // Opening ------------------------------------------------------------------------------------------------------

  const opened = () => new URLSearchParams(location.search).get("open");

  function remember(id) {
    const url = new URL(location.href);
    if (id) url.searchParams.set("open", id);
    else url.searchParams.delete("open");
    history.pushState({}, "", url);
  }

  function mark(id) {
    rows.querySelector(".row.open")?.classList.remove("open");
    const chosen = id && row(id);
    if (!chosen) return;
    chosen.classList.add("open");
    if (chosen.classList.contains("unread")) read(chosen);
    chosen.scrollIntoView({ block: "nearest" });
  }

  function read(chosen) {
    chosen.classList.remove("unread");
    chosen.querySelector(".dot").replaceChildren();
    count(-1);
  }

  function show(id) {
    inbox.classList.toggle("has-open", Boolean(id));
    mark(id);
    if (!id || !shown()) pane.replaceChildren();
    if (!id) return;
    pane.ariaBusy = "true"; // so that nobody presses on the lead before, which stands there until this one has come
    htmx.ajax("GET", `/leads/${id}`, { source: "#pane", target: "#pane", swap: "innerHTML show:#pane:top" });
  }

  const shown = () => pane.querySelector("#lead")?.dataset.lead;

  pane.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.elt !== pane || (detail.successful && shown() !== opened())) return;
    pane.ariaBusy = "false";
    if (!detail.successful && shown() !== opened()) pane.replaceChildren();
  });

  function open(id) {
    if (!roomy.matches) return location.assign(`/leads/${id}`);
    if (id !== opened()) remember(id);
    show(id);
  }

  function close() {
    const last = opened();
    if (!last) return;
    remember("");
    show("");
    row(last)?.querySelector("a").focus();
  }

  document.addEventListener("click", (event) => {
    const plain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    const link = event.target.closest("[data-open], [data-close]");
    if (!plain || !link || !roomy.matches) return;
    event.preventDefault();
    if (link.matches("[data-close]")) close();
    else open(link.closest(".row").dataset.lead);
  });

  addEventListener("popstate", () => show(opened()));
  mark(opened());

  // Keyboard -----------------------------------------------------------------------------------------------------

  function free(event) {
    return !(event.metaKey || event.ctrlKey || event.altKey)
      && !event.target.closest("input:not(.pick), textarea, select, dialog, [contenteditable]");
  }

  function step(by) {
    const all = [...rows.querySelectorAll(".row")];
    const here = document.activeElement.closest(".row") ?? rows.querySelector(".row.open");
    const next = all[Math.max(0, Math.min(all.length - 1, here ? all.indexOf(here) + by : 0))];
    if (!next) return;
    next.querySelector("a").focus();
    if (inbox.classList.contains("has-open")) open(next.dataset.lead);
  }

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    x: () => (document.activeElement.closest(".row") ?? rows.querySelector(".row.open"))?.querySelector(".pick").click(),
    "/": () => document.getElementById("search").select(),
    "?": () => document.getElementById("keys").showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
      if (event.target.closest("input, textarea, select")) event.target.blur();
      else close();
    } else if (free(event) && keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  document.querySelector("[data-keys]").addEventListener("click", keys["?"]);

  // Filters take effect as they are chosen -------------------------------------------------------------------------

  const filters = document.getElementById("filters");
  filters.addEventListener("change", (event) => event.target.matches("select") && filters.requestSubmit());

  // Arrivals -----------------------------------------------------------------------------------------------------

  // A row that is there already changes in place. A new one slides in at the top, unless somebody has scrolled down to
  // read: then it waits behind a button, so that nothing moves under their eyes.
  const waiting = [];
  const reading = () => (roomy.matches ? scroll.scrollTop : scrollY) > 24;

  function parse(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content.querySelector(".row");
  }

  function insert(fresh) {
    fresh.classList.add("arriving");
    rows.prepend(fresh);
    document.getElementById("none")?.remove();
    htmx.process(fresh);
  }

  function say() {
    arrivals.hidden = waiting.length === 0;
    arrivals.textContent = waiting.length === 1 ? "1 new lead" : `${waiting.length} new leads`;
  }

  function release() {
    waiting.splice(0).forEach(insert);
    say();
    (roomy.matches ? scroll : window).scrollTo({ top: 0 });
  }

  const unread = (one) => Number(Boolean(one?.classList.contains("unread")));

  function change(known, fresh) {
    if (known.classList.contains("open")) fresh.classList.add("open");
    const [before, now] = [known, fresh].map((one) => one.querySelector(".pick"));
    if (before && now) now.checked = before.checked;
    known.replaceWith(fresh);
    htmx.process(fresh);
  }

  function drop(known, held) {
    if (!known && held < 0) return;
    known?.remove();
    if (held >= 0) waiting.splice(held, 1);
    add(-1);
    say();
  }

  // Deleted, or part of another now.
  function leave(id) {
    const known = row(id);
    const held = waiting.findIndex((one) => one.dataset.lead === id);
    if (gone.has(id) || (!known && held < 0)) return known?.remove();
    gone.add(id);
    count(-unread(known ?? waiting[held]));
    drop(known, held);
  }

  // What happens to a lead of an older page is no arrival: only what is newer than all that is here comes on top.
  const newest = () => Math.max(0, ...[...waiting, ...rows.querySelectorAll(".row")].map((one) => Number(one.dataset.at)));

  function arrive(fresh) {
    if ("gone" in fresh.dataset) return leave(fresh.dataset.lead);
    gone.delete(fresh.dataset.lead);
    const known = row(fresh.dataset.lead);
    const held = waiting.findIndex((one) => one.id === fresh.id);
    const fits = known || held >= 0 || Number(fresh.dataset.at) >= newest();
    if (known?.classList.contains("open")) settle(fresh);
    if (fits) count(unread(fresh) - unread(known ?? waiting[held]));
    if ("spam" in fresh.dataset) return drop(known, held);
    if (known) return change(known, fresh);
    if (held >= 0) return void (waiting[held] = fresh);
    if (!fits) return;
    add(1);
    if (reading()) waiting.push(fresh);
    else insert(fresh);
    say();
  }

  // The lead that stands open goes on living: its thread is read again, and what is open stays read. Where it stands comes
  // with it, and is left alone where nothing of it changed or somebody is choosing there.
  function settle(fresh) {
    fresh.classList.remove("unread");
    fresh.querySelector(".dot").replaceChildren();
    const thread = document.getElementById("thread");
    if (thread) htmx.ajax("GET", `/leads/${fresh.dataset.lead}/thread`, { target: "#thread", swap: "outerHTML" });
  }

  rows.addEventListener("htmx:sseBeforeMessage", (event) => {
    event.preventDefault();
    const fresh = parse(event.detail.data);
    if (fresh) arrive(fresh);
  });

  // A restart is over in a moment; a longer silence is said, lest an empty morning be taken for a quiet one.
  const PATIENCE_MS = 3_000;
  const cutOff = document.getElementById("cut-off");
  let silence = 0;
  rows.addEventListener("htmx:sseError", () => {
    silence ||= setTimeout(() => (cutOff.textContent = "Not live. Reconnecting…"), PATIENCE_MS);
  });
  rows.addEventListener("htmx:sseOpen", () => {
    clearTimeout(silence);
    silence = 0;
    cutOff.textContent = "";
  });

  arrivals.addEventListener("click", release);
})();
