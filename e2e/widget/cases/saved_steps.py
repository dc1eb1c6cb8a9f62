"""Steps that a page sends by script one by one, each answered 2xx: checked by the server, or saved on the way."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, fill_contact, is_sent, nothing_but_the_control, on_submit, script
from e2e.widget.visitor import Visitor

FIELDS = (("name", "company"), ("email", "phone"), ("message", "kind"))
SAVE = "await fetch('/ajax/200', { method: 'POST', body: new URLSearchParams(new FormData(form)) });"


def steps(button: str) -> str:
    """Write a form of three steps, of which the first is to be seen; each has such a button."""
    inside = "".join(
        f"<section{' hidden' if n else ''}>"
        + "".join(f'<p><label>{name} <input name="{name}"></label></p>' for name in names)
        + f"{button}</section>"
        for n, names in enumerate(FIELDS)
    )
    return f'<form name="wizard">{inside}</form>'


# Goes on to the next step; after the last one there are thanks.
ON = """const parts = [...form.querySelectorAll('section')]; const at = parts.findIndex((one) => !one.hidden);
  if (at === 2) form.outerHTML = '<p id="thanks">Thanks</p>';
  else { parts[at].hidden = true; parts[at + 1].hidden = false; }"""
# A framework's: the step's fields take the place of those before.
DRAWN = """const steps = [['name', 'company'], ['email', 'phone'], ['message', 'kind']]; let at = 0;
const draw = () => { form.innerHTML = steps[at].map((n) => `<p><label>${n} <input name="${n}"></label></p>`).join('') +
  '<button>Go on</button>'; };
form.addEventListener('submit', async (e) => { e.preventDefault();
  await fetch('/ajax/200', { method: 'POST', body: new URLSearchParams(new FormData(form)) });
  if (++at < 3) draw(); else AFTER });
