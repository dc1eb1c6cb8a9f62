/*
 * What is never sent, whatever the page calls it: passwords, cards, one-time codes, files; and fields read without those.
 */
const SECRET_NAME =
  / ((card|cc) ?(n(o|um(ber)?)|code|exp(iry)?|cv[vc])|(credit|debit) ?card|kreditkarte|(kredit)?kartennummer|cv[vc]|csc|security code|(re|h)?captcha|ssn|social security|iban|pass(port|wor[dt])|reisepass|ausweisnummer) /;
const SECRET_TOKEN = /\b(cc-|(current|new)-password|one-time-code)/i;

const wasPassword = new WeakSet();
const listed = (list, ...names) =>
  list.some((item) => names.some((name) => name?.toLowerCase() === item.toLowerCase()));

/** Luhn's check (ISO/IEC 7812-1) over 13 to 19 digits, and over the first 15 or 16: an expiry date may follow. */
function isCard(run) {
  const digits = run.replace(/\D/g, '');
  return [digits.length, 15, 16].some(
    (length) =>
      length < 20 &&
      digits[length - 1] &&
      [...digits.slice(0, length)].reduce((sum, digit, i) => sum + +((length - i) % 2 ? digit : '0246813579'[digit]), 0) %
        10 ===
        0,
  );
}

/** The value without card numbers. A phone is none, unless its name speaks of a card. */
function withoutCards(value, isPhone, names) {
  const speaks = / (card|cc|karte) /.test(names);
  if (!speaks && isPhone) return value;
  return value.replace(/\+?\d([\s.-]{0,2}\d){12,}/g, (run) => ((speaks || run[0] !== '+') && isCard(run) ? '••••' : run));
}

/** Those of the elements that have a value and may be sent, as fields by their names. */
function read(elements) {
  const found = new Map();
  elements.forEach(
    safe((el) => {
      const raw = is(el, ':disabled') ? '' : valueOf(el);
      if (!raw.trim()) return;
      const label = labelOf(el);
      const type = el.type || el.localName;
      const names = [attr(el, 'name'), attr(el, 'id'), label, attr(el, 'placeholder')].map(words);
      // What stands beside a text area is prose ("never tell us your card number"), not its name.
      const spoken = type === 'textarea' ? names[0] : names.join('|');
      const purpose = attr(el, 'autocomplete');
      if (/password|file/.test(type) || wasPassword.has(el) || SECRET_TOKEN.test(purpose) || SECRET_NAME.test(spoken)) return;
      const name = nameOf(el);
      const before = found.get(name);
      // What it means the server says; here is only what the page says of it.
      const means = (attr(el, 'data-leadsbot-field') || purpose || attr(el, 'inputmode')).slice(0, 200);
      const value = ((before ? before.value + ', ' : '') + withoutCards(raw, type === 'tel', spoken)).slice(0, 20000);
      found.set(name, { name, label, type, means, value, from: () => el }); // JSON leaves functions out
    }),
  );
  return found;
}
