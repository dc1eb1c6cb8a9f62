"""Forms in several steps, as builders and applications make them."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.cases.completion import left_at
from e2e.widget.pages import CONTACT, is_sent, nothing_but_the_control, script
from e2e.widget.serving import Answer, Request
from e2e.widget.visitor import Visitor

# One question at a time: each in a section of its own, of which one is to be seen.
QUESTIONS = """<form name="questions" method="post" action="/send">
<div class="q"><label>Name <input name="name"></label> <button type="button">OK</button></div>
<div class="q" hidden><label>E-mail <input name="email"></label> <button type="button">OK</button></div>
<div class="q" hidden><label>Message <textarea name="message"></textarea></label> <button>Send</button></div></form>"""
ON = """form.addEventListener('click', (e) => { if (e.target.type !== 'button') return;
  const at = e.target.closest('.q'); at.hidden = true; at.nextElementSibling.hidden = false; });"""
# What a step is sent by is a submit button; only the last one sends anything (React Hook Form and the like).
WIZARD = '<form name="wizard"></form>'
DRAW = """const steps = [['name', 'company'], ['email', 'phone'], ['message', 'kind']]; let at = 0; const all = {};
const draw = () => { form.innerHTML = steps[at].map((n) => `<p><label>${n} <input name="${n}"></label></p>`).join('') +
  '<button>' + (at < 2 ? 'Next' : 'Send') + '</button>'; };
form.addEventListener('submit', async (e) => {
  e.preventDefault(); Object.assign(all, Object.fromEntries(new FormData(form)));
  if (at < 2) { at++; setTimeout(draw, 20); return; }
  await fetch('/ajax/200', { method: 'POST', body: JSON.stringify(all) });
  form.outerHTML = '<p id="thanks">Thanks</p>'; });
draw();"""
GRAVITY = '<form id="gform_7" method="post" action="/step" target="gform_ajax_frame_7">{}<button>On</button></form>'
FRAME = '<iframe name="gform_ajax_frame_7" id="frame" style="display:none"></iframe>'
TAKES = """frame.addEventListener('load', () => { const next = frame.contentDocument.querySelector('#next');
  if (next) wrap.innerHTML = next.innerHTML; });"""


def step(v: Visitor, **said: str) -> None:
    """Fill in a step and go on."""
    v.wait(f"!!document.querySelector('[name={next(iter(said))}]')")
    for name, text in said.items():
        v.fill(f"[name={name}]", text)
    v.click("form button")


@case("One question at a time: the others count from the start, so that the first alone isn't all")
def one_at_a_time(v: Visitor) -> None:
    v.open(QUESTIONS + script(ON))
    v.fill("[name=name]", "Jane Doe")
    v.click(".q:not([hidden]) button")
    left_at(v, 1, 3)


@case("Hidden fields that wait for a certain answer, in a form that asks more than one thing, are no steps")
def waiting_fields(v: Visitor) -> None:
    waiting = "".join(f'<p hidden><label>{name} <input name="{name}"></label></p>' for name in ("other", "friend"))
    asked = '<p><select name="heard"><option value="">-</option><option>A friend</option></select></p>'
    v.open(CONTACT.replace("<button>", f"<div>{asked}{waiting}</div><button>"))
    v.fill("[name=name]", "Jane Doe")
    left_at(v, 1, 4)


@case("One question at a time, all the way")
def one_at_a_time_sent(v: Visitor) -> None:
    v.open(QUESTIONS + script(ON))
    for name, text in (("name", "Jane Doe"), ("email", v.email), ("message", "Is June free?")):
        v.fill(f"[name={name}]", text)
        v.click(".q:not([hidden]) button")
    v.arrives("/thanks")
    is_sent(v)
    assert v.lead()["form_completion_percent"] == 100


@case("Steps that are gone on from by a submit button, and sent by the last: one lead, with all answers")
def submitted_steps(v: Visitor) -> None:
    v.open(WIZARD + script(DRAW))
    step(v, name="Jane Doe", company="Ltd")
    step(v, email=v.email, phone=v.phone)
    step(v, message="Is June free?", kind="Party")
    v.wait("!!document.querySelector('#thanks')")
    is_sent(v)
    lead = v.lead()
    assert (lead["company"], lead["phone"], lead["form_fields_completed"]) == ("Ltd", v.phone, 6)


@case("The same, left at the second step: begun, but nothing was sent")
def submitted_steps_left(v: Visitor) -> None:
    v.open(WIZARD + script(DRAW))
    step(v, name="Jane Doe", company="Ltd")
    v.wait("!!document.querySelector('[name=email]')")
    v.fill("[name=email]", v.email)
    v.leave()
    session = v.session(fields_completed=3)
    assert (session["state"], session["last_field"]) == ("started", "email")
    assert v.email not in v.sent
    nothing_but_the_control(v)


@case(
    "Pages that come one by one into a frame and are put in the form's place (Gravity Forms): one lead with all of it"
)
def pages_in_a_frame(v: Visitor) -> None:
    pages = (
        '<label>Name <input name="name"></label><label>E-mail <input name="email"></label>',
        '<label>Message <textarea name="message"></textarea></label>',
    )

    def answer(request: Request) -> Answer:
        then = "<p id=thanks>Thanks</p>" if b"message=" in request.body else GRAVITY.format(pages[1])
        return Answer(200, f"<!doctype html><body><div id=next>{then}</div>".encode(), {"content-type": "text/html"})

    v.site.answers["/step"] = answer
    v.open(f'<div id="wrap">{GRAVITY.format(pages[0])}</div>{FRAME}' + script(TAKES))
    step(v, name="Jane Doe", email=v.email)
    step(v, message="Is June free?")
    v.wait("!!document.querySelector('#thanks')")
    lead = v.lead(confirmation="confirmed", message="Is June free?")
    assert (lead["name"], lead["email"]) == ("Jane Doe", v.email)