draw();"""
GONE = "form.outerHTML = '<p id=\"thanks\">Thanks</p>';"


def through(v: Visitor, upto: int = 3) -> None:
    """Fill in so many of the steps, each sent by its own button."""
    values = {"name": "Jane Doe", "company": "Ltd", "email": v.email, "phone": v.phone, "kind": "Party"}
    for names in FIELDS[:upto]:
        v.wait(f"!!document.querySelector('[name={names[0]}]')?.getClientRects().length")
        for name in names:
            v.fill(f"[name={name}]", values.get(name, "Is June free?"))
        v.click("js: [...document.querySelectorAll('button')].find((one) => one.getClientRects().length)")


def is_whole(v: Visitor) -> None:
    """Make sure that one lead came of it, with the answers of all steps."""
    is_sent(v)
    lead = v.lead()
    assert (lead["company"], lead["phone"], lead["form_completion_percent"]) == ("Ltd", v.phone, 100)


def is_no_lead(v: Visitor, done: int) -> None:
    """Make sure that whoever left after so many answers was begun, and is no lead."""
    v.leave()
    session = v.session(form_name="wizard", fields_completed=done)
    assert session["state"] == "started"
    assert v.email not in v.sent
    nothing_but_the_control(v)


@case("Steps in hidden sections, each saved and answered 200: one lead, once the last is sent")
def in_sections(v: Visitor) -> None:
    v.open(steps("<button>Next</button>") + on_submit(SAVE + ON))
    through(v)
    is_whole(v)


@case("The same, left at the third step: begun, but nothing was sent")
def in_sections_left(v: Visitor) -> None:
    v.open(steps("<button>Next</button>") + on_submit(SAVE + ON))
    through(v, 2)
    v.wait("!!document.querySelector('[name=kind]').getClientRects().length")
    is_no_lead(v, 4)


@case("Steps that a framework draws one after another, each saved and answered 200: one lead, once the last is sent")
def drawn(v: Visitor) -> None:
    v.open('<form name="wizard"></form>' + script(DRAWN.replace("AFTER", GONE)))
    through(v)
    is_whole(v)


@case("The same, left at the second step: begun, but nothing was sent")
def drawn_left(v: Visitor) -> None:
    v.open('<form name="wizard"></form>' + script(DRAWN.replace("AFTER", GONE)))
    through(v, 1)
    v.wait("!!document.querySelector('[name=email]')")
    v.fill("[name=email]", v.email)
    is_no_lead(v, 3)


@case("The same, back at its first step, empty, after the last: one lead, with all answers")
def drawn_anew(v: Visitor) -> None:
    v.open('<form name="wizard"></form>' + script(DRAWN.replace("AFTER", "{ at = 0; draw(); }")))
    through(v)
    is_whole(v)


@case(
    "The next step comes some time after the answer, by an animation or a request of its own: no lead before the last"
)
def later_step(v: Visitor) -> None:
    slow = "await new Promise((done) => setTimeout(done, 900));"
    v.open(steps("<button>Next</button>") + on_submit(SAVE + slow + ON))
    through(v, 2)
    v.wait("!!document.querySelector('[name=kind]').getClientRects().length")
    is_no_lead(v, 4)


@case("What was sent stays, and the next questions come beneath it: no lead before the last")
def beneath(v: Visitor) -> None:
    stays = ON.replace("parts[at].hidden = true;", "").replace("findIndex((one) => !one", "findLastIndex((one) => !one")
    last = stays.replace("parts[at + 1]", "form.querySelectorAll('button')[at].hidden = true; parts[at + 1]")
    v.open(steps("<button>Next</button>") + on_submit(SAVE + last))
    through(v, 2)
    v.wait("!!document.querySelector('[name=kind]').getClientRects().length")
    is_no_lead(v, 4)


@case("Steps whose buttons send by a click, without any submit event: one lead, once the last is sent")
def by_clicks(v: Visitor) -> None:
    go = script(
        f"form.addEventListener('click', async (e) => {{ if (e.target.type === 'button') {{ {SAVE} {ON} }} }});"
    )
    v.open(steps('<button type="button">Next</button>') + go)
    through(v)
    is_whole(v)


@case("A step of which the same input asks for something else, each saved and answered 200: one lead")
def reused(v: Visitor) -> None:
    body = '<form name="wizard"><label for="i">Name</label> <input id="i" name="name"> <button>Next</button></form>'
    names = "const names = ['name', 'email', 'message']; const input = form.querySelector('input');"
    code = f"""{SAVE} {names} input.value = ''; const at = names.indexOf(input.name) + 1;
      if (at === 3) {{ {GONE} return; }}
      input.name = names[at]; form.querySelector('label').textContent = names[at];"""
    v.open(body + on_submit(code))
    for name, text in (("name", "Jane Doe"), ("email", v.email), ("message", "Is June free?")):
        v.wait(f"document.querySelector('#i').name === '{name}'")
        v.fill("#i", text)
        v.click("button")
    is_sent(v)


@case("A form of one step whose reset brings back a question that an answer had hidden: confirmed")
def question_brought_back(v: Visitor) -> None:
    more = '<p id="more"><label>Company <input name="company"></label></p><button>'
    hides = "form.elements.name.addEventListener('input', () => { more.hidden = true; });"
    back = "form.addEventListener('reset', () => { more.hidden = false; });"
    v.open(CONTACT.replace("<button>", more) + script(hides + back) + on_submit(SAVE + "form.reset();"))
    fill_contact(v)
    v.click("button")
    is_sent(v)


@case("A form of one step that empties itself and with that asks a question more: confirmed")
def emptied_and_asks_more(v: Visitor) -> None:
    more = '<p id="more"><label>Company <input name="company"></label></p><button>'
    hides = "form.addEventListener('input', () => { more.hidden = true; });"
    clear = "for (const el of form.elements) el.value = ''; more.hidden = false;"
    v.open(CONTACT.replace("<button>", more) + script(hides) + on_submit(SAVE + clear))
    fill_contact(v)
    v.click("button")
    is_sent(v)


# A form of its own for each step, without a name: what an application's components make.
OWN = """const steps = [['name', 'company'], ['email', 'phone'], ['message', 'kind']]; let at = 0; const all = {};
const place = document.querySelector('#place');
const draw = () => { place.innerHTML = '<form>' + steps[at].map((n) =>
  `<p><label>${n} <input name="${n}"></label></p>`).join('') + '<button>Go on</button></form>';
  place.firstChild.addEventListener('submit', async (e) => { e.preventDefault();
    Object.assign(all, Object.fromEntries(new FormData(e.target)));
    if (++at < 3) return draw();
    await fetch('/ajax/200', { method: 'POST', body: JSON.stringify(all) });
    place.innerHTML = '<p id="thanks">Thanks</p>'; }); };
