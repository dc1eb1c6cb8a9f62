"""Forms that a page puts anew, moves out of sight or lets go of while somebody is in them."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.cases.completion import left_at
from e2e.widget.cases.frameworks import TURBO
from e2e.widget.pages import CONTACT, fill_contact, is_sent, on_submit, script
from e2e.widget.serving import Answer, Request
from e2e.widget.visitor import Visitor

DRUPAL = CONTACT.replace('name="contact"', 'id="webform-contact{}"')


def enough(request: Request) -> bool:
    return b"Is+June" in request.body or b"Is June" in request.body


def corrects(v: Visitor, refused: str) -> None:
    fill_contact(v, message="June?")
    v.click("button")
    v.wait(refused)
    v.fill("[name=message]", "Is June free?")
    v.click("button")
    is_sent(v)


@case("Refused by putting the form anew under another id, as Drupal does; then corrected: one lead")
def another_id(v: Visitor) -> None:
    again = DRUPAL.format("--Wn3kR2q7aQ1").replace("<textarea", '<div class="error">Say more</div><textarea')
    v.site.answers["/send"] = lambda request: Answer(
        200, b"<p id=thanks>Thanks</p>" if enough(request) else again.encode(), {"content-type": "text/html"}
    )
    send = """document.addEventListener('submit', async (e) => { e.preventDefault();
      const said = Object.fromEntries(new FormData(e.target)), body = new URLSearchParams(said);
      const answer = await (await fetch('/send', { method: 'POST', body })).text();
      document.querySelector('#wrap').innerHTML = answer;
      for (const el of document.querySelectorAll('[name]')) el.value = said[el.name]; });"""
    v.open(f'<div id="wrap">{DRUPAL.format("")}</div>' + script(send))
    corrects(v, "!!document.querySelector('.error')")
    assert v.lead()["form_name"] == "webform-contact"


@case("Sent by JSONP, which no request of the page's tells (Mailchimp), then reset: confirmed")
def jsonp(v: Visitor) -> None:
    v.answers("/post-json", 200, "cb({result: 'success'});", content_type="text/javascript")
    code = """window.cb = () => { form.reset(); document.querySelector('#said').hidden = false; };
      const tag = document.createElement('script'); tag.src = '/post-json?' + data; document.head.append(tag);"""
    v.open(CONTACT + '<div id="said" hidden>Almost finished</div>' + on_submit(code))
    fill_contact(v)
    v.click("button")
    is_sent(v)


@case(
    "Answered 200 with a refusal of its own kind and words beside the field (SvelteKit, server actions), then corrected"
)
def failure_inside(v: Visitor) -> None:
    v.site.answers["/send"] = lambda request: Answer(
        200, b'{"type":"success"}' if enough(request) else b'{"type":"failure"}', {"content-type": "application/json"}
    )
    code = """const answer = await (await fetch('/send', { method: 'POST', body: data })).json();
      if (answer.type === 'success') form.reset();
      else form.insertAdjacentHTML('beforeend', '<p class="text-red-600">Say more</p>');"""
    v.open(CONTACT + on_submit(code))
    corrects(v, "!!document.querySelector('.text-red-600')")


@case("Turbo: a frame whose form comes back (422) with what is wrong, then gives way to thanks", own_style=True)
def turbo_frame(v: Visitor) -> None:
    frame = '<turbo-frame id="contact_frame">{}</turbo-frame>'
    wrong = CONTACT.replace("<textarea", '<span class="error">Say more</span><textarea aria-invalid="true"')

    def answer(request: Request) -> Answer:
        right = enough(request)
        body = frame.format("<p id=thanks>Thanks</p>" if right else wrong)
        return Answer(200 if right else 422, f"<!doctype html><body>{body}".encode(), {"content-type": "text/html"})

    v.site.answers["/send"] = answer
    v.open(frame.format(CONTACT), head=TURBO)
    fill_contact(v, message="June?")
    v.click("button")
    v.wait("!!document.querySelector('.error')")
    fill_contact(v)
    v.click("button")
    is_sent(v)


@case("Begun, and taken out of the page by an application's own links: how far they got is known")
def let_go(v: Visitor) -> None:
    go = "go.onclick = () => { history.pushState(0, '', '/other'); form.remove(); };"
    v.open(CONTACT + '<b id="go">Elsewhere</b>' + script(go))
    v.fill("[name=name]", "Jane Doe")
    v.fill("[name=email]", v.email)
    v.click("#go")
    v.leave()
    left_at(v, 2, 3)


@case("A popover: a view once it is open, a lead once it is sent")
def popover(v: Visitor) -> None:
    v.open(f'<button id="open" popovertarget="box">Write to us</button><div id="box" popover>{CONTACT}</div>')
    v.click("#open")
    fill_contact(v)
    v.click("form button")
    v.arrives("/thanks")
    is_sent(v)


@case("A form in a frame of the page that is sent into the whole window (target=_top)")
def into_the_top(v: Visitor) -> None:
    v.page(CONTACT.replace("<form", '<form target="_top"'), "/inner", tag="")
    v.open('<iframe id="f" src="/inner" width="500" height="400"></iframe>')
    fill_contact(v, inside="#f ||| ")
    v.click("#f ||| button")
    v.arrives("/thanks")
    is_sent(v)


@case(
    "Traps that stand far off the page (Gravity Forms, Mailchimp) are no units; a choice whose label is to be seen is"
)
def traps(v: Visitor) -> None:
    gravity = '<div style="position:absolute;left:-9000px"><label>Phone <input name="input_5"></label></div>'
    mailchimp = '<div style="position:absolute;left:-5000px" aria-hidden="true"><input name="b_77" tabindex="-1"></div>'
    box = '<label>News <input type="checkbox" name="news" style="position:absolute;left:-9999px"></label>'
    v.open(CONTACT.replace("<button>", gravity + mailchimp + box + "<button>"))
    v.fill("[name=name]", "Jane Doe")
    left_at(v, 1, 4)


@case("Drawn anew on every visit under an id with another number (HubSpot): one form, with the views of all")
def renumbered(v: Visitor) -> None:
    drawn = "hsForm_be50d20f-3ff9-4ac2-aee2-fcc3fcfb9d65"
    for visits, number in enumerate(("_6071", "_1984"), 1):
        v.open(CONTACT.replace('name="contact"', f'id="{drawn}{number}"'))
        v.event("view", visits)
    told = v.report(drawn, until=lambda told: told["views"] >= 1)
    assert [form["key"] for form in v.forms()] == [drawn] and told["starters"] == 0
