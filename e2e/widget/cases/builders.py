"""Forms as the builders, plugins and services of marketers' pages make them: their markup, their ways of sending."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, fill_contact, is_sent, nothing_but_the_control, on_submit, script
from e2e.widget.serving import Answer, Request
from e2e.widget.visitor import Visitor

ROBOTS = "03AFcWeA-robots-answer-77"
JQUERY = '<script src="/vendor/jquery.min.js"></script>'
# What comes back of a form that was sent into a frame, and what the page does with it: after Gravity Forms.
FRAME = '<iframe name="gform_ajax_frame_1" id="frame" style="display:none;width:0;height:0"></iframe>'
SHOWN = """const first = wrap.innerHTML; frame.addEventListener('load', () => {
  const answer = frame.contentDocument.body.id, said = [...wrap.querySelectorAll('[name]')].map((el) => el.value);
  if (answer === 'taken') wrap.innerHTML = '<p id="thanks">Thank you</p>';
  if (answer !== 'refused') return;
  wrap.innerHTML = first;
  [...wrap.querySelectorAll('[name]')].forEach((el, i) => { el.value = said[i]; });
  const message = wrap.querySelector('[name=message]'); message.setAttribute('aria-invalid', 'true');
  message.insertAdjacentHTML('afterend', '<div class="gfield_validation_message">Say more</div>'); });"""


def enough(request: Request) -> bool:
    return b"Is+June" in request.body


def sent_once(v: Visitor) -> None:
    """Make sure that one submission came of the contact form, and nothing of the check against robots."""
    is_sent(v)
    assert len({event["id"] for event in v.events("submit")}) == 1
    assert ROBOTS not in v.sent


def corrects(v: Visitor, refused: str) -> None:
    """Send too few words, wait until the page refuses them, send enough: one lead, with these."""
    fill_contact(v, message="June?")
    v.click("button")
    v.wait(refused)
    v.fill("[name=message]", "Is June free?")
    v.click("button")
    is_sent(v)


def checked(field: str) -> str:
    """Write a script that stops the form, puts a robots' check's answer into this field, and calls form.submit()."""
    answers = f"form.querySelector('[name={field}]').value = '{ROBOTS}'; form.submit();"
    return script(
        f"form.addEventListener('submit', (e) => {{ e.preventDefault(); setTimeout(() => {{ {answers} }}, 150); }});"
    )


@case("reCAPTCHA v3: stopped, its answer put into a hidden field, form.submit(): one lead, confirmed")
def recaptcha_3(v: Visitor) -> None:
    v.open(CONTACT.replace("<button>", '<input type="hidden" name="token"><button>') + checked("token"))
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    sent_once(v)


@case("reCAPTCHA v2 and hCaptcha: the answer stands in a text area that nobody sees, and stays with the page")
def recaptcha_2(v: Visitor) -> None:
    area = '<textarea name="g-recaptcha-response" id="g-recaptcha-response" style="display:none"></textarea>'
    v.open(CONTACT.replace("<button>", area + "<button>") + checked("g-recaptcha-response"))
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    sent_once(v)


@case("A hidden stamp that is renewed with each click (Akismet): a double click is one lead all the same")
def stamped(v: Visitor) -> None:
    stamp = script("let n = 0; form.addEventListener('submit', () => { form.elements.ak_js.value = ++n; });")
    send = on_submit("await fetch('/ajax/slow', { method: 'POST', body: data });")
    v.open(CONTACT.replace("<button>", '<input type="hidden" name="ak_js"><button>') + stamp + send)
    fill_contact(v)
    v.click("button")
    v.click("button")
    v.site.gate.set()
    sent_once(v)


@case("Sent into a hidden frame that refuses it (Gravity Forms), then corrected: one lead, with the corrected words")
def refused_in_a_frame(v: Visitor) -> None:
    v.site.answers["/send"] = lambda request: Answer(
        200,
        f"<!doctype html><body id={'taken' if enough(request) else 'refused'}>".encode(),
        {"content-type": "text/html"},
    )
    form = CONTACT.replace("<form", '<form target="gform_ajax_frame_1"')
    v.open(f'<div id="wrap">{form}</div>{FRAME}' + script(SHOWN))
    corrects(v, "!!document.querySelector('[aria-invalid=true]')")


@case("Stopped, then form.submit() into a hidden frame (HubSpot, jQuery Form): confirmed once the frame has loaded")
def submitted_into_a_frame(v: Visitor) -> None:
    send = "form.addEventListener('submit', (e) => { e.preventDefault(); form.target = 'sink'; form.submit(); });"
    v.open(CONTACT + '<iframe name="sink" hidden></iframe>' + script(send))
    fill_contact(v)
    v.click("button")
    is_sent(v)


@case("The same by a link, without any submit event")
def submitted_into_a_frame_by_link(v: Visitor) -> None:
    send = script("go.onclick = () => { form.target = 'sink'; form.submit(); };")
    v.open(CONTACT + '<iframe name="sink" hidden></iframe><b id="go">Send</b>' + send)
    fill_contact(v)
    v.click("#go")
    is_sent(v)


@case("A click that the page stops and sends itself ($.post of $(form).serialize(), then a reset): no submit event")
def sent_by_a_click(v: Visitor) -> None:
    posts = "$.post('/ajax/200', $(form).serialize(), () => form.reset());"
    v.open(CONTACT + JQUERY + script(f"$('button').click((e) => {{ e.preventDefault(); {posts} }});"))
    fill_contact(v)
    v.click("button")
    is_sent(v)


@case("A button of type=button that sends what was typed by fetch; refused, then corrected")
def sent_by_a_button(v: Visitor) -> None:
    v.site.answers["/validate"] = lambda request: Answer(200 if enough(request) else 422)
    send = """send.onclick = async () => {
      const body = new URLSearchParams([...form.elements].map((el) => [el.name, el.value]));
      const answer = await fetch('/validate', { method: 'POST', body }); window.answered = answer.status; };"""
    v.open(CONTACT.replace("<button>", '<button type="button" id="send">') + script(send))
    corrects(v, "window.answered === 422")


@case("A button of type=button whose page corrects what was refused by itself, and sends it at once")
def corrected_at_once(v: Visitor) -> None:
    v.site.answers["/validate"] = lambda request: Answer(200 if enough(request) else 422)
    send = """send.onclick = async () => {
      const body = new URLSearchParams([...form.elements].map((el) => [el.name, el.value]));
      const answer = await fetch('/validate', { method: 'POST', body }); window.answered = answer.status;
      if (answer.ok) return;
      form.querySelector('[name=message]').value = 'Is June free?'; send.click(); };"""
    v.open(CONTACT.replace("<button>", '<button type="button" id="send">') + script(send))
    fill_contact(v, message="June?")
    v.click("button")
    v.wait("window.answered === 200")
    is_sent(v)


@case("A form that is called one by data-leadsbot-form is sent by its only button, whatever the button's type")
def named_form(v: Visitor) -> None:
    form = CONTACT.replace("<form", '<form data-leadsbot-form="contact"').replace("<button>", '<button type="button">')
    v.open(
        form + script("form.querySelector('button').onclick = () => navigator.sendBeacon('/ajax/200', 'all of it');")
    )
    fill_contact(v)
    v.click("button")
    is_sent(v, "attempted")


@case("A button that asks for something without what was typed (a price, more to see) sends nothing")
def asks_for_a_price(v: Visitor) -> None:
    ask = "ask.onclick = () => fetch('/ajax/200', { method: 'POST', body: '{\"guests\":40}' });"
    v.open(CONTACT.replace("<button>", '<button type="button" id="ask">A price?</button><button>') + script(ask))
    fill_contact(v)
    v.click("#ask")
    v.site.wait(lambda: any("/ajax/" in one.path for one in v.site.requests), "the question")
    v.leave()
    nothing_but_the_control(v)


@case("A button that goes on to the next step and saves what is there so far sends nothing")
def saves_a_draft(v: Visitor) -> None:
    more = '<div hidden><p><input name="guests"></p><p><input name="date"></p><button>Send</button></div>'
    saves = """next.onclick = () => { const draft = JSON.stringify({ email: form.elements.email.value });
      fetch('/ajax/200', { method: 'POST', body: draft });
      form.querySelectorAll('div').forEach((step) => { step.hidden = !step.hidden; }); };"""
    v.open(
        f'<form name="contact" method="post" action="/send"><div><p><input name="email"></p>'
        f'<p><input name="name"></p><button type="button" id="next">Next</button></div>{more}</form>' + script(saves)
    )
    v.fill("[name=email]", v.email)
    v.fill("[name=name]", "Jane Doe")
    v.click("#next")
    v.site.wait(lambda: any("/ajax/" in one.path for one in v.site.requests), "the draft")
    v.leave()
    nothing_but_the_control(v)


@case(
    "Radio buttons without a fieldset (Elementor, Contact Form 7, Webflow): the question is the label, not the answer"
)
def radios(v: Visitor) -> None:
    answers = "".join(
        f'<span class="elementor-field-option"><input type="radio" value="{one}" id="form-field-time-{n}"'
        f' name="form_fields[time]"> <label for="form-field-time-{n}">{one}</label></span>'
        for n, one in enumerate(("Noon", "Night"))
    )
    group = (
        '<div class="elementor-field-group"><label for="form-field-time">Time of day</label>'
        f'<div class="elementor-field-subgroup">{answers}</div></div>'
    )
    v.open(CONTACT.replace("<button>", group + "<button>"))
    fill_contact(v)
    v.click("[value=Night]")
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)
    assert v.lead()["custom_data"] == {"Time of day": "Night"}


@case("A group that says by aria-labelledby what it asks (Material UI)")
def radiogroup(v: Visitor) -> None:
    answers = "".join(
        f'<label><input type="radio" value="{one}" name="time">{one}</label>' for one in ("Noon", "Night")
    )
    group = f'<p id="q">Time of day</p><div role="radiogroup" aria-labelledby="q">{answers}</div>'
    v.open(CONTACT.replace("<button>", group + "<button>"))
    fill_contact(v)
    v.click("[value=Night]")
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)
    assert v.lead()["custom_data"] == {"Time of day": "Night"}


@case("A list that Select2 hides and stands in for, without an event: it is a unit, answered once one was picked")
def select2(v: Visitor) -> None:
    lists = """<p><label for="menu">Menu</label><select id="menu" name="menu" class="select2-hidden-accessible"
      tabindex="-1" aria-hidden="true" style="position:absolute;width:1px;height:1px;overflow:hidden">
      <option value="">Choose</option><option>Fish</option><option>Vegan</option></select>
      <span id="box" role="combobox" tabindex="0">Choose</span></p>"""
    picks = "box.onclick = () => { $('#menu').val('Vegan').trigger('input').trigger('change'); };"
    v.open(CONTACT.replace("<button>", lists + "<button>") + JQUERY + script(picks))
    v.fill("[name=name]", "Jane Doe")
    v.click("#box")
    v.leave()
    assert v.session(fields_completed=2, fields_total=4)["completion_percent"] == 50


@case("Answered 200 with red words beside the field (Livewire, Inertia), then corrected")
def red_words(v: Visitor) -> None:
    check = """await fetch('/ajax/200', { method: 'POST', body: data }); const { message } = form.elements;
      form.querySelector('.text-red-600')?.remove(); if (message.value.length > 8) return form.reset();
      message.insertAdjacentHTML('afterend', '<p class="mt-2 text-sm text-red-600">Please say more.</p>');"""
    v.open(CONTACT + on_submit(check))
    corrects(v, "!!document.querySelector('.text-red-600')")


@case("Something turns in the form's place before the request begins; it comes back refused, then corrected")
def spinner(v: Visitor) -> None:
    v.site.answers["/validate"] = lambda request: Answer(200 if enough(request) else 422)
    send = """form.remove(); await new Promise((done) => setTimeout(done, 250));
      const answer = await fetch('/validate', { method: 'POST', body: data });
      if (answer.ok) place.textContent = 'Thank you'; else { place.append(form); window.refused = true; }"""
    v.open(f'<div id="place">{CONTACT}</div>' + on_submit(send))
    corrects(v, "!!window.refused")
