// Choosing several leads of the list, for what the bar at its foot does to them.
"use strict";

(() => {
  const rows = document.getElementById("rows");
  const bar = document.getElementById("chosen");
  if (!bar) return;
  const picked = document.getElementById("picked");
  const picks = () => [...rows.querySelectorAll(".pick")];
  const chosen = () => picks().filter((pick) => pick.checked);
  const MOST = 100; // as many as the server takes
  let latest = null;

  function tally() {
    const count = chosen().length;
    const said = `${count} chosen`;
    if (picked.textContent === said) return; // it would be read out once more
    picked.textContent = said;
    const question = bar.elements._ask;
    if (question) question.value = question.value.replace(/^Delete .*? for good/, `Delete ${count === 1 ? "the chosen lead" : `these ${count} leads`} for good`);
  }

  function choose(wanted) {
    for (const pick of picks()) pick.checked = wanted.includes(pick);
    tally();
  }

  rows.addEventListener("click", (event) => {
    const pick = event.target.closest(".pick");
    if (!pick) return;
    const all = picks();
    if (event.shiftKey && latest?.isConnected) {
      const [from, to] = [all.indexOf(latest), all.indexOf(pick)].sort((one, other) => one - other);
      for (const between of all.slice(from, to + 1)) between.checked = pick.checked;
    }
    latest = pick;
    tally();
  });

  // A box is part of the bar's form, which Enter would send.
  rows.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches(".pick")) return;
    event.preventDefault();
    event.target.closest(".row").querySelector("[data-open]").click();
  });

  // Before the list hears of it, which would close the lead that stands open.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !chosen().length || document.querySelector("dialog[open]")) return;
    event.stopImmediatePropagation();
    choose([]);
  }, true);

  // Leads leave the list while they are chosen.
  new MutationObserver(tally).observe(rows, { childList: true });

  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pick]");
    if (button) choose(button.dataset.pick === "all" ? picks().slice(0, MOST) : []);
  });

  // Back to where they were chosen: with the lead that stands open, which the address knows alone.
  bar.addEventListener("submit", () => {
    bar.elements.next.value = location.pathname + location.search;
  });
})();
