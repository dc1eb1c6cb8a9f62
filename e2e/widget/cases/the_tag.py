"""The tag, wherever and however it comes into the page."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, fill_contact, is_sent, on_submit, script, sends
from e2e.widget.visitor import Visitor


@case("document.currentScript is null (a module, a bundle, a tag manager)")
def current_script_null(v: Visitor) -> None:
    hide = "Object.defineProperty(Document.prototype, 'currentScript', { get: () => null, configurable: true });"
    sends(v, head=script(hide))


@case("A tag manager strips the data attributes: the token stands on the address (?token=)")
def attributes_stripped(v: Visitor) -> None:
    tag = v.tag(data=False).replace(' id="leadsbot-listener"', "")
    sends(v, tag=tag)


@case("A tag manager injects the script some time after the page was loaded")
def injected_by_manager(v: Visitor) -> None:
    v.open(CONTACT, tag="", ready="nothing")
    fill_contact(v)
    if v.tagged:
        v.run(f"""const s = document.createElement('script'); s.async = true; s.src = '{v.relay.url}/widget.js';
        s.setAttribute('data-token', '{v.token}'); document.head.append(s);""")
        v.wait("!!(window.LeadsBot && LeadsBot.flush)")
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


@case("A tag manager injects the token on the address and removes the script element again")
def injected_and_removed(v: Visitor) -> None:
    v.open(CONTACT, tag="", ready="nothing")
    if v.tagged:
        v.run(f"""const s = document.createElement('script'); s.src = '{v.relay.url}/widget.js?token={v.token}';
        document.body.append(s); s.remove(); document.body.append(s); s.onload = () => s.remove();""")
        v.wait("!!(window.LeadsBot && LeadsBot.flush)")
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


@case("The tag at the end of the body, neither async nor defer")
def tag_in_body(v: Visitor) -> None:
    v.open(CONTACT + v.tag().replace(" async", ""), tag="")
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


@case("A form that is sent before the settings are there: it waits for them in memory, and goes")
def before_settings(v: Visitor) -> None:
    v.relay.hold()
    v.open(
        CONTACT + on_submit("await fetch('/ajax/200', { method: 'POST', body: data }); form.remove();"), ready="script"
    )
    fill_contact(v)
    v.click("button")
    v.wait("!document.querySelector('form')")
    v.relay.release()
    is_sent(v)


@case("A plain form that is sent before the settings are there: it goes without them as the page leaves")
def before_settings_native(v: Visitor) -> None:
    v.relay.hold()
    v.open(CONTACT, ready="script")
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    v.relay.release()
    is_sent(v)


@case("Two tags with tokens of two sites: the page is the first one's, whole")
def two_tokens(v: Visitor) -> None:
    other = v.tag().replace(v.token, "another-token-77").replace(' id="leadsbot-listener"', "")
    v.open(CONTACT, tag=(v.tag() + other).replace(" async", ""))
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)
    assert not [one.path for one in v.relay.requests if "another-token-77" in one.path]
