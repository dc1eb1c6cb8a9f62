"""Pages that took the browser's own functions away, or changed them."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, fill_contact, on_submit, script, sends
from e2e.widget.visitor import Visitor

AJAX = on_submit("await original('/ajax/200', { method: 'POST', body: data });")
KEEP = "window.original = window.fetch.bind(window);"


def replaced(name: str, sentence: str, code: str) -> None:
    def run(v: Visitor) -> None:
        sends(v, head=script(KEEP + code))

    run.__name__ = f"fetch_{name}"
    case(f"The page replaced fetch before the widget came: {sentence}")(run)


replaced("rejects", "it rejects", "window.fetch = () => Promise.reject(new Error('no'));")
replaced("never_resolves", "it never answers", "window.fetch = () => new Promise(() => {});")
replaced("gives_garbage", "it gives garbage", "window.fetch = () => Promise.resolve('garbage');")
replaced("gives_nothing", "it gives nothing", "window.fetch = () => undefined;")
replaced("throws", "it throws", "window.fetch = () => { throw new Error('no'); };")
replaced("is_gone", "it is gone", "window.fetch = undefined;")
replaced("lies", "it says 200 and sends nothing", "window.fetch = async () => new Response('{}', { status: 202 });")


@case("The page replaced fetch with a wrapper that adds headers: no preflight comes of it")
def fetch_wrapped(v: Visitor) -> None:
    wrap = (
        "window.fetch = (url, init = {}) => original(url, { ...init, headers: { ...init.headers, 'x-trace': '1' } });"
    )
    sends(v, head=script(KEEP + wrap))


@case("The page replaced fetch and sendBeacon")
def fetch_and_beacon(v: Visitor) -> None:
    code = "window.fetch = () => Promise.reject(1); navigator.sendBeacon = () => false;"
    sends(v, head=script(code))


@case("The page sends its form by a fetch that it took aside before the widget came: a lead, once")
def fetch_taken_aside(v: Visitor) -> None:
    v.open(CONTACT + AJAX, head=script(KEEP))
    fill_contact(v)
    v.click("button")
    lead = v.lead()
    assert lead["message"] == "Is June free?" and len(v.told(lead)) == 1


@case("Prototype.js's Array.prototype.toJSON: what is sent is still JSON as it must be")
def to_json(v: Visitor) -> None:
    code = """for (const it of [Array, String, Number, Date]) Object.defineProperty(it.prototype, 'toJSON', {
      value() { return 'broken:' + this; }, enumerable: false, configurable: true, writable: true });"""
    sends(v, head=script(code))


@case("Enumerable additions to Object.prototype and Array.prototype")
def enumerable_additions(v: Visitor) -> None:
    code = "Object.prototype.extend = function () {}; Array.prototype.each = function () {}; Array.prototype.first = 1;"
    sends(v, head=script(code))


@case("localStorage throws")
def storage_throws(v: Visitor) -> None:
    code = (
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });"
    )
    sends(v, ready="script", head=script(code))


@case("localStorage is full")
def storage_full(v: Visitor) -> None:
    code = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"
    sends(v, ready="script", head=script(code))


@case("localStorage is null, as in some in-app browsers")
def storage_null(v: Visitor) -> None:
    sends(v, ready="script", head=script("Object.defineProperty(window, 'localStorage', { value: null });"))


@case("What others stored under our keys is no JSON")
def storage_garbage(v: Visitor) -> None:
    key = f"leadsbot:{v.token}"
    kept = {key: "no json {", f"{key}:x": "[]", f"{key}:y": "7"}
    code = "".join(f"localStorage.setItem('{name}', '{text}');" for name, text in kept.items())
    sends(v, ready="script", head=script(code))
