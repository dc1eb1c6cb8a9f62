"""Shadow roots and frames: what can be seen is, what can't be is said so."""

from __future__ import annotations

import json

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, component, fill_contact, is_sent, nothing_but_the_control, on_submit, script
from e2e.widget.patience import eventually
from e2e.widget.visitor import Visitor

CLOSED = "A closed shadow root shows nothing to any script of the page."
FOREIGN = "A frame of another origin shows nothing to the page; its own page may carry the tag."


def sends(v: Visitor, body: str, inside: str) -> None:
    v.open(body)
    fill_contact(v, inside=inside)
    v.click(inside + "button")
    v.arrives("/thanks")
    is_sent(v)


@case("A form in an open shadow root")
def open_shadow(v: Visitor) -> None:
    sends(v, "<x-contact></x-contact>" + component("x-contact", CONTACT), "x-contact >>> ")


@case("A form in an open shadow root within another")
def nested_shadow(v: Visitor) -> None:
    outer = component("x-page", "<section><x-contact></x-contact></section>") + component("x-contact", CONTACT)
    sends(v, "<x-page></x-page>" + outer, "x-page >>> x-contact >>> ")


@case("A form in an open shadow root that is sent by script and answered 200")
def shadow_ajax(v: Visitor) -> None:
    then = """root.querySelector('form').addEventListener('submit', async (e) => { e.preventDefault();
      const form = e.target; // null once the event has left the shadow root
      const body = new URLSearchParams(new FormData(form));
      await fetch('/ajax/200', { method: 'POST', body }); form.remove(); });"""
    v.open("<x-contact></x-contact>" + component("x-contact", CONTACT, then=then))
    fill_contact(v, inside="x-contact >>> ")
    v.click("x-contact >>> button")
    is_sent(v)


@case("A form in an open shadow root that is sent by form.submit()", but={"webkit": "formdata, then pagehide"})
def shadow_form_submit(v: Visitor) -> None:
    then = "root.querySelector('b').onclick = () => root.querySelector('form').submit();"
    v.open("<x-contact></x-contact>" + component("x-contact", CONTACT + "<b>Send</b>", then=then))
    fill_contact(v, inside="x-contact >>> ")
    v.click("x-contact >>> b")
    v.arrives("/thanks")
    is_sent(v)


@case("A declarative shadow root")
def declarative_shadow(v: Visitor) -> None:
    sends(v, f'<div id="host"><template shadowrootmode="open">{CONTACT}</template></div>', "#host >>> ")


@case("Fields that are slotted into a component stay the page's own form")
def slotted(v: Visitor) -> None:
    body = CONTACT.replace("<p>", "<x-frame><p>", 1).replace("<button>", "</x-frame><button>")
    sends(v, body + component("x-frame", "<div><slot></slot></div>"), "")


@case("A form in an open shadow root that is left half filled: how far it got is known")
def shadow_progress(v: Visitor) -> None:
    v.open("<x-contact></x-contact>" + component("x-contact", CONTACT))
    v.fill("x-contact >>> [name=name]", "Jane Doe")
    v.leave()
    session = v.session(completion_percent=33)
    assert (session["last_field"], session["fields_total"]) == ("Your name", 3)


@case("A form in a closed shadow root: not seen, and the audit says so", impossible=CLOSED)
def closed_shadow(v: Visitor) -> None:
    v.open("<x-vault></x-vault>" + component("x-vault", CONTACT, "closed", "window.vault = root;"))
    for name, text in (("name", "Jane Doe"), ("email", v.email), ("message", "Is June free?")):
        v.fill(f"js: window.vault.querySelector('[name={name}]')", text)
    assert {"what": "shadow", "where": "x-vault"} in v.audit("/page", lambda page: page["missed"])["missed"]
    v.click("js: window.vault.querySelector('button')")
    v.arrives("/thanks")
    nothing_but_the_control(v)


def _is_looked_into(v: Visitor) -> None:
    """Wait as people do: what comes late in a frame is seen a moment later, before they find the first field."""
    if v.tagged:
        v.wait("performance.getEntriesByType('resource').some((one) => one.name.includes('widget-engaged'))")


def _is_sent_inside(v: Visitor) -> None:
    """Let the frame come to where its form leads, and see that the lead is there."""
    v.wait("location.pathname === '/thanks' && document.readyState === 'complete'", "#f")
    is_sent(v)


