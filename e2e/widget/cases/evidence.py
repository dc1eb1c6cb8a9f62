"""Forms that the page sends by script: what tells that it was taken, that it was refused, and that nobody knows."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, control, fill_contact, is_sent, nothing_but_the_control, on_submit, script
from e2e.widget.serving import Answer, Request
from e2e.widget.visitor import Visitor

POST = "await fetch('/ajax/200', { method: 'POST', body: data });"
# A page that shows what is wrong with the message until it is long enough; it asks nobody.
SHOWS = "const message = form.querySelector('[name=message]'); const wrong = message.value.length < 8;"


def sends(v: Visitor, code: str, confirmation: str = "confirmed", body: str = CONTACT) -> None:
    v.open(body + on_submit(code))
    fill_contact(v)
    v.click("button")
    is_sent(v, confirmation)


def corrects(v: Visitor, body: str, first_is_shown: str) -> None:
    """Send it wrong, wait until the page says so, correct it, send it again: one lead, with the corrected words."""
    v.open(body)
    fill_contact(v, message="June?")
    v.click("button")
    v.wait(first_is_shown)
    v.fill("[name=message]", "Is June free?")
    v.click("button")
    is_sent(v)
    assert "June?" not in [one["value"] for event in v.events("submit") for one in event["fields"]]


def validates(request: Request) -> Answer:
    """A backend that wants more words."""
    right = b"Is+June" in request.body
    return Answer(200 if right else 422, b'{"errors":{}}', {"content-type": "application/json"})


@case("fetch answered 200: confirmed")
def fetch_200(v: Visitor) -> None:
    sends(v, POST)


@case("fetch answered 204, with JSON and another method: confirmed")
def fetch_204(v: Visitor) -> None:
    json = "{ method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify([...data]) }"
    sends(v, f"await fetch('/ajax/204', {json});")


@case("XMLHttpRequest answered 200: confirmed")
def xhr_200(v: Visitor) -> None:
    sends(v, "const x = new XMLHttpRequest(); x.open('POST', '/ajax/200'); x.send(data);")


@case("The request begins only after a check of some tenths of a second: confirmed")
def fetch_after_a_while(v: Visitor) -> None:
    sends(v, "await new Promise((done) => setTimeout(done, 600)); " + POST)


@case("The page resets its form when the answer is there: confirmed, with what was typed")
def fetch_then_reset(v: Visitor) -> None:
    sends(v, POST + " form.reset();")


@case("Answered 422, then corrected: one lead, with the corrected words")
def answered_422(v: Visitor) -> None:
    v.site.answers["/validate"] = validates
    told = "const r = await fetch('/validate', { method: 'POST', body: data }); window.answered = r.status;"
    corrects(v, CONTACT + on_submit(told), "window.answered === 422")


@case("XMLHttpRequest answered 422, then corrected")
def answered_422_to_xhr(v: Visitor) -> None:
    v.site.answers["/validate"] = validates
    told = (
        "const x = new XMLHttpRequest(); x.open('POST', '/validate');"
        " x.onload = () => { window.answered = x.status; }; x.send(data);"
    )
    corrects(v, CONTACT + on_submit(told), "window.answered === 422")


@case("Answered 422 and given up: no lead, and a session that shows the attempt")
def answered_422_and_left(v: Visitor) -> None:
    v.site.answers["/validate"] = validates
    v.open(CONTACT + on_submit("window.answered = (await fetch('/validate', { method: 'POST', body: data })).status;"))
    fill_contact(v, message="June?")
    v.click("button")
    v.wait("window.answered === 422")
    v.leave()
    nothing_but_the_control(v)
    assert v.session(form_name="contact")["state"] == "started"
    v.report("contact", lambda told: told["senders"] == 1 and told["never_accepted"]["count"] == 1)


@case("aria-invalid shown by the page, then corrected")
def shown_by_aria_invalid(v: Visitor) -> None:
    check = SHOWS + " message.setAttribute('aria-invalid', wrong); if (wrong) return; " + POST
    corrects(v, CONTACT + on_submit(check), "!!document.querySelector('[aria-invalid=true]')")


@case("An error beside the field, newly shown by the page, then corrected")
def shown_by_error_class(v: Visitor) -> None:
    error = "'<span class=error>Please say more</span>'"
    check = f"{SHOWS} if (wrong) {{ message.insertAdjacentHTML('afterend', {error}); return; }}"
    clear = " form.querySelector('.error')?.remove(); "
    corrects(v, CONTACT + on_submit(check + clear + POST), "!!document.querySelector('.error')")


@case("An error class on the field's group (is-invalid, has-error), then corrected")
def shown_by_class_on_group(v: Visitor) -> None:
    check = f"{SHOWS} message.parentElement.classList.toggle('has-error', wrong);"
    mark = " message.classList.toggle('is-invalid', wrong); if (wrong) return; "
    corrects(v, CONTACT + on_submit(check + mark + POST), "!!document.querySelector('.is-invalid')")


@case("Answered 200 with a refusal inside (Contact Form 7: aria-invalid and a tip), then corrected")
def answered_200_but_refused(v: Visitor) -> None:
    tip = "'<span class=\"wpcf7-not-valid-tip\" aria-hidden=true>Please fill in</span>'"
    check = (
        "await fetch('/ajax/200', { method: 'POST', body: data });"
        + SHOWS
        + " message.setAttribute('aria-invalid', wrong);"
        " form.querySelector('.wpcf7-not-valid-tip')?.remove();"
        f" if (wrong) message.insertAdjacentHTML('afterend', {tip});"
    )
    corrects(v, CONTACT + on_submit(check), "!!document.querySelector('[aria-invalid=true]')")


@case("novalidate, and the page's script stops it while :invalid; then corrected")
def stopped_while_invalid(v: Visitor) -> None:
    body = CONTACT.replace("<form", "<form novalidate").replace('name="message"', 'name="message" required')
    check = (
        "form.addEventListener('submit', (e) => { if (!form.checkValidity()) { e.preventDefault(); asked = true; } });"
    )
    v.open(body + script(check))
    v.fill("[name=name]", "Jane Doe")
    v.fill("[name=email]", v.email)
    v.click("button")
    v.wait("!!window.asked")
    v.fill("[name=message]", "Is June free?")
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


@case("Refused, and left so: no lead")
def refused_and_left(v: Visitor) -> None:
    v.open(CONTACT + on_submit(SHOWS + " message.setAttribute('aria-invalid', true);"))
    fill_contact(v)
    v.click("button")
    v.wait("!!document.querySelector('[aria-invalid=true]')")
    v.leave()
    nothing_but_the_control(v)


@case("A GET that polls and is answered 200 confirms nothing: attempted")
def get_poll(v: Visitor) -> None:
    sends(v, "fetch('/ajax/200'); fetch('/ajax/200?poll=2');", "attempted")


@case("An analytics request (keepalive POST, beacon) confirms nothing: attempted")
def analytics(v: Visitor) -> None:
    hit = "fetch('/ajax/200?hit', { method: 'POST', keepalive: true, body: '{}' });"
    sends(v, hit + " navigator.sendBeacon('/ajax/200?beacon', '{}');", "attempted")


@case("A POST that was under way before and is answered now confirms nothing: attempted")
def request_from_before(v: Visitor) -> None:
    early = script("fetch('/ajax/slow', { method: 'POST', body: 'early' });")
    v.open(CONTACT + early + on_submit("window.tried = true;"))
    fill_contact(v)
    v.click("button")
    v.wait("!!window.tried")
    v.site.gate.set()
    is_sent(v, "attempted")


@case("Answered 500: nobody knows, so attempted, and kept")
def answered_500(v: Visitor) -> None:
    sends(v, "await fetch('/ajax/500', { method: 'POST', body: data });", "attempted")


@case("The form is taken out of the page: confirmed")
def form_removed(v: Visitor) -> None:
    sends(v, "setTimeout(() => { form.outerHTML = '<p>Thank you</p>'; }, 150);")


@case("The form is hidden: confirmed")
def form_hidden(v: Visitor) -> None:
    sends(v, "setTimeout(() => { form.hidden = true; }, 150);")


@case("What is around the form is hidden: confirmed")
def form_hidden_by_parent(v: Visitor) -> None:
    sends(v, "setTimeout(() => { form.parentElement.hidden = true; }, 150);", body=f"<div>{CONTACT}</div>")


@case("The form is reset: confirmed")
def form_reset(v: Visitor) -> None:
    sends(v, "setTimeout(() => form.reset(), 150);")


@case("The address changes (history.pushState): confirmed")
def url_changed(v: Visitor) -> None:
    sends(v, "setTimeout(() => history.pushState({}, '', '/done'), 150);")


@case(
    "The page goes elsewhere by script: confirmed",
    but={"webkit": "Without the Navigation API it looks as if the visitor left: kept as attempted."},
)
def location_changed(v: Visitor) -> None:
    v.open(CONTACT + on_submit("setTimeout(() => { location.href = '/thanks'; }, 150);"))
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v, "attempted" if v.driver.name == "webkit" else "confirmed")


@case("No evidence at all after a few seconds: attempted, kept, and marked so")
def no_evidence(v: Visitor) -> None:
    sends(v, "", "attempted")


@case("Confirmed after it was stored as attempted: the same lead is upgraded")
def upgraded(v: Visitor) -> None:
    v.open(CONTACT + on_submit("window.tries = (window.tries || 0) + 1; if (tries > 1) { " + POST + " }"))
    fill_contact(v)
    v.click("button")
    is_sent(v, "attempted")
    v.click("button")
    lead = v.lead(confirmation="confirmed")
    control(v)
    assert {one["confirmation"] for one in v.told(lead)} >= {"confirmed"}


@case("How often they sent it is known: two refused, the third taken")
def resubmitters(v: Visitor) -> None:
    v.open(
        CONTACT
        + on_submit(
            "window.n = (window.n || 0) + 1; await fetch(n < 3 ? '/ajax/400' : '/ajax/200',"
            " { method: 'POST', body: data }); window.done = n;"
        )
    )
    for n, message in enumerate(("One", "Two", "Is June free?"), 1):
        fill_contact(v, message=message)
        v.click("button")
        v.wait(f"window.done === {n}")
    is_sent(v)
    v.report("contact", lambda told: told["resubmitters"] == 1 and told["submitters"] == 1)


@case("fetch with a Request made before, as ky and service clients do, answered 200: confirmed")
def fetch_request(v: Visitor) -> None:
    sends(v, "await fetch(new Request('/ajax/200', { method: 'POST', body: data }));")
