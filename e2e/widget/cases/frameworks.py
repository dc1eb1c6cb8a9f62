"""Forms as libraries and frameworks send them; each is the real one, vendored."""

from __future__ import annotations

from urllib.parse import unquote_plus

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, fill_contact, is_sent, script
from e2e.widget.serving import Answer, Request
from e2e.widget.visitor import Visitor

JQUERY = '<script src="/vendor/jquery.min.js"></script>'
VALIDATE = '<script src="/vendor/jquery.validate.min.js"></script>'
HTMX = '<script src="/vendor/htmx.min.js"></script>'
TURBO = '<script src="/vendor/turbo.js"></script>'
VUE = '<script src="/vendor/vue.js"></script>'
REACT = (
    '<script src="/vendor/react.production.min.js"></script><script src="/vendor/react-dom.production.min.js"></script>'
)
# A contact form of controlled inputs that clears itself once it was taken, and says what is wrong where it wasn't.
REACT_FORM = """const { createElement: h, useState } = React;
const EMPTY = { name: '', email: '', message: '' };
function Contact() {
  const [values, setValues] = useState(EMPTY);
  const [wrong, setWrong] = useState(''); const [sent, setSent] = useState(0);
  const change = (e) => setValues({ ...values, [e.target.name]: e.target.value });
  const field = (name, type) => h('p', { key: name }, h('label', null, LABELS[name] + ' ',
    h(type, { name, value: values[name], 'aria-invalid': wrong === name || undefined, onChange: change })));
  const send = async (e) => { e.preventDefault(); const headers = { 'content-type': 'application/json' };
    const r = await fetch('/validate', { method: 'POST', body: JSON.stringify(values), headers });
    if (!r.ok) return setWrong('message'); setWrong(''); setValues(EMPTY); setSent(sent + 1); };
  return h('form', { name: 'contact', onSubmit: send, noValidate: true },
    field('name', 'input'), field('email', 'input'),
    field('message', 'textarea'), h('button', null, 'Send'), h('output', null, sent));
}
const LABELS = { name: 'Your name', email: 'E-mail', message: 'Message' };
ReactDOM.createRoot(document.getElementById('app')).render(h(Contact));"""
VUE_FORM = """Vue.createApp({
  data: () => ({ name: '', email: '', message: '', sent: false }),
  methods: { async send() { const body = JSON.stringify({ ...this.$data });
    await fetch('/validate', { method: 'POST', body }); this.sent = true; } },
  render() { const { h } = Vue;
    const field = (name, type) => h('p', [h('label', [name + ' ', h(type, { name, value: this[name],
      onInput: (e) => { this[name] = e.target.value; } })])]);
    const onSubmit = Vue.withModifiers(this.send, ['prevent']);
    return this.sent ? h('p', { id: 'thanks' }, 'Thank you') : h('form', { name: 'contact', onSubmit }, [
      field('name', 'input'), field('email', 'input'), field('message', 'textarea'), h('button', 'Send')]); },
}).mount('#app');"""


def enough(request: Request) -> bool:
    return "Is June" in unquote_plus(request.text)


def validates(request: Request) -> Answer:
    """A backend that wants more words."""
    right = enough(request)
    return Answer(200 if right else 422, b'{"errors":{}}', {"content-type": "application/json"})


def corrected(v: Visitor, refused: str, button: str = "button") -> None:
    """Send too few words, wait until the page refuses them, send enough: one lead, with these."""
    fill_contact(v, message="June?")
    v.click(button)
    v.wait(refused)
    v.fill("[name=message]", "Is June free?")
    v.click(button)
    is_sent(v)


@case("jQuery: $.ajax on submit")
def jquery_ajax(v: Visitor) -> None:
    code = "$(form).on('submit', (e) => { e.preventDefault(); $.post('/ajax/200', $(form).serialize()); });"
    v.open(CONTACT + JQUERY + script(code))
    fill_contact(v)
    v.click("button")
    is_sent(v)


@case("jQuery: return false and a 422 that is corrected")
def jquery_422(v: Visitor) -> None:
    v.site.answers["/validate"] = validates
    code = """$('form').submit(() => { $.ajax({ url: '/validate', method: 'POST', data: $('form').serialize(),
      error: (x) => { window.refused = x.status; } }); return false; });"""
    v.open(CONTACT + JQUERY + script(code))
    corrected(v, "window.refused === 422")


@case("jQuery: $(form).submit() and trigger('submit') by a link")
def jquery_trigger(v: Visitor) -> None:
    v.open(
        CONTACT
        + '<a id="go" href="#">Send</a>'
        + JQUERY
        + script("$('#go').click(() => { $('form').trigger('submit'); return false; });")
    )
    fill_contact(v)
    v.click("#go")
    v.arrives("/thanks")
    is_sent(v)


@case("jQuery's validation plugin: refused, corrected, then sent by form.submit()", own_style=True)
def jquery_validate(v: Visitor) -> None:
    code = "$('form').validate({ rules: { message: { required: true, minlength: 8 }, email: 'email' } });"
    v.open(CONTACT + JQUERY + VALIDATE + script(code))
    corrected(v, "!!document.querySelector('label.error, [aria-invalid=true]')")