@case("A form in an iframe of the same origin")
def iframe(v: Visitor) -> None:
    v.page(CONTACT, "/inner", tag="")
    v.open('<iframe id="f" src="/inner" width="600" height="500"></iframe>')
    fill_contact(v, inside="#f ||| ")
    v.click("#f ||| button")
    _is_sent_inside(v)


@case("A form in an iframe without an address (srcdoc), put in late")
def iframe_srcdoc(v: Visitor) -> None:
    v.open("<h1>Nothing yet</h1>")
    v.run(
        f"const f = document.createElement('iframe'); f.id = 'f'; f.width = 600; f.height = 500;"
        f" f.srcdoc = {json.dumps(CONTACT)}; document.body.append(f);"
    )
    v.wait("!!document.querySelector('form')", "#f")
    _is_looked_into(v)
    fill_contact(v, inside="#f ||| ")
    v.click("#f ||| button")
    _is_sent_inside(v)


@case("A form in an iframe of the same origin that is sent by script and answered 200")
def iframe_ajax(v: Visitor) -> None:
    v.page(CONTACT + on_submit("await fetch('/ajax/200', { method: 'POST', body: data });"), "/inner", tag="")
    v.open('<iframe id="f" src="/inner" width="600" height="500"></iframe>')
    fill_contact(v, inside="#f ||| ")
    v.click("#f ||| button")
    is_sent(v)


@case("A form in an iframe of the same origin that is sent by form.submit()", but={"webkit": "formdata, then pagehide"})
def iframe_form_submit(v: Visitor) -> None:
    v.page(CONTACT + '<b id="go">Send</b>' + script("go.onclick = () => form.submit();"), "/inner", tag="")
    v.open('<iframe id="f" src="/inner" width="600" height="500"></iframe>')
    fill_contact(v, inside="#f ||| ")
    v.click("#f ||| #go")
    _is_sent_inside(v)


@case("An iframe of the same origin that goes on to another page with a form")
def iframe_navigated(v: Visitor) -> None:
    v.page('<a id="next" href="/inner">Next</a>', "/before", tag="")
    v.page(CONTACT, "/inner", tag="")
    v.open('<iframe id="f" src="/before" width="600" height="500"></iframe>')
    v.click("#f ||| #next")
    v.wait("location.pathname === '/inner' && document.readyState === 'complete'", "#f")
    _is_looked_into(v)
    fill_contact(v, inside="#f ||| ")
    v.click("#f ||| button")
    _is_sent_inside(v)


@case("An iframe of the same origin that carries the tag itself: one lead, not two")
def iframe_with_tag(v: Visitor) -> None:
    v.page(CONTACT, "/inner")
    v.open('<iframe id="f" src="/inner" width="600" height="500"></iframe>')
    if v.tagged:
        v.wait("!!(window.LeadsBot || parent.LeadsBot)", "#f")
    fill_contact(v, inside="#f ||| ")
    v.click("#f ||| button")
    _is_sent_inside(v)
    assert len({event["id"] for event in v.events("submit")}) == 1


def framed(v: Visitor, allowed: bool, tag: str | None = None) -> None:
    """Open a page that came by a campaign, with a frame of another origin in it; both hear all messages."""
    hears = script(
        "window.heard = []; addEventListener('message', (e) => heard.push(JSON.stringify(e.data) + e.origin));"
    )
    if allowed:
        v.set_site(allowed_origins=[v.site.url, v.stranger.url])
    v.stranger.page("/framed", CONTACT, hears + (v.tag() if tag is None else tag))
    v.page(f'<iframe id="f" src="{v.stranger.url}/framed" width="600" height="500"></iframe>', head=hears)
    v.go("/page?utm_source=fair&utm_campaign=spring")


@case("A form in an iframe of another origin that carries the tag: a lead of the parent's visit")
def foreign_frame(v: Visitor) -> None:
    framed(v, allowed=True)
    if v.tagged:
        v.wait("!!(window.LeadsBot && LeadsBot.flush)", "#f")
        # Each asks about the other's origin; it takes a person longer to fill in anything.
        eventually(lambda: len([one for one in v.relay.answered if "?frame=" in one.path]) > 1, "both answers")
    fill_contact(v, inside="#f ||| ")
    v.click("#f ||| button")
    lead = v.lead_at(v.stranger.url + "/", confirmation="confirmed")
    assert (lead["email"], lead["utm_source"], lead["utm_campaign"]) == (v.email, "fair", "spring")


