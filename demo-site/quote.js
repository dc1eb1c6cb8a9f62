// The quote form as many sites have it: sent by script, answered in place.
const form = document.forms.quote;

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const trouble = form.querySelector('[data-trouble]');
  trouble.hidden = true;
  try {
    const answer = await fetch(form.action, { method: 'POST', body: new FormData(form) });
    if (!answer.ok) throw new Error(String(answer.status));
    form.hidden = true;
    document.querySelector('[data-done]').hidden = false;
  } catch {
    trouble.hidden = false;
  }
});
