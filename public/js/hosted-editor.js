// The page on which a hosted form is edited: shows it beside its inputs as visitors will see it, and keeps somebody from
// leaving with changes that are not saved. The page works without this file.

const PAUSE_MS = 250;
const preview = document.getElementById("preview");
const editor = () => document.getElementById("editor");
const { default: show } = await import(preview.dataset.module);

let asked;

async function refresh() {
  asked?.abort();
  asked = new AbortController();
  const body = new URLSearchParams(new FormData(editor()));
  const csrf = document.querySelector('meta[name="csrf-token"]').content;
  try {
    const options = { method: "POST", body, headers: { "x-csrftoken": csrf }, signal: asked.signal };
    const response = await fetch(preview.dataset.action, options);
    if (response.ok) await put(await response.json());
  } catch {
    // Superseded, or no answer: what is shown stays.
  }
}

// The form stands where a tag would put it; what is sent from it goes nowhere.
function put(form) {
  const tag = document.createElement("span");
  tag.setAttribute("data-container", "#preview");
  const { theme } = document.documentElement.dataset;
  if (theme !== "system") tag.setAttribute("data-theme", theme);
  return show({ tag, form, api: "", token: "", watch: () => {}, send: async () => 202 });
}

let changed = editor().hasAttribute("data-unsaved");
let pause;

function later() {
  changed = true;
  clearTimeout(pause);
  pause = setTimeout(refresh, PAUSE_MS);
}

for (const type of ["input", "change"]) {
  document.addEventListener(type, (event) => event.target.form === editor() && later());
}
document.addEventListener("htmx:afterSwap", later);
document.addEventListener("submit", (event) => {
  if (event.target === editor()) changed = false;
});
addEventListener("beforeunload", (event) => {
  if (changed) event.preventDefault();
});
new MutationObserver(refresh).observe(document.documentElement, { attributeFilter: ["data-theme"] });

refresh();
