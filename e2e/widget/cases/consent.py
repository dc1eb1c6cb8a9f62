"""Consent: nothing before it, nothing after it was taken back, and what browsers ask for honoured as the site sets."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, fill_contact, is_sent, on_submit, script
from e2e.widget.visitor import Visitor

REQUIRED = 'data-consent="required"'
STORED = "Object.keys({ ...localStorage, ...sessionStorage })"
GPC = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true, configurable: true });"
DNT = "Object.defineProperty(Navigator.prototype, 'doNotTrack', { get: () => '1', configurable: true });"


def stays_quiet(v: Visitor) -> None:
    """Make sure that anonymous counts at most left the page, nothing was stored, and no lead came of it."""
    assert {event["type"] for event in v.events()} <= {"view", "audit"}
    for batch in v.relay.batches(v.token):
        assert not {"first", "last", "device"} & {name for name in batch if batch[name]}, batch
        assert not batch["page"].get("title") and not batch["page"].get("ref")
    visits = [batch["visit"]["id"] for batch in v.relay.batches(v.token)]
    assert v.evaluate(STORED) == [] and not [one for one in visits if one in str(v.evaluate("({...localStorage})"))]
    assert v.leads() == [] and v.sessions() == []


def tries(v: Visitor, tag: str = "", head: str = "") -> None:
    """Fill in and send a form that stays on its page, and wait until the widget has its settings."""
    body = CONTACT + on_submit("await fetch('/ajax/200', { method: 'POST', body: data }); window.done = 1;")
    v.open(body, tag=v.tag(tag), head=head, ready="script")
    fill_contact(v)
    v.click("button")
    v.wait("!!window.done")
    v.judge()
    v.relay.wait(lambda: v.events("view"), "the anonymous view")


@case("data-consent=required: anonymous counts alone, nothing stored, no lead")
def required_by_tag(v: Visitor) -> None:
    tries(v, REQUIRED)
    stays_quiet(v)
    v.leave()
    assert v.leads() == []


@case("Required by the site's settings alone", consent="required")
def required_by_site(v: Visitor) -> None:
    tries(v)
    stays_quiet(v)


@case("The anonymous view says no more than which form was on which page")
def anonymous_view(v: Visitor) -> None:
    tries(v, REQUIRED)
    for batch in v.relay.batches(v.token):
        assert "?" not in batch["page"]["url"]
    assert v.report("contact", lambda told: told["views"] == 1)["starters"] == 0


@case("consent(true): from then on all is seen, on later pages too")
def given(v: Visitor) -> None:
    v.open(CONTACT, tag=v.tag(REQUIRED), ready="script")
    v.widget("consent(true)")
    if v.tagged:
        v.wait(f"{STORED}.length")  # the word is kept once the settings are there
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)
    v.go("/page")
    assert v.evaluate(STORED)


@case("consent(true) after the form was begun: what is sent then is taken whole")
def given_late(v: Visitor) -> None:
    v.open(CONTACT, tag=v.tag(REQUIRED), ready="script")
    fill_contact(v)
    v.widget("consent(true)")
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


@case("consent(false): what was stored is forgotten, unsent batches too, and nothing follows")
def taken_back(v: Visitor) -> None:
    body = CONTACT + on_submit(
        "await fetch('/ajax/200', { method: 'POST', body: data }); form.reset(); window.done = (window.done || 0) + 1;"
    )
    v.open(body)
    v.relay.breaks(503)
    fill_contact(v)
    v.click("button")
    v.wait("!!window.done")
    if v.tagged:
        v.relay.wait(lambda: v.relay.events(v.token, "submit"), "the submission")
    v.widget("consent(false)")
    assert v.evaluate(STORED) == [] or v.evaluate("JSON.stringify({...localStorage}).length") < 200
    assert v.email not in v.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage })")
    v.relay.mends()
    known = len(v.relay.batches(v.token))
    fill_contact(v)
    v.click("button")
    v.wait("window.done === 2")
    v.leave()
    v.go("/page", ready="script")
    assert v.leads() == [] and not [
        event for batch in v.relay.batches(v.token)[known:] for event in batch["events"] if event["type"] != "audit"
        and event["type"] != "view"
    ]  # fmt: skip


@case("consent(false), then consent(true): the visitor begins anew")
def changed_their_mind(v: Visitor) -> None:
    v.open(CONTACT)
    v.event("view")
    before = v.relay.batches(v.token)[0]["visit"]["id"]
    v.widget("consent(false)")
    v.widget("consent(true)")
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)
    assert before != v.relay.batches(v.token)[-1]["visit"]["id"]


@case("Global Privacy Control, on a site that honours it: as if consent were required", privacy_signals="honour")
def gpc_honoured(v: Visitor) -> None:
    tries(v, head=script(GPC))
    stays_quiet(v)


@case("Do Not Track, on a site that honours it", privacy_signals="honour")
def dnt_honoured(v: Visitor) -> None:
    tries(v, head=script(DNT))
    stays_quiet(v)


@case(
    "Global Privacy Control, honoured, and the visitor's own consent(true): the visitor's word counts",
    privacy_signals="honour",
)
def gpc_and_consent(v: Visitor) -> None:
    v.open(CONTACT, head=script(GPC), ready="script")
    v.widget("consent(true)")
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


@case("Global Privacy Control on a site that is set not to honour it", privacy_signals="ignore")
def gpc_not_honoured(v: Visitor) -> None:
    v.open(CONTACT, head=script(GPC + DNT))
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)
