"""What happened field by field, as the form's report tells it."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, fill_contact, on_submit
from e2e.widget.visitor import Json, Visitor


def fields(v: Visitor, told: Json) -> dict[str, Json]:
    return {one["name"]: one for one in told["fields"]}


def report(v: Visitor) -> dict[str, Json]:
    return fields(v, v.report("contact", lambda told: told["sampled_sessions"] == 1))


@case("The order in which fields were entered, not that in which they stand")
def order(v: Visitor) -> None:
    v.open(CONTACT)
    v.fill("[name=message]", "Is June free?")
    v.fill("[name=name]", "Jane Doe")
    v.leave()
    told = report(v)
    assert [*told] == ["name", "email", "message"]
    assert (told["message"]["entered_order"], told["name"]["entered_order"]) == (1, 2)
    assert told["email"]["entered_order"] is None and told["email"]["entered"]["count"] == 0
    assert told["name"]["label"] == "Your name"


@case("Time in a field, and hesitation before the first key")
def times(v: Visitor) -> None:
    v.open(CONTACT)
    v.focus("[name=name]")
    v.wait("new Promise((done) => setTimeout(() => done(true), 300))")  # the visitor thinks
    v.type("Jane")
    v.wait("new Promise((done) => setTimeout(() => done(true), 100))")
    v.fill("[name=email]", v.email)
    v.leave()
    told = report(v)
    assert told["name"]["hesitation"]["median_ms"] >= 290
    assert told["name"]["time"]["median_ms"] >= told["name"]["hesitation"]["median_ms"] + 90
    assert told["message"]["time"]["count"] == 0


@case("What was done while the second file was on its way comes first, though another file is waited for behind it")
def in_order(v: Visitor) -> None:
    v.relay.hold("widget-engaged")
    v.relay.hold("widget-rare")  # asked for by the audit of a page that nobody knows yet
    v.open(CONTACT)
    v.focus("[name=name]")
    v.wait("new Promise((done) => setTimeout(() => done(true), 300))")
    v.relay.release("widget-engaged")
    v.type("Jane")
    v.relay.release("widget-rare")
    v.leave()
    assert report(v)["name"]["hesitation"]["median_ms"] >= 290


@case("A field that was answered, left and changed again is a correction and a refocus")
def correction(v: Visitor) -> None:
    v.open(CONTACT)
    v.fill("[name=name]", "Jane")
    v.fill("[name=email]", v.email)
    v.fill("[name=name]", "Jane Doe")
    v.leave()
    told = report(v)
    assert (told["name"]["corrections"]["total"], told["name"]["refocuses"]["total"]) == (1, 1)
    assert (told["email"]["corrections"]["total"], told["email"]["refocuses"]["total"]) == (0, 0)


@case("Characters taken back are deletions")
def deletions(v: Visitor) -> None:
    v.open(CONTACT)
    v.fill("[name=name]", "Janee")
    for _ in range(3):
        v.press("Backspace")
    v.type("ne")
    v.leave()
    told = report(v)
    assert told["name"]["deletions"]["total"] == 3 and told["email"]["deletions"]["total"] == 0


@case("What an input method takes back while it composes (Safari, Japanese) is no deletion")
def composing(v: Visitor) -> None:
    v.open(CONTACT)
    v.fill("[name=name]", "Jane")
    for kind in ("insertCompositionText", "deleteCompositionText", "insertFromComposition", "deleteContentBackward"):
        v.run(
            f"document.activeElement.dispatchEvent(new InputEvent('input', {{ bubbles: true, inputType: '{kind}' }}));"
        )
    v.leave()
    assert report(v)["name"]["deletions"]["total"] == 1


@case("What was left blank, in a form that was sent and in one that wasn't")
def blank(v: Visitor) -> None:
    v.open(CONTACT)
    v.fill("[name=email]", v.email)
    v.click("button")
    v.arrives("/thanks")
    v.lead(confirmation="confirmed")
    told = report(v)
    assert told["message"]["blank_when_submitted"]["count"] == 1 and told["email"]["blank"]["count"] == 0
    assert told["email"]["filled"]["count"] == 1


@case("A validation error shown at a field, by the browser itself")
def invalid_native(v: Visitor) -> None:
    v.open(CONTACT.replace('name="email"', 'name="email" required'))
    v.fill("[name=name]", "Jane Doe")
    v.click("button")
    v.fill("[name=email]", "jane")
    v.click("button")
    v.leave()
    told = report(v)
    assert told["email"]["invalid"]["total"] == 2 and told["name"]["invalid"]["total"] == 0


@case("A validation error shown at a field, by the page (aria-invalid)")
def invalid_by_page(v: Visitor) -> None:
    v.open(
        CONTACT
        + on_submit("form.querySelector('[name=message]').setAttribute('aria-invalid', 'true'); window.shown = 1;")
    )
    fill_contact(v)
    v.click("button")
    v.wait("!!window.shown")
    v.leave()
    told = v.report("contact", lambda told: told["senders"] == 1)
    assert fields(v, told)["message"]["invalid"]["total"] == 1
    assert told["submitters"] == 0 and told["never_accepted"]["count"] == 1


@case("The last field before leaving, beside the counts it is made of")
def last_field(v: Visitor) -> None:
    v.open(CONTACT)
    v.fill("[name=name]", "Jane Doe")
    v.fill("[name=email]", v.email)
    v.leave()
    v.session(completion_percent=67)
    told = v.report("contact", lambda told: told["starters"] == 1)
    [place] = told["drop_off"]
    assert (place["field"], place["count"], place["of"]) == ("E-mail", 1, 1)


@case("Time from seeing the form to the first answer, and from there to its sending")
def to_start_and_finish(v: Visitor) -> None:
    v.open(CONTACT)
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    v.lead(confirmation="confirmed")
    told = v.report("contact", lambda told: told["submitters"] == 1)
    assert told["time_to_start"]["count"] == 1 and told["time_to_finish"]["count"] == 1
    assert told["conversion"]["views_to_submitters"] == {"rate": 1.0, "count": 1, "of": 1}


@case("Numbers and labels alone: no word of what was typed is in what is told of fields")
def no_values(v: Visitor) -> None:
    v.open(CONTACT)
    v.fill("[name=message]", "swordfish-77")
    v.fill("[name=message]", "swordfish-78")
    v.leave()
    report(v)
    assert "swordfish" not in v.sent


@case(
    "Values that the browser filled in are flagged",
    not_in=("firefox", "webkit"),
    but={"firefox": "Its autofill can't be driven.", "webkit": "Its autofill can't be driven."},
)
def autofilled(v: Visitor) -> None:
    v.open(
        CONTACT.replace('name="name"', 'name="name" autocomplete="name"').replace(
            'name="email"', 'name="email" autocomplete="email"'
        )
    )
    v.click("[name=name]")
    v.driver.autofill("[name=name]", {"NAME_FULL": "Jane Doe", "EMAIL_ADDRESS": v.email})
    v.wait("document.querySelector('[name=email]').value !== ''")
    v.leave()
    told = report(v)
    assert told["name"]["autofilled"]["count"] == 1 and told["email"]["autofilled"]["count"] == 1
    assert told["message"]["autofilled"]["count"] == 0
    assert v.session()["fields_completed"] == 2