@case("jQuery's validation plugin with a submitHandler that sends by $.ajax", own_style=True)
def jquery_validate_ajax(v: Visitor) -> None:
    code = """$('form').validate({ rules: { message: { minlength: 8 } },
      submitHandler: (form) => { $.post('/ajax/200', $(form).serialize()); } });"""
    v.open(CONTACT + JQUERY + VALIDATE + script(code))
    corrected(v, "!!document.querySelector('label.error, [aria-invalid=true]')")


def open_react(v: Visitor) -> None:
    v.site.answers["/validate"] = validates
    v.open('<div id="app"></div>' + REACT + script(REACT_FORM))


@case("React: controlled inputs that clear themselves on success")
def react(v: Visitor) -> None:
    open_react(v)
    fill_contact(v)
    v.click("button")
    v.wait("document.querySelector('output').textContent === '1'")
    is_sent(v)


@case("React: refused (422 and aria-invalid), then corrected")
def react_corrected(v: Visitor) -> None:
    open_react(v)
    corrected(v, "!!document.querySelector('[aria-invalid=true]')")


@case("Vue: a form that gives way to thanks")
def vue(v: Visitor) -> None:
    v.site.answers["/validate"] = validates
    v.open('<div id="app"></div>' + VUE + script(VUE_FORM))
    fill_contact(v)
    v.click("button")
    v.wait("!!document.querySelector('#thanks')")
    is_sent(v)


HX = CONTACT.replace('method="post" action="/send"', 'hx-post="/hx" hx-swap="outerHTML"')


@case("htmx: a form that is replaced by the answer", own_style=True, own_storage=True)
def htmx(v: Visitor) -> None:
    v.answers("/hx", 200, "<p id=thanks>Thank you</p>")
    v.open(HX + HTMX)
    fill_contact(v)
    v.click("button")
    v.wait("!!document.querySelector('#thanks')")
    is_sent(v)


@case("htmx: the answer (200) is the form again, with what is wrong; then corrected", own_style=True, own_storage=True)
def htmx_refused(v: Visitor) -> None:
    again = HX.replace("<textarea", '<span class="error">Please say more</span><textarea aria-invalid="true"')

    def answer(request: Request) -> Answer:
        right = enough(request)
        return Answer(200, b"<p id=thanks>Thank you</p>" if right else again.encode(), {"content-type": "text/html"})

    v.site.answers["/hx"] = answer
    v.open(HX + HTMX)
    fill_contact(v, message="June?")
    v.click("button")
    v.wait("!!document.querySelector('.error')")
    fill_contact(v)
    v.click("button")
    v.wait("!!document.querySelector('#thanks')")
    is_sent(v)


@case("htmx: 422, shown by the page; then corrected", own_style=True, own_storage=True)
def htmx_422(v: Visitor) -> None:
    v.site.answers["/hx"] = validates
    v.open(
        HX.replace('hx-swap="outerHTML"', 'hx-swap="none"')
        + HTMX
        + script("document.addEventListener('htmx:responseError', () => { window.refused = 1; });")
    )
    corrected(v, "!!window.refused")


@case("Turbo: a form that is answered with a redirect", own_style=True)
def turbo(v: Visitor) -> None:
    v.answers("/thanks", 200, "<!doctype html><title>Thanks</title><body><h1 id=thanks>Thank you</h1></body>")
    v.open(CONTACT, head=TURBO)
    fill_contact(v)
    v.click("button")
    v.wait("!!document.querySelector('#thanks')")
    is_sent(v)


@case("Turbo: 422 with the form again and what is wrong; then corrected", own_style=True)
def turbo_422(v: Visitor) -> None:
    again = CONTACT.replace("<textarea", '<span class="error">Please say more</span><textarea aria-invalid="true"')

    def answer(request: Request) -> Answer:
        if enough(request):
            return Answer(303, b"", {"location": "/thanks"})
        return Answer(
            422, f"<!doctype html><title>A page</title><body>{again}</body>".encode(), {"content-type": "text/html"}
        )

    v.site.answers["/send"] = answer
    v.answers("/thanks", 200, "<!doctype html><title>Thanks</title><body><h1 id=thanks>Thank you</h1></body>")
    v.open(CONTACT, head=TURBO)
    fill_contact(v, message="June?")
    v.click("button")
    v.wait("!!document.querySelector('.error')")
    fill_contact(v)
    v.click("button")
    v.wait("!!document.querySelector('#thanks')")
    is_sent(v)


@case("Turbo: pages that are swapped without a load; a form on the second is seen", own_style=True)
def turbo_pages(v: Visitor) -> None:
    v.page(CONTACT, "/second", head=TURBO)
    v.open('<a id="go" href="/second">Contact</a>', "/first", head=TURBO)
    v.click("#go")
    v.wait("location.pathname === '/second' && !!document.querySelector('form')")
    v.answers("/thanks", 200, "<!doctype html><title>Thanks</title><body><h1 id=thanks>Thank you</h1></body>")
    fill_contact(v)
    v.click("button")
    v.wait("!!document.querySelector('#thanks')")
    is_sent(v)
    assert v.lead()["page_url"] == f"{v.site.url}/second"
