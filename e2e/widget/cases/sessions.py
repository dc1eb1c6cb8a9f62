"""A visitor's attempt at a form: seen, begun, a quarter, half, three quarters, left, sent."""

from __future__ import annotations

import json

import httpx

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, control, fill_contact, is_sent, on_submit
from e2e.widget.visitor import Visitor

FOUR = '<form name="four" method="post" action="/send">' + "".join(
    f'<p><label>{name} <input name="{name}"></label></p>' for name in ("one", "two", "three", "four")
) + "<button>Go</button></form>"  # fmt: skip
HIDE = """Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
Object.defineProperty(document, 'hidden', { value: true, configurable: true });
document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));"""


@case("Seen: a form that stands on the page is known to the site, and counted as a view")
def viewed(v: Visitor) -> None:
    v.open(CONTACT)
    assert v.form()["name"] == "contact"
    told = v.report(until=lambda told: told["views"] == 1)
    assert told["starters"] == 0 and v.sessions() == []


@case("Not seen: a form that is hidden is no view until it is shown")
def not_viewed_while_hidden(v: Visitor) -> None:
    v.open(f'{FOUR}<div id="box" hidden>{CONTACT}</div>')
    v.form("four")
    assert not [event for event in v.events("view") if event["form"]["key"] == "contact"]
    v.run("document.querySelector('#box').hidden = false;")
    v.click("#box [name=name]")
    v.form("contact")


@case("Begun: by the first answer, not by the first look; what was focused and left blank begins nothing")
def started(v: Visitor) -> None:
    v.open(CONTACT)
    v.click("[name=name]")
    v.leave()
    control(v)
    assert [one["form_name"] for one in v.sessions()] == ["control"]
    v.go("/page")
    v.fill("[name=name]", "J")
    v.leave()
    session = v.session(form_name="contact")
    assert (session["state"], session["last_field"], session["completion_percent"]) == ("started", "Your name", 33)


@case("A quarter, half and three quarters are told while the visitor is still there")
def quarters(v: Visitor) -> None:
    v.open(FOUR)
    for percent, name in ((25, "one"), (50, "two"), (75, "three")):
        v.fill(f"[name={name}]", "x")
        v.press("Tab")
        v.session(completion_percent=percent, state="started")


@case("Left: abandoned once idle for the site's minutes, with the field they left at", abandon_after_minutes=0.02)
def abandoned(v: Visitor) -> None:
    v.open(FOUR)
    v.fill("[name=one]", "x")
    v.fill("[name=two]", "y")
    v.leave()
    session = v.session(state="abandoned")
    assert (session["completion_percent"], session["last_field"], session["lead_id"]) == (50, "two", None)


@case("Sent: the session is submitted and knows its lead")
def submitted(v: Visitor) -> None:
    v.open(CONTACT)
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    lead = v.lead(confirmation="confirmed")
    session = v.session(state="submitted")
    assert (session["lead_id"], session["completion_percent"], session["fields_total"]) == (lead["id"], 100, 3)
    assert len(v.sessions()) == 1


@case("A form that is sent and filled in anew is another session")
def another_session(v: Visitor) -> None:
    v.open(CONTACT + on_submit("await fetch('/ajax/200', { method: 'POST', body: data }); form.reset();"))
    fill_contact(v)
    v.click("button")
    v.wait("document.querySelector('[name=email]').value === ''")
    v.session(state="submitted")
    v.fill("[name=name]", "Again")
    v.leave()
    v.session(state="started", completion_percent=33)
    assert len(v.sessions()) == 2


@case("Told when the page is hidden (another tab, a phone put away), though it never comes back")
def told_when_hidden(v: Visitor) -> None:
    v.open(FOUR)
    v.fill("[name=one]", "x")
    v.run(HIDE)
    v.session(completion_percent=25)


@case("Told when the tab is closed in the middle of a word")
def told_when_closed(v: Visitor) -> None:
    v.open(FOUR)
    v.fill("[name=one]", "half a wo")
    v.close_page()
    v.session(completion_percent=25)


@case("Told when a link is followed at once after the last key")
def told_when_left(v: Visitor) -> None:
    v.open(FOUR + '<p><a id="away" href="/elsewhere">Away</a></p>')
    v.fill("[name=one]", "x")
    v.fill("[name=two]", "y")
    v.click("#away")
    v.arrives("/elsewhere")
    v.session(completion_percent=50)


