"""Pages that come back, and pages that come early."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, fill_contact, is_sent, script
from e2e.widget.visitor import Visitor


@case("Back by the browser's button (bfcache): the page goes on being seen")
def bfcache(v: Visitor) -> None:
    v.open(CONTACT + script("addEventListener('pageshow', (e) => { window.persisted = e.persisted; });"))
    v.leave()
    v.back()
    v.wait("location.pathname === '/page' && !!document.querySelector('form')")
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


@case("Sent, and back by the browser's button: the filled-in form isn't sent again by itself")
def back_after_sending(v: Visitor) -> None:
    v.open(CONTACT)
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    v.back()
    v.wait("location.pathname === '/page' && !!document.querySelector('form')")
    v.leave()
    is_sent(v)


@case("A prerendered page counts nothing until it is shown")
def prerendered(v: Visitor) -> None:
    hide = """Object.defineProperty(document, 'prerendering', { get: () => !window.shown, configurable: true });
    window.show = () => { window.shown = true; document.dispatchEvent(new Event('prerenderingchange')); };"""
    v.open(CONTACT, head=script(hide), ready="nothing")
    if v.tagged:
        v.wait("performance.getEntriesByType('resource').some((one) => /widget/.test(one.name))")
    assert v.events() == []
    v.run("show()")
    v.form("contact")
