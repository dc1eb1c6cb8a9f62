// <star-rating name required>: one to five stars, a control of the form it stands in like any of the browser's own.
const RADIOS = [1, 2, 3, 4, 5]
  .map((stars) => `<label><input type="radio" name="star" value="${stars}"><span aria-hidden="true">★</span>` +
    `<span class="name">${stars} ${stars === 1 ? 'star' : 'stars'}</span></label>`)
  .join('');
const LOOK = `
  :host { display: block; }
  fieldset { border: 0; margin: 0; padding: 0; }
  legend { font-weight: 600; font-size: 0.95rem; padding: 0; }
  .stars { display: inline-flex; }
  label { position: relative; cursor: pointer; padding: 0.2rem; font-size: 2rem; line-height: 1; color: #bfc4b6; }
  label.lit { color: #c98a2b; }
  input { position: absolute; inset: 0; margin: 0; opacity: 0; cursor: pointer; }
  label:has(:focus-visible) { outline: 3px solid #c98a2b; outline-offset: 2px; border-radius: 6px; }
  .name { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;

class StarRating extends HTMLElement {
  static formAssociated = true;
  #internals = this.attachInternals();
  #root = this.attachShadow({ mode: 'open', delegatesFocus: true });

  connectedCallback() {
    this.#root.innerHTML = `<style>${LOOK}</style><fieldset><legend></legend><div class="stars">${RADIOS}</div></fieldset>`;
    this.#root.querySelector('legend').textContent = this.getAttribute('label') ?? 'Stars';
    this.#root.addEventListener('change', ({ target }) => {
      this.value = target.value;
      this.dispatchEvent(new Event('change', { bubbles: true }));
    });
    this.value = '';
  }

  get name() { return this.getAttribute('name'); }
  get form() { return this.#internals.form; }
  get value() { return this.#root.querySelector('input:checked')?.value ?? ''; }

  set value(stars) {
    const radios = [...this.#root.querySelectorAll('input')];
    for (const radio of radios) {
      radio.checked = radio.value === String(stars);
      radio.parentElement.classList.toggle('lit', Number(radio.value) <= Number(stars));
    }
    this.#internals.setFormValue(stars || null);
    const missing = this.hasAttribute('required') && !stars;
    this.#internals.setValidity({ valueMissing: missing }, missing ? 'Please choose one to five stars.' : '', radios[0]);
  }

  formResetCallback() { this.value = ''; }
}

customElements.define('star-rating', StarRating);
