"""That it arrives, once, whatever is out of order."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, fill_contact, is_sent, on_submit
from e2e.widget.visitor import Visitor

OUTBOX_EMPTY = "!Object.keys(localStorage).some((key) => key.startsWith('leadsbot:%s:'))"


def outbox_empties(v: Visitor) -> None:
    v.judge()
    v.wait(OUTBOX_EMPTY % v.token)


@case("LeadsBot is down while the form is sent: it arrives from the next page, once")
def down_then_up(v: Visitor) -> None:
    v.open(CONTACT)
    fill_contact(v)
    v.relay.stop()
    v.click("button")
    v.arrives("/thanks")
    v.judge()
    v.relay.start()
    v.go("/page")
    is_sent(v)
    outbox_empties(v)
    v.go("/page")
    is_sent(v)


@case("LeadsBot answers 503 while the form is sent: it is sent again by the page that stays, once")
def unavailable_then_back(v: Visitor) -> None:
    v.relay.breaks(503)
    v.open(CONTACT + on_submit("await fetch('/ajax/200', { method: 'POST', body: data }); form.remove();"))
    fill_contact(v)
    v.click("button")
    v.judge()
    v.relay.wait(lambda: v.relay.events(v.token, "submit"), "the submission")
    v.relay.mends()
    is_sent(v)
    outbox_empties(v)


@case("Stored, but the answer was lost on its way: sent again from the outbox, and still one lead")
def answer_lost(v: Visitor) -> None:
    v.relay.loses_answers = True
    v.open(CONTACT)
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    v.lead(confirmation="confirmed")
    v.relay.loses_answers = False
    v.go("/page")
    outbox_empties(v)
    is_sent(v)
    batches = [batch["id"] for batch in v.relay.batches(v.token) if '"submit"' in str(batch).replace("'", '"')]
    assert len(batches) > len(set(batches)), "nothing was sent again"


@case("A batch that LeadsBot will never take (400) isn't sent forever")
def refused_for_good(v: Visitor) -> None:
    v.relay.breaks(400)
    v.open(CONTACT)
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    v.go("/page")
    outbox_empties(v)


@case(
    "Offline while the form is sent, then online again: it arrives, once",
    but={"webkit": "Its driver can't take the network away: LeadsBot is closed instead."},
)
def offline(v: Visitor) -> None:
    v.open(CONTACT + on_submit("setTimeout(() => form.remove(), 50);"))
    fill_contact(v)
    v.goes_offline()
    v.click("button")
    v.wait("!document.querySelector('form')")
    v.judge()
    v.wait(f"!({OUTBOX_EMPTY % v.token})")
    v.comes_online()
    is_sent(v)
    outbox_empties(v)


@case("Two tabs with the same outbox send it once")
def two_pages(v: Visitor) -> None:
    v.open(CONTACT)
    fill_contact(v)
    v.relay.stop()
    v.click("button")
    v.arrives("/thanks")
    v.judge()
    v.relay.start()
    v.page('<iframe src="/page" width="300" height="200"></iframe>' * 2, "/two")
    v.go("/two")
    is_sent(v)


@case("The tab is closed right after the click")
def closed_at_once(v: Visitor) -> None:
    v.open(CONTACT + on_submit("fetch('/ajax/slow', { method: 'POST', body: data });"))
    fill_contact(v)
    v.click("button")
    v.close_page()
    is_sent(v, "attempted")


@case("A message of 20,000 characters arrives whole")
def long_message(v: Visitor) -> None:
    text = "Is June free? " * 1428
    v.open(CONTACT)
    fill_contact(v, message="")
    v.run(f"document.querySelector('[name=message]').value = {text!r};")
    v.click("button")
    v.arrives("/thanks")
    assert v.lead(confirmation="confirmed")["message"].strip() == text.strip()


@case("The same in a language of which a character is three bytes")
def long_message_in_chinese(v: Visitor) -> None:
    text = "六月有空吗" * 3990
    v.open(CONTACT)
    fill_contact(v, message="")
    v.run(f"document.querySelector('[name=message]').value = {text!r};")
    v.click("button")
    v.arrives("/thanks")
    message = v.lead(confirmation="confirmed")["message"]
    assert text.startswith(message) and len(message) >= 10_000


@case("Long texts in many fields: bodies stay under 64 KiB, and each field keeps what fits")
def long_texts(v: Visitor) -> None:
    areas = "".join(f'<textarea name="t{n}"></textarea>' for n in range(5))
    inside = f'<input type="email" name="email">{areas}<button>Go</button>'
    v.open(f'<form name="long" method="post" action="/send">{inside}</form>')
    v.fill("[name=email]", v.email)
    v.run(
        "for (let n = 0; n < 5; n++) { const t = document.querySelector(`[name=t${n}]`);"
        " t.value = 'abcde'[n].repeat(19000);"
        " t.dispatchEvent(new Event('input', { bubbles: true })); }"
    )
    v.click("button")
    v.arrives("/thanks")
    lead = v.lead()
    values = v.values(lead)
    lengths = [len(values[f"t{n}"]) for n in range(5)]
    assert lead["email"] == v.email and min(lengths) >= 5000, lengths


@case("Many submissions while LeadsBot is down: bodies are split, each arrives once")
def many_at_once(v: Visitor) -> None:
    v.open(CONTACT + on_submit("window.n = (window.n || 0) + 1; form.reset();"))
    v.relay.stop()
    for n in range(3):
        v.fill("[name=name]", "Jane Doe")
        v.fill("[name=email]", v.email)
        v.run(f"document.querySelector('[name=message]').value = 'Round {n} ' + 'x'.repeat(19900);")
        v.click("button")
        v.wait(f"window.n === {n + 1}")
    v.judge()
    v.leave()
    v.relay.start()
    v.go("/page")
    lead = v.lead()
    told = v.until(lambda: v.told(lead) if len(v.told(lead)) == 3 else [], "all three")
    rounds = {field["value"][:7] for one in told for field in one["fields"] if field["name"] == "message"}
    assert rounds == {"Round 0", "Round 1", "Round 2"}