draw();"""


@case("Steps that are forms of their own, one in the place of the other, sent by the last: one lead, with all answers")
def own_forms(v: Visitor) -> None:
    v.open('<div id="place"></div>' + script(OWN))
    through(v)
    v.wait("!!document.querySelector('#thanks')")
    is_whole(v)


@case("Steps that are forms of their own, left at the second: begun, but nothing was sent")
def own_forms_left(v: Visitor) -> None:
    v.open('<div id="place"></div>' + script(OWN))
    through(v, 1)
    v.wait("!!document.querySelector('[name=email]')")
    v.fill("[name=email]", v.email)
    v.leave()
    session = v.session(fields_completed=3)
    assert (session["state"], session["last_field"]) == ("started", "email")
    nothing_but_the_control(v)


@case("A form that is answered 200 and gives way to another one: confirmed, though more is asked there")
def gives_way_to_another(v: Visitor) -> None:
    other = 'form.outerHTML = \'<form name="survey"><input name="heard"><button>Tell</button></form>\';'
    v.open(CONTACT + on_submit(SAVE + other))
    fill_contact(v)
    v.click("button")
    is_sent(v)


@case("A form of one nameless field that empties it and says thanks in its placeholder: confirmed")
def thanks_in_the_placeholder(v: Visitor) -> None:
    says = "const [field] = form.elements; field.value = ''; field.placeholder = 'Thank you';"
    body = '<form name="news"><input type="email" placeholder="Your e-mail"><button>Go</button></form>'
    v.open(body + on_submit(f"await fetch('/ajax/200', {{ method: 'POST', body: form.elements[0].value }}); {says}"))
    v.fill("input", v.email)
    v.click("button")
    assert v.lead(confirmation="confirmed")["email"] == v.email


@case("A click goes on to a step, which is sent by Enter at once: one lead, with all answers")
def sent_by_enter(v: Visitor) -> None:
    on = script("form.addEventListener('click', (e) => { if (e.target.type !== 'button') return;" + ON + " });")
    first, second, _ = steps('<button type="button">Next</button>').split("<section hidden>")
    last = second.replace(' type="button"', "")
    v.open(f"{first}<section hidden>{last}</form>" + on + on_submit(SAVE + "window.sent = true;"))
    for name, text in (("name", "Jane Doe"), ("company", "Ltd")):
        v.fill(f"[name={name}]", text)
    v.click("section:not([hidden]) button")
    v.fill("[name=email]", v.email)
    v.press("Enter")
    v.wait("!!window.sent")
    lead = v.lead(confirmation="confirmed", email=v.email)
    assert (lead["name"], lead["company"]) == ("Jane Doe", "Ltd")


@case("A form whose fields come anew under other ids once it was sent (React's useId and a key): confirmed")
def under_other_ids(v: Visitor) -> None:
    fields = '<label for="r{0}">E-mail</label><input id="r{0}"><label for="s{0}">Note</label><input id="s{0}">'
    anew = f"form.innerHTML = '{fields.format(2)}<button>Go</button>';"
    v.open(f'<form name="app">{fields.format(1)}<button>Go</button></form>' + on_submit(SAVE + anew))
    v.fill("#r1", v.email)
    v.fill("#s1", "Is June free?")
    v.click("button")
    assert v.lead(confirmation="confirmed")["email"] == v.email
