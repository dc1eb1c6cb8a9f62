// <guest-review>: a form in an open shadow root, as component libraries and embedded widgets have it.
const FORM = `
  <link rel="stylesheet" href="style.css">
  <form name="review" aria-label="Tell us about it" method="post" action="/api-demo/review">
    <div class="grid">
      <star-rating class="wide" name="stars" label="Your day at Lindenhof" required></star-rating>
      <label class="wide">What should we keep, what should we change?<textarea name="message" required></textarea></label>
      <label>Your name<input name="name" autocomplete="name" required></label>
      <label>E-mail<input type="email" name="email" autocomplete="email" required></label>
      <label class="wide check"><input type="checkbox" name="call_me" value="yes"><span>Please call me about it</span></label>
    </div>
    <div class="row"><button>Send my words</button></div>
    <p class="trouble" role="alert" data-trouble hidden>That didn't get through. Please try again, or call us.</p>
  </form>
  <div class="done" role="status" data-done hidden><h2>Thank you for telling us</h2><p>It is on the table on Monday.</p></div>
`;

class GuestReview extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    this.attachShadow({ mode: 'open' }).innerHTML = FORM;
    this.shadowRoot.querySelector('form').addEventListener('submit', (event) => this.#send(event));
  }

  async #send(event) {
    event.preventDefault();
    const form = event.target;
    const trouble = form.querySelector('[data-trouble]');
    trouble.hidden = true;
    try {
      const answer = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
      if (!answer.ok) throw new Error(String(answer.status));
      form.remove();
      this.shadowRoot.querySelector('[data-done]').hidden = false;
    } catch {
      trouble.hidden = false;
    }
  }
}

customElements.define('guest-review', GuestReview);
