"""What a form is sent by: which of its buttons, and how that was pressed."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, fill_contact, is_sent, on_submit
from e2e.widget.visitor import Visitor

TWO = CONTACT.replace(
    "<button>Send</button>",
    '<button name="plan" value="basic">Basic</button><button name="plan" value="full">All of it</button>',
)


def sent_by(v: Visitor, **custom: str) -> None:
    """Make sure that one lead came of it, with these answers beside the contact's own."""
    is_sent(v)
    assert v.lead()["custom_data"] == custom


@case("Two buttons with a value each: the one that was pressed, as the browser sends it")
def one_of_two(v: Visitor) -> None:
    v.open(TWO)
    fill_contact(v)
    v.click("[value=full]")
    v.arrives("/thanks")
    assert any("plan=full" in request.text for request in v.site.requests)
    sent_by(v, plan="full")


@case("The same in a form that the page sends by script, after a check")
def one_of_two_by_script(v: Visitor) -> None:
    send = "data.append(e.submitter.name, e.submitter.value); await fetch('/ajax/200', { method: 'POST', body: data });"
    v.open(TWO + on_submit(send))
    fill_contact(v)
    v.click("[value=basic]")
    sent_by(v, plan="basic")


@case("The same, stopped, checked and sent by form.submit(): one submission")
def one_of_two_checked(v: Visitor) -> None:
    v.open(TWO + on_submit("setTimeout(() => form.submit(), 200);"))
    fill_contact(v)
    v.click("[value=full]")
    v.arrives("/thanks")
    sent_by(v, plan="full")


@case("Enter in a field presses the first of them")
def one_of_two_by_enter(v: Visitor) -> None:
    v.open(TWO)
    fill_contact(v)
    v.focus("[name=email]")
    v.press("Enter")
    v.arrives("/thanks")
    sent_by(v, plan="basic")


@case("A lone button says nothing by its value, nor do two without one")
def says_nothing(v: Visitor) -> None:
    v.open(CONTACT.replace("<button>", '<input type="submit" name="op" value="Send it"><button name="x">'))
    fill_contact(v)
    v.click("[name=op]")
    v.arrives("/thanks")
    sent_by(v)


@case("A picture as the button (type=image): the form is sent, the place of the click is nobody's answer")
def picture(v: Visitor) -> None:
    v.open(CONTACT.replace("<button>Send</button>", '<input type="image" name="go" alt="Send" src="data:,">'))
    fill_contact(v)
    v.click("[name=go]")
    v.arrives("/thanks")
    sent_by(v)


@case("A button that disables itself and the fields as it is pressed: what was typed counts")
def disables_itself(v: Visitor) -> None:
    code = (
        "for (const el of form.elements) el.disabled = true; await fetch('/ajax/200', { method: 'POST', body: data });"
    )
    v.open(CONTACT + on_submit(code))
    fill_contact(v)
    v.click("button")
    sent_by(v)
