"""Forms that are sent, natively and by script."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, fill_contact, nothing_but_the_control, on_submit, script
from e2e.widget.visitor import Visitor


def is_sent(v: Visitor, confirmation: str = "confirmed") -> None:
    """One lead, with all that was typed in."""
    lead = v.lead(confirmation=confirmation)
    assert (lead["name"], lead["email"], lead["message"]) == ("Jane Doe", v.email, "Is June free?")
    assert len(v.told(lead)) == 1


@case("A plain form is a confirmed lead with its values")
def plain(v: Visitor) -> None:
    v.open(CONTACT)
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


@case("A form sent with the Enter key is a confirmed lead")
def enter_key(v: Visitor) -> None:
    v.open(CONTACT)
    fill_contact(v)
    v.focus("[name=email]")
    v.press("Enter")
    v.arrives("/thanks")
    is_sent(v)


@case("stopImmediatePropagation at document hides nothing")
def stopped_at_document(v: Visitor) -> None:
    v.open(
        CONTACT, head="<script>document.addEventListener('submit', e => e.stopImmediatePropagation(), true)</script>"
    )
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


@case("A handler that resets the form at once takes nothing away: values are taken before it runs")
def reset_by_handler(v: Visitor) -> None:
    v.open(CONTACT + script("form.addEventListener('submit', (e) => { e.preventDefault(); form.reset(); });"))
    fill_contact(v)
    v.click("button")
    is_sent(v)


@case("form.submit(), which fires no submit event, is a confirmed lead", but={"webkit": "formdata, then pagehide"})
def form_submit(v: Visitor) -> None:
    v.open(CONTACT + '<a id="go" href="#">Send it</a>' + script("go.onclick = () => form.submit();"))
    fill_contact(v)
    v.click("#go")
    v.arrives("/thanks")
    is_sent(v)


@case("form.submit() of a GET form is a confirmed lead", but={"webkit": "formdata, then pagehide"})
def form_submit_get(v: Visitor) -> None:
    body = CONTACT.replace('method="post"', 'method="get"') + '<button id="go">Send it</button>'
    v.open(body + script("go.onclick = () => form.submit();"))
    fill_contact(v)
    v.click("#go")
    v.arrives("/send")
    is_sent(v)


@case("new FormData(form) by the page's own autosave is no lead, on leaving neither")
def formdata_alone(v: Visitor) -> None:
    save = script(
        "form.addEventListener('input', () => fetch('/ajax/save',"
        " { method: 'POST', body: new URLSearchParams(new FormData(form)) }));"
    )
    v.open(CONTACT + save)
    fill_contact(v)
    v.leave()
    nothing_but_the_control(v)


@case("A form sent by fetch and answered 200 is a confirmed lead")
def fetch_ok(v: Visitor) -> None:
    v.open(CONTACT + on_submit("await fetch('/ajax/200', { method: 'POST', body: data });"))
    fill_contact(v)
    v.click("button")
    is_sent(v)


@case("A double click is one lead")
def double_click(v: Visitor) -> None:
    v.open(CONTACT + on_submit("await fetch('/ajax/200', { method: 'POST', body: data });"))
    fill_contact(v)
    v.double_click("button")
    is_sent(v)


@case("A field in a shadow root is seen")
def shadow_probe(v: Visitor) -> None:
    v.open(
        "<x-contact></x-contact><script nonce=n>customElements.define('x-contact', class extends HTMLElement {"
        " connectedCallback() { this.attachShadow({ mode: 'open' }).innerHTML = `" + CONTACT + "` } })</script>"
    )
    v.fill("x-contact >>> [name=name]", "Jane Doe")
    v.fill("x-contact >>> [name=email]", v.email)
    v.fill("x-contact >>> [name=message]", "Is June free?")
    v.click("x-contact >>> button")
    v.arrives("/thanks")
    is_sent(v)
