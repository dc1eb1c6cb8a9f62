// What the API reference does beyond plain HTML: finding, copying, one language for all examples, your key filled in.
"use strict";

(() => {
  document.documentElement.classList.add("js");
  const $ = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Finding: every word must be in a call's method, path or text; of a call's examples nothing is looked at -----------

  const find = $("find");
  const rows = all("#nav a").map((link) => {
    const place = document.getElementById(link.hash.slice(1));
    const text = (place?.querySelector(".told") ?? (place?.matches("section, article") ? place : null))?.textContent ?? "";
    const told = `${link.textContent} ${link.dataset.find ?? ""} ${place?.dataset.find ?? ""} ${text}`.toLowerCase();
    return { item: link.parentElement, told };
  });
  const wanted = () => find.value.toLowerCase().split(/\s+/).filter(Boolean);

  function narrow() {
    const words = wanted();
    for (const { item, told } of rows) item.hidden = !words.every((word) => told.includes(word));
    for (const section of all("#nav section")) section.hidden = !section.querySelector("li:not([hidden])");
    $("none").hidden = rows.some(({ item }) => !item.hidden);
    if (words.length) open(true);
  }
  // What is called so comes before what only says so somewhere.
  function first() {
    const shown = all("#nav li:not([hidden]) a");
    const words = wanted();
    return shown.find((link) => words.every((word) => `${link.textContent} ${link.title}`.toLowerCase().includes(word))) ?? shown[0];
  }
  find.addEventListener("input", narrow);
  find.addEventListener("keydown", (event) => {
    if (event.key === "Enter") first()?.click();
    if (event.key === "Escape") {
      find.value = "";
      narrow();
      open(false);
      find.blur();
    }
  });
  // What was looked for may stand in a part that is folded away.
  function unfold(place) {
    const words = wanted();
    if (!words.length) return;
    for (const folded of all("details", place)) {
      const text = folded.textContent.toLowerCase();
      if (words.some((word) => text.includes(word))) folded.open = true;
    }
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.matches("input, textarea")) return;
    event.preventDefault();
    find.focus();
  });

  // The contents on a small screen ---------------------------------------------------------------------------------

  function open(yes) {
    $("nav").classList.toggle("is-open", yes);
    $("menu").setAttribute("aria-expanded", yes);
  }
  $("menu").addEventListener("click", () => open(!$("nav").classList.contains("is-open")));
  $("nav").addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    const place = link.hash && document.getElementById(link.hash.slice(1));
    if (place) unfold(place);
    open(false);
  });

  // Where one is ---------------------------------------------------------------------------------------------------

  const links = new Map(all('#nav a[href^="#"]').map((link) => [link.hash.slice(1), link]));
  const places = [...links.keys()].map($).filter(Boolean);
  function mark() {
    if (!places.length) return;
    let here = places[0];
    for (const place of places) if (place.getBoundingClientRect().top < 160) here = place;
    for (const link of links.values()) link.removeAttribute("aria-current");
    const link = links.get(here.id);
    link.setAttribute("aria-current", "true");
    const box = $("nav").getBoundingClientRect();
    const at = link.getBoundingClientRect();
    if (at.top < box.top || at.bottom > box.bottom) $("nav").scrollTop += at.top - box.top - box.height / 2;
  }
  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => ((waiting = false), mark()));
  }, { passive: true });
  mark();

  // Examples -------------------------------------------------------------------------------------------------------

  document.addEventListener("change", (event) => {
    if (!event.target.matches('.samples input[type="radio"]')) return;
    const before = event.target.getBoundingClientRect().top;
    for (const input of all(`.samples input[value="${event.target.value}"]`)) input.checked = true;
    // Examples above have other heights now: what is being read stays where it was.
    scrollBy(0, event.target.getBoundingClientRect().top - before);
  });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const code = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(code.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });

  const SAMPLE = "lb_YOUR_API_KEY";
  const holders = all("pre code").filter((code) => code.textContent.includes(SAMPLE)).map((code) => [code, code.textContent]);
  $("mine")?.addEventListener("input", ({ target }) => {
    for (const [code, text] of holders) code.textContent = text.replaceAll(SAMPLE, target.value.trim() || SAMPLE);
  });
})();