@case("A frame whose origin the site doesn't allow is told nothing of the visit, and gets nothing stored")
def strangers_frame(v: Visitor) -> None:
    framed(v, allowed=False)
    fill_contact(v, inside="#f ||| ")
    heard = v.evaluate("window.heard", "#f")
    v.click("#f ||| button")
    v.wait("location.pathname !== '/framed'", "#f")
    visit = _visit_after_control(v)
    assert visit not in str(heard)


def _visit_after_control(v: Visitor) -> str:
    nothing_but_the_control(v)
    return str(v.relay.batches(v.token)[-1]["visit"]["id"])


@case("A stranger's frame that asks for the visit by itself is told nothing")
def strangers_frame_asks(v: Visitor) -> None:
    # It sends on whatever it hears, as a script that had listened to others would.
    asks = """window.asked = 0;
    const words = ['leadsbot', { leadsbot: 1 }, { leadsbot: 'visit' }, { type: 'leadsbot' }];
    setInterval(() => { asked++; for (const word of [...words, ...heard]) parent.postMessage(word, '*'); }, 50);"""
    framed(v, allowed=False, tag=script(asks))
    v.wait("window.asked > 5", "#f")
    heard = v.evaluate("window.heard", "#f")
    assert _visit_after_control(v) not in str(heard)


@case("A page of ours in a stranger's frame set is told nothing by it, and tells it nothing of the visit")
def strangers_parent(v: Visitor) -> None:
    hears = script("window.heard = []; addEventListener('message', (e) => heard.push(JSON.stringify(e.data)));")
    v.page(CONTACT, "/inner")
    v.stranger.page("/outer", f'<iframe id="f" src="{v.site.url}/inner" width="600" height="500"></iframe>', hears)
    v.go(v.stranger.url + "/outer", ready="nothing")
    if v.tagged:
        v.wait("!!(window.LeadsBot && LeadsBot.flush)", "#f")
    fill_contact(v, inside="#f ||| ")
    v.click("#f ||| button")
    is_sent(v)
    visit = v.relay.batches(v.token)[-1]["visit"]["id"]
    assert visit not in str(v.evaluate("window.heard"))


@case("A frame of another origin without the tag: not seen, and the audit says so", impossible=FOREIGN)
def foreign_frame_without_tag(v: Visitor) -> None:
    framed(v, allowed=False, tag="")
    fill_contact(v, inside="#f ||| ")
    assert {"what": "frame", "where": v.stranger.url} in v.audit("/page", lambda page: page["missed"])["missed"]
    v.click("#f ||| button")
    nothing_but_the_control(v)
    assert v.email not in v.sent.replace(f"control-{v.email}", "")


@case("A stranger's frame that knows the token and tells everybody of a visit it made up is believed by nobody")
def forged_visit(v: Visitor) -> None:
    visit = "{ id: '00000000-0000-4000-8000-000000000077', at: Date.now() }"
    touch = "{ at: 1, url: 'https://evil.test/?utm_source=evil', ref: '' }"
    word = f"{{ leadsbot: '{v.token}', visit: {visit}, first: {touch}, last: {touch} }}"
    tells = f"""setInterval(() => {{ const word = {word};
      parent.postMessage(word, '*'); for (let i = 0; i < parent.length; i++) parent[i].postMessage(word, '*'); }}, 30);
      window.heard = []; addEventListener('message', (e) => {{ if (e.source !== window) heard.push(e.data); }});"""
    v.set_site(allowed_origins=[v.site.url])
    v.stranger.page("/evil", "<p>An advertisement</p>", script(tells))
    v.page(CONTACT + f'<iframe id="f" src="{v.stranger.url}/evil" width="600" height="300"></iframe>')
    v.go("/page?utm_source=fair")
    fill_contact(v)
    heard = v.evaluate("window.heard", "#f")
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)
    assert v.lead()["utm_source"] == "fair" and heard == []
    assert "000000000077" not in v.sent and "evil" not in str(v.lead())


@case("A form that the page's script writes into an empty iframe some time after (HubSpot)")
def iframe_written(v: Visitor) -> None:
    v.open('<iframe id="f" width="600" height="500"></iframe>')
    v.run(f"setTimeout(() => {{ frames[0].document.body.innerHTML = {json.dumps(CONTACT)}; }}, 700);")
    v.wait("document.forms.length === 1", "#f")
    fill_contact(v, inside="#f ||| ")
    v.click("#f ||| button")
    _is_sent_inside(v)
