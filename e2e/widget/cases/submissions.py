"""Forms that the browser itself sends, in all the ways there are."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, fill_contact, is_sent, nothing_but_the_control, on_submit, script
from e2e.widget.visitor import Visitor

BY_PAGEHIDE = {"webkit": "There is no Navigation API: formdata, then pagehide, must do."}
LINK = '<p><a id="go" href="#">Send it</a></p>'


def sends(v: Visitor, body: str, button: str = "button", arrives: str = "/thanks") -> None:
    """Fill in the contact form of this page and send it; one confirmed lead comes of it."""
    v.open(body)
    fill_contact(v)
    v.click(button)
    v.arrives(arrives)
    is_sent(v)


@case("A plain form is a confirmed lead with its values")
def plain(v: Visitor) -> None:
    sends(v, CONTACT)


@case("A form sent with the Enter key")
def enter_key(v: Visitor) -> None:
    v.open(CONTACT)
    fill_contact(v)
    v.focus("[name=email]")
    v.press("Enter")
    v.arrives("/thanks")
    is_sent(v)


@case("stopImmediatePropagation() at document hides nothing")
def stopped_at_document(v: Visitor) -> None:
    stop = script("document.addEventListener('submit', (e) => e.stopImmediatePropagation(), true);")
    v.open(CONTACT, head=stop)
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


@case("A handler that resets the form at once: values are taken before it runs")
def reset_by_handler(v: Visitor) -> None:
    v.open(CONTACT + script("form.addEventListener('submit', (e) => { e.preventDefault(); form.reset(); });"))
    fill_contact(v)
    v.click("button")
    is_sent(v)


@case("A handler that empties the fields and then lets the browser send: what the visitor typed counts")
def emptied_by_handler(v: Visitor) -> None:
    empty = script("form.addEventListener('submit', () => { form.querySelector('[name=message]').value = ''; });")
    sends(v, CONTACT + empty)


@case("form.submit(), which fires no submit event", but=BY_PAGEHIDE)
def form_submit(v: Visitor) -> None:
    sends(v, CONTACT + LINK + script("go.onclick = () => { form.submit(); return false; };"), "#go")


@case("form.submit() of a GET form", but=BY_PAGEHIDE)
def form_submit_get(v: Visitor) -> None:
    body = CONTACT.replace('method="post"', 'method="get"') + LINK
    sends(v, body + script("go.onclick = () => { form.submit(); return false; };"), "#go", "/send")


@case("form.submit() of a form with a field named submit", but=BY_PAGEHIDE)
def form_submit_by_prototype(v: Visitor) -> None:
    body = CONTACT.replace("<button>", '<button name="submit" value="yes">') + LINK
    call = "go.onclick = () => { HTMLFormElement.prototype.submit.call(form); return false; };"
    sends(v, body + script(call), "#go")


@case("form.submit() some time after the click that asked for it", but=BY_PAGEHIDE)
def form_submit_later(v: Visitor) -> None:
    sends(
        v, CONTACT + LINK + script("go.onclick = () => { setTimeout(() => form.submit(), 150); return false; };"), "#go"
    )


@case("form.submit() of a form that was made for the purpose and holds hidden fields alone is no lead of ours")
def form_submit_hidden(v: Visitor) -> None:
    made = (
        "go.onclick = () => { const made = document.createElement('form'); made.method = 'post';made.action = '/out';"
        " made.innerHTML = '<input type=hidden name=csrf value=secret-token-77>'; document.body.append(made);"
        " made.submit(); return false; };"
    )
    v.open(CONTACT + LINK + script(made))
    v.click("#go")
    v.arrives("/thanks")
    nothing_but_the_control(v)
    assert "secret-token-77" not in v.sent


@case("new FormData(form) by the page's own autosave is no lead, when the visitor leaves neither")
def formdata_alone(v: Visitor) -> None:
    save = script(
        "form.addEventListener('input', () => fetch('/ajax/save',"
        " { method: 'POST', body: new URLSearchParams(new FormData(form)) }).catch(() => {}));"
    )
    v.open(CONTACT + save)
    fill_contact(v)
    v.leave()
    nothing_but_the_control(v)
    assert v.email not in str(
        [event for event in v.events("view", "progress", "submit") if event["form"]["key"] == "contact"]
    )


@case("new FormData(form) and then a link to another page is no lead")
def formdata_then_link(v: Visitor) -> None:
    link = '<p><a id="away" href="/elsewhere">Our prices</a></p>'
    v.open(
        CONTACT + link + script("away.addEventListener('click', () => { window.draft = [...new FormData(form)]; });")
    )
    fill_contact(v)
    v.click("#away")
    v.arrives("/elsewhere")
    nothing_but_the_control(v)


@case("requestSubmit()")
def request_submit(v: Visitor) -> None:
    sends(v, CONTACT + LINK + script("go.onclick = () => { form.requestSubmit(); return false; };"), "#go")


@case("A script that stops the event, checks, and sends with requestSubmit(): one lead, confirmed")
def checked_then_request_submit(v: Visitor) -> None:
    check = """let ok = false; form.addEventListener('submit', (e) => { if (ok) return;
      e.preventDefault(); setTimeout(() => { ok = true; form.requestSubmit(); }, 100); });"""
    sends(v, CONTACT + script(check))


@case("A script that stops the event, checks, and sends with form.submit(): one lead, confirmed", but=BY_PAGEHIDE)
def checked_then_form_submit(v: Visitor) -> None:
    check = "form.addEventListener('submit', (e) => { e.preventDefault(); setTimeout(() => form.submit(), 100); });"
    sends(v, CONTACT + script(check))


@case("A button's own formaction and formmethod: sent, with the page's own request as it was")
def formaction(v: Visitor) -> None:
    button = '<button id="other" formaction="/other" formmethod="get" name="how" value="fast">Send fast</button>'
    sends(v, CONTACT.replace("</form>", button + "</form>"), "#other", "/other")


@case("A button with formnovalidate sends what its form would refuse")
def formnovalidate(v: Visitor) -> None:
    button = '<button id="later" formnovalidate formaction="/draft">Save for later</button>'
    body = CONTACT.replace("</form>", f'<label>Age <input name="age" required></label>{button}</form>')
    sends(v, body, "#later")


@case("What the browser's own validation holds back is no lead; once corrected it is one")
def held_back_by_validation(v: Visitor) -> None:
    v.open(CONTACT.replace('name="email"', 'name="email" required'))
    v.fill("[name=name]", "Jane Doe")
    v.fill("[name=message]", "Is June free?")
    v.click("button")
    v.fill("[name=email]", "jane")
    v.click("button")
    v.fill("[name=email]", v.email)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


@case("target=_blank: the answer opens elsewhere, the page stays")
def target_blank(v: Visitor) -> None:
    v.open(CONTACT.replace("<form", '<form target="_blank"'))
    fill_contact(v)
    v.click("button")
    is_sent(v)


@case("A target that is an iframe of the page, as upload forms have it")
def target_iframe(v: Visitor) -> None:
    v.open(CONTACT.replace("<form", '<form target="sink"') + '<iframe name="sink"></iframe>')
    fill_contact(v)
    v.click("button")
    is_sent(v)


@case("A form with a file, sent as multipart: its request is untouched, the file stays with the page")
def multipart_with_file(v: Visitor) -> None:
    body = CONTACT.replace("<form", '<form enctype="multipart/form-data"')
    v.open(body.replace("<button>", '<input type="file" name="plan"><button>'))
    fill_contact(v)
    v.run(
        "const files = new DataTransfer(); files.items.add(new File(['floor plan 4711'], 'plan-4712.txt'));"
        "document.querySelector('[type=file]').files = files.files;"
    )
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)
    assert "4711" not in v.sent and "4712" not in v.sent


@case("enctype=text/plain")
def text_plain(v: Visitor) -> None:
    sends(v, CONTACT.replace("<form", '<form enctype="text/plain"'))


@case("A double click on the button of a form that is sent by script is one lead")
def double_click(v: Visitor) -> None:
    v.open(CONTACT + on_submit("await fetch('/ajax/200', { method: 'POST', body: data });"))
    fill_contact(v)
    v.double_click("button")
    is_sent(v)
    assert len({event["id"] for event in v.events("submit")}) == 1


@case("A double click on the button of a plain form is one lead")
def double_click_native(v: Visitor) -> None:
    v.open(CONTACT.replace('action="/send"', 'action="/ajax/204"'))  # 204: the browser stays on the page
    fill_contact(v)
    v.double_click("button")
    is_sent(v)


@case("Clicks again and again while the answer is slow are one lead")
def impatient(v: Visitor) -> None:
    v.open(CONTACT + on_submit("await fetch('/ajax/slow', { method: 'POST', body: data });"))
    fill_contact(v)
    for _ in range(4):
        v.click("button")
    v.site.gate.set()
    is_sent(v)


@case("The script included twice counts once")
def script_twice(v: Visitor) -> None:
    v.open(CONTACT + v.tag('data-again="1"').replace(' id="leadsbot-listener"', ""))
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)
    assert len([event for event in v.events("view") if event["form"]["key"] == "contact"]) <= 1
    assert len({event["id"] for event in v.events("submit")}) == 1


@case("Two enquiries with different words are two submissions, of the one lead they belong to")
def two_enquiries(v: Visitor) -> None:
    v.open(CONTACT + on_submit("await fetch('/ajax/200', { method: 'POST', body: data }); form.reset();"))
    fill_contact(v, message="Is June free?")
    v.click("button")
    v.wait("document.querySelector('[name=email]').value === ''")
    assert v.lead(confirmation="confirmed")
    fill_contact(v, message="And July?")
    v.click("button")
    lead = v.lead()
    told = v.until(lambda: v.told(lead) if len(v.told(lead)) == 2 else [], "the second submission")
    texts = {field["value"] for one in told for field in one["fields"] if field["name"] == "message"}
    assert texts == {"Is June free?", "And July?"}
