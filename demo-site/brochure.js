// htmx does the rest; this says in words when nothing came back, and lets no old complaint stand.
const trouble = () => document.getElementById('trouble');

document.addEventListener('htmx:beforeRequest', () => trouble().replaceChildren());
for (const name of ['htmx:sendError', 'htmx:responseError', 'htmx:timeout']) {
  document.addEventListener(name, () => { trouble().textContent = "That didn't get through. Please try again, or call us."; });
}
