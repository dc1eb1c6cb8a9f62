"""A form that the dashboard defines (`data-mode="form"`), drawn by the second file into a shadow root."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, fill_contact, is_sent
from e2e.widget.visitor import Visitor

FIELDS = [
    {"name": "name", "label": "Your name", "type": "text", "required": True},
    {"name": "email", "label": "E-mail", "type": "email", "required": True},
    {"name": "message", "label": "Message", "type": "textarea"},
]
INSIDE = "#place > div >>> "


def tag(v: Visitor) -> str:
    return v.tag('data-container="#place"').replace('data-mode="listener"', 'data-mode="form"')


def open_hosted(v: Visitor) -> None:
    """Define a form for the case's site, and open a page that asks for it."""
    made = {"site_id": v.site_row["id"], "name": "Call me", "definition": {"fields": FIELDS, "button": "Send"}}
    if v.tagged:
        v.world.house.api.post("/api/v1/hosted-forms", made)
    v.open('<h1>Welcome</h1><div id="place"></div>', tag=tag(v))
    v.wait("!!document.querySelector('#place > div')?.shadowRoot?.querySelector('form')")


@case("It is drawn where the page wants it, and what is sent is a confirmed lead", own_style=True)
def hosted(v: Visitor) -> None:
    open_hosted(v)
    fill_contact(v, inside=INSIDE)
    v.click(INSIDE + "button")
    lead = v.lead(confirmation="confirmed")
    assert (lead["name"], lead["email"], lead["message"]) == ("Jane Doe", v.email, "Is June free?")
    assert lead["form_name"] == "Call me" and len(v.told(lead)) == 1


@case("Left half filled: how far they got is known as with any other form", own_style=True)
def hosted_progress(v: Visitor) -> None:
    open_hosted(v)
    v.fill(INSIDE + "[name=name]", "Jane Doe")
    v.leave()
    session = v.session(completion_percent=33)
    assert (session["form_name"], session["last_field"]) == ("Call me", "Your name")


@case("With data-consent=required it is sent all the same: the visitor asked for it", own_style=True)
def hosted_without_consent(v: Visitor) -> None:
    made = {"site_id": v.site_row["id"], "name": "Call me", "definition": {"fields": FIELDS, "button": "Send"}}
    v.world.house.api.post("/api/v1/hosted-forms", made)
    v.open('<div id="place"></div>', tag=tag(v).replace(" async", ' data-consent="required" async'), ready="script")
    v.wait("!!document.querySelector('#place > div')?.shadowRoot?.querySelector('form')")
    fill_contact(v, inside=INSIDE)
    v.click(INSIDE + "button")
    lead = v.lead(confirmation="confirmed")
    assert lead["email"] == v.email
    assert v.evaluate("Object.keys({ ...localStorage, ...sessionStorage })") == []


@case("A page that asks for no hosted form loads nothing for one")
def not_loaded(v: Visitor) -> None:
    v.open(CONTACT)
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)
    assert not [one for one in v.relay.requests if "hosted" in one.path]