@case("The last word wins, in whatever order words arrive")
def last_word_wins(v: Visitor) -> None:
    v.open(FOUR)
    v.fill("[name=one]", "x")
    v.run("LeadsBot.flush()") if v.tagged else None
    v.session(completion_percent=25)
    v.fill("[name=two]", "y")
    v.fill("[name=three]", "z")
    v.leave()
    v.session(completion_percent=75)
    first = next(batch for batch in v.relay.batches(v.token) if _percent(batch) == 25)
    again = httpx.post(
        f"{v.relay.url}/api/w/{v.token}/events",
        content=json.dumps({**first, "id": "00000000-0000-4000-8000-000000000001"}),
        headers={"content-type": "text/plain", "origin": v.site.url},
    )
    assert again.status_code == 202
    control(v)
    assert v.session(form_name="four")["completion_percent"] == 75
    numbers = [event["seq"] for event in v.events("progress") if event["form"]["key"] == "four"]
    assert len(set(numbers)) > 1


def _percent(batch: dict[str, object]) -> int:
    events = batch["events"]
    assert isinstance(events, list)
    return max((event["percent"] for event in events if event["type"] == "progress"), default=0)


@case("Nothing is sent per key: a long text is two requests at most")
def nothing_per_key(v: Visitor) -> None:
    v.open(CONTACT)
    v.event("view")
    v.fill("[name=message]", "Is June free? " * 20)
    mid_text = len(v.events("progress"))
    v.leave()
    v.session(completion_percent=33)
    assert mid_text <= 1 and len(v.events("progress")) <= 3


@case("A form that is sent without a word of progress before it has a session all the same")
def sent_at_once(v: Visitor) -> None:
    v.open(CONTACT)
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)
    assert v.session(state="submitted")["completion_percent"] == 100


@case("Without leave to keep values, no value of a form that wasn't sent leaves the page")
def no_values_of_unsent(v: Visitor) -> None:
    v.open(CONTACT)
    fill_contact(v, message="swordfish-77")
    v.leave()
    v.session(completion_percent=100, state="started")
    assert v.email not in v.sent and "swordfish-77" not in v.sent and v.leads() == []


@case("partial_values=contact: who they are, nothing else; the lead stands at Form Started", partial_values="contact")
def partial_contact(v: Visitor) -> None:
    v.open(CONTACT)
    fill_contact(v, message="swordfish-77")
    v.leave()
    lead = v.lead()
    assert (lead["stage"], lead["email"], lead["name"]) == ("Form Started", v.email, "Jane Doe")
    assert lead["message"] == "" and "swordfish-77" not in v.sent


@case("partial_values=contact, fields named in German", partial_values="contact")
def partial_contact_german(v: Visitor) -> None:
    body = CONTACT.replace("Your name", "Vorname").replace('name="name"', 'name="f1"').replace("Message", "Nachricht")
    v.open(body.replace('name="message"', 'name="f2"'))
    v.fill("[name=f1]", "Jane")
    v.fill("[name=email]", v.email)
    v.fill("[name=f2]", "swordfish-77")
    v.leave()
    assert v.lead()["first_name"] == "Jane"
    assert "swordfish-77" not in v.sent


@case("partial_values=all: all of it, but what is too sensitive", partial_values="all")
def partial_all(v: Visitor) -> None:
    v.open(CONTACT.replace("<button>", '<label>Card number <input name="card_number"></label><button>'))
    fill_contact(v, message="Is June free?")
    v.fill("[name=card_number]", "4111 1111 1111 1111")
    v.leave()
    lead = v.lead()
    assert (lead["stage"], lead["message"]) == ("Form Started", "Is June free?")
    assert "4111" not in v.sent


@case("partial_values=all: what was being typed at the first word is told with the last", partial_values="all")
def partial_half_typed(v: Visitor) -> None:
    v.open(CONTACT)
    v.fill("[name=email]", v.email)
    v.session(state="started")
    v.leave()
    assert v.lead()["email"] == v.email


@case("partial_values=all, then sent: the same lead, now New, and one submission", partial_values="all")
def partial_then_sent(v: Visitor) -> None:
    v.open(CONTACT)
    v.fill("[name=name]", "Jane Doe")
    v.fill("[name=email]", v.email)
    v.widget("flush()")
    if v.tagged:
        v.lead(stage="Form Started")
        v.judged = False
    v.fill("[name=message]", "Is June free?")
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)
    assert v.lead()["stage"] == "New"
