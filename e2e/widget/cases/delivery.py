"""That it arrives, once: from pages of every kind, and whatever is out of order."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, fill_contact, is_sent, on_submit, script
from e2e.widget.visitor import Visitor

AJAX = on_submit("await original('/ajax/200', { method: 'POST', body: data });")
KEEP = "window.original = window.fetch.bind(window);"
OUTBOX_EMPTY = "!Object.keys(localStorage).some((key) => key.startsWith('leadsbot:%s:'))"


def sends(v: Visitor, body: str = CONTACT, ready: str = "settings", **more: str) -> None:
    v.open(body, ready=ready, **more)
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


def outbox_empties(v: Visitor) -> None:
    v.judge()
    v.wait(OUTBOX_EMPTY % v.token)


# Pages that took the browser's own functions away


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


# Content-Security-Policy


def policy(v: Visitor, *more: str, connect: str | None = None) -> dict[str, str]:
    api = v.relay.url if connect is None else connect
    parts = ["default-src 'none'", f"script-src 'nonce-n' {v.relay.url}", f"connect-src {api}", "img-src 'self' data:",
             "form-action 'self'", "base-uri 'none'", *more]  # fmt: skip
    return {"content-security-policy": "; ".join(parts)}


@case("A strict Content-Security-Policy: connect-src is the API alone")
def strict_policy(v: Visitor) -> None:
    v.open(CONTACT, headers=policy(v))
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


@case("A policy of nonces alone (script-src 'nonce-…'), which the tag carries")
def nonce_policy(v: Visitor) -> None:
    allowed = f"script-src 'nonce-n'; connect-src {v.relay.url}; img-src 'self' data:"
    headers = {"content-security-policy": f"default-src 'none'; {allowed}"}
    v.open(CONTACT, tag=v.tag('nonce="n"'), headers=headers)
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


@case("Trusted Types are enforced")
def trusted_types(v: Visitor) -> None:
    v.open(CONTACT, headers=policy(v, "require-trusted-types-for 'script'", "trusted-types 'none'"))
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


@case("The page's policy blocks connect-src: told by an image where img-src allows one, and the owner sees why")
def blocked_by_policy(v: Visitor) -> None:
    headers = policy(v, connect="'none'")
    headers["content-security-policy"] = headers["content-security-policy"].replace("img-src", f"img-src {v.relay.url}")
    v.open(CONTACT, headers=headers, ready="script")
    refused = v.until(lambda: [one for one in v.refusals() if one["reason"] == "csp"], "word of it")
    assert refused[0]["origin"] == v.site.url and "connect-src" in refused[0]["hint"]


@case(
    "The page's policy blocks connect-src and images too: nothing is known, and nothing breaks",
    impossible="A policy that lets no request through lets none of ours through.",
)
def blocked_altogether(v: Visitor) -> None:
    v.open(CONTACT, headers=policy(v, connect="'none'"), ready="script")
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    v.go("/page", ready="script")
    assert v.leads() == [] and v.events() == []


# The tag


@case("document.currentScript is null (a module, a bundle, a tag manager)")
def current_script_null(v: Visitor) -> None:
    hide = "Object.defineProperty(Document.prototype, 'currentScript', { get: () => null, configurable: true });"
    sends(v, head=script(hide))


@case("A tag manager strips the data attributes: the token stands on the address (?token=)")
def attributes_stripped(v: Visitor) -> None:
    tag = v.tag(data=False).replace(' id="leadsbot-listener"', "")
    v.open(CONTACT, tag=tag)
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


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


# Networks


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
    "Offline while the form is sent, then online again: it arrives, once", but={"webkit": "LeadsBot's port is closed."}
)
def offline(v: Visitor) -> None:
    v.open(CONTACT + on_submit("setTimeout(() => form.remove(), 50);"))
    fill_contact(v)
    v.driver.set_offline(True)
    v.click("button")
    v.wait("!document.querySelector('form')")
    v.judge()
    v.wait(f"!({OUTBOX_EMPTY % v.token})")
    v.driver.set_offline(False)
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
    v.driver.close_page()
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
        " t.value = `${n}`.repeat(19000);"
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


# Pages that come back, and pages that come early


@case("Back by the browser's button (bfcache): the page goes on being seen")
def bfcache(v: Visitor) -> None:
    v.open(CONTACT + script("addEventListener('pageshow', (e) => { window.persisted = e.persisted; });"))
    v.leave()
    v.driver.back()
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
    v.driver.back()
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
