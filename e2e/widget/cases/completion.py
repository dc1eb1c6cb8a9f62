"""How far they got: answered units over all units, whatever the form is made of."""

from __future__ import annotations

import json

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, script
from e2e.widget.visitor import Json, Visitor

COLOUR = "el.value = '#ff8800'; el.dispatchEvent(new Event('input', { bubbles: true })); "
CHANGED = "el.dispatchEvent(new Event('change', { bubbles: true }));"
STEPS = """<form name="steps" method="post" action="/send">
<fieldset><p><input name="a"></p><p><input name="b"></p><button type="button">Next</button></fieldset>
<fieldset hidden><p><input name="c"></p><p><input name="d"></p><button type="button">Next</button></fieldset>
<fieldset hidden><p><input name="email"></p><p><input name="f"></p><button>Send</button></fieldset></form>"""
NEXT = """form.addEventListener('click', (e) => {
  const at = e.target.closest('fieldset'); if (e.target.type === 'button') {
  at.hidden = true; at.nextElementSibling.hidden = false; } });"""
# Three steps of two fields; a step is put into the page when it is reached, and taken out when it is left.
SWAPPED = """const names = [['a', 'b'], ['c', 'd'], ['email', 'f']]; let at = 0;
const draw = () => { form.innerHTML = names[at].map((name) => `<p><input name="${name}" id="${name}"></p>`).join('') +
  (at < 2 ? '<button type="button">Next</button>' : '<button>Send</button>'); };
form.addEventListener('click', (e) => { if (e.target.type === 'button') { at++; draw(); } }); draw();"""
EMPTY = '<form name="steps" method="post" action="/send"></form>'


def form(*fields: str) -> str:
    inside = "".join(f"<p>{one}</p>" for one in fields)
    return f'<form name="f" method="post" action="/send">{inside}<button>Go</button></form>'


def left_at(v: Visitor, done: int, total: int) -> Json:
    """Leave the page; the session says that so many of so many units were answered."""
    v.leave()
    session = v.session(fields_completed=done, fields_total=total)
    assert session["completion_percent"] == round(100 * done / total)
    assert session["state"] == "started"
    return session


@case("One of three fields answered is 33 percent")
def a_third(v: Visitor) -> None:
    v.open(CONTACT)
    v.fill("[name=name]", "Jane Doe")
    assert left_at(v, 1, 3)["last_field"] == "Your name"


@case("A field that was emptied again is not answered")
def emptied(v: Visitor) -> None:
    v.open(CONTACT)
    v.fill("[name=name]", "Jane Doe")
    v.fill("[name=email]", v.email)
    v.fill("[name=name]", "")
    left_at(v, 1, 3)


@case("A group of radio buttons and a group of check boxes are one unit each")
def groups(v: Visitor) -> None:
    radios = "".join(f'<label><input type="radio" name="time" value="{n}">{n}</label>' for n in range(5))
    boxes = "".join(f'<label><input type="checkbox" name="room" value="r{n}">{n}</label>' for n in range(4))
    v.open(form(radios, boxes, '<input name="name">', '<input name="email">'))
    v.click("[value='3']")
    v.click("[value='r1']")
    v.click("[value='r2']")
    left_at(v, 2, 4)


@case("Check boxes of a group without a name of their own, in a fieldset, count as they are")
def lone_checkbox(v: Visitor) -> None:
    v.open(form('<label><input type="checkbox" name="news">News</label>', '<input name="name">'))
    v.fill("[name=name]", "Jane Doe")
    left_at(v, 1, 2)


@case("A choice that the page had made is answered only when touched")
def chosen_before(v: Visitor) -> None:
    radios = "".join(
        f'<label><input type="radio" name="t" value="{n}"{on}>{n}</label>' for n, on in ((1, " checked"), (2, ""))
    )
    v.open(form(radios, '<label><input type="checkbox" name="news" checked>News</label>', '<input name="name">'))
    v.fill("[name=name]", "Jane Doe")
    left_at(v, 1, 3)


@case("A list on its first option is answered only when touched")
def first_option(v: Visitor) -> None:
    lists = [f'<select name="s{n}"><option value="a">A</option><option value="b">B</option></select>' for n in range(3)]
    v.open(form(*lists, '<input name="name">'))
    v.choose("[name=s1]", "b")
    v.choose("[name=s2]", "b")
    v.choose("[name=s2]", "a")
    left_at(v, 2, 4)


@case("A range at 50 and a colour at #000000 are answered only when touched")
def range_and_colour(v: Visitor) -> None:
    two = [f'<input type="{kind}" name="{kind}{n}">' for kind in ("range", "color") for n in range(2)]
    v.open(form(*two, '<input name="name">'))
    v.fill("[name=name]", "Jane Doe")
    v.focus("[name=range1]")
    v.press("ArrowRight")
    v.run(f"const el = document.querySelector('[name=color1]'); {COLOUR} {CHANGED}")
    left_at(v, 3, 5)


@case("Buttons, hidden fields, untouched read-only ones and honeypots are no units", honeypot_field="website")
def no_units(v: Visitor) -> None:
    v.open(
        form(
            '<input name="name">', '<input name="email">', '<input type="hidden" name="h" value="x">',
            '<input name="ro" readonly value="fixed">', '<input name="website">', '<input name="off" disabled>',
            '<div hidden><input name="never"></div>', '<input name="trap" tabindex="-1" autocomplete="off">',
            '<input type="button" value="b"><input type="reset"><input type="image" alt="i"><output>1</output>',
        )
    )  # fmt: skip
    v.fill("[name=name]", "Jane Doe")
    left_at(v, 1, 2)


@case("A read-only field that the page's own picker fills after a click counts")
def readonly_touched(v: Visitor) -> None:
    pick = (
        "const day = form.querySelector('[name=day]'); day.onclick = () => { day.value = '2027-06-19';"
        " day.dispatchEvent(new Event('change', { bubbles: true })); };"
    )
    v.open(form('<input name="day" readonly>', '<input name="name">') + script(pick))
    v.click("[name=day]")
    left_at(v, 1, 2)


@case("Traps that are there and not to be seen (no opacity, a pixel, cut off, behind the page) are no units")
def veiled_traps(v: Visitor) -> None:
    behind = "position:absolute!important;overflow:hidden;display:inline;height:1px;width:1px;z-index:-1000"
    v.open(
        form(
            '<input name="name">', '<input name="email">',
            '<input name="phone" style="opacity:0;position:absolute;top:0;left:0;height:0;width:0;z-index:-1">',
            '<input name="url" style="opacity:0;position:absolute">',
            f'<label style="{behind}">Website <input name="website"></label>',
            '<span style="position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)">'
            '<label>Fax <textarea name="fax"></textarea></label></span>',
            '<div style="position:absolute;z-index:-1"><input name="city"></div>',
        )
    )  # fmt: skip
    v.fill("[name=name]", "Jane Doe")
    left_at(v, 1, 2)


@case("Controls that stand unseen beneath what is styled (a box, a list, a file, a date) are units all the same")
def veiled_controls(v: Visitor) -> None:
    veil = 'style="opacity:0;position:absolute;width:1px;height:1px;z-index:-1"'
    lists = f'<select name="menu" {veil}><option value="">-</option><option>Fish</option></select>'
    files = "".join(f'<input type="{kind}" name="{kind}" {veil}>' for kind in ("checkbox", "file", "date"))
    v.open(form('<input name="name">', lists, files))
    v.fill("[name=name]", "Jane Doe")
    left_at(v, 1, 5)


@case("Questions that lie above one another, one of them to be seen at a time, are units from the start")
def stacked(v: Visitor) -> None:
    veil = 'style="opacity:0;position:absolute"'
    v.open(form('<input name="name">', f'<input name="email" {veil}>', f'<input name="city" {veil}>'))
    v.fill("[name=name]", "Jane Doe")
    left_at(v, 1, 3)


@case("Styled choices, whose own control is invisible, count by their labels")
def styled_choices(v: Visitor) -> None:
    radios = "".join(f'<label><input hidden type="radio" name="t" value="{n}">choice {n}</label>' for n in range(3))
    v.open(form(radios, '<input name="name">'))
    v.click("label:nth-of-type(2)")
    left_at(v, 1, 2)


@case("Steps in hidden fieldsets: all of them count from the start")
def hidden_fieldsets(v: Visitor) -> None:
    v.open(STEPS + script(NEXT))
    v.fill("[name=a]", "1")
    v.fill("[name=b]", "2")
    left_at(v, 2, 6)


@case("Steps in hidden sections of several fields beside the visible one")
def hidden_sections(v: Visitor) -> None:
    body = STEPS.replace("fieldset", "section")
    v.open(body + script(NEXT.replace("'fieldset'", "'section'")))
    v.fill("[name=a]", "1")
    left_at(v, 1, 6)


@case("A hidden single field, shown only after a certain answer, is no step: it counts once it is shown")
def conditional_field(v: Visitor) -> None:
    body = form('<input name="name">', '<input name="email">', '<input name="diet">')
    more = "document.querySelector('[name=email]').oninput = () => { document.querySelector('#more').hidden = false; };"
    v.open(body.replace("<button>", '<div id="more" hidden><input name="which"></div><button>') + script(more))
    v.fill("[name=name]", "Jane Doe")
    v.event("progress")
    v.fill("[name=email]", v.email)
    left_at(v, 2, 4)


@case("Steps that are swapped: the percent never falls, and what was answered stays answered")
def steps_hidden_again(v: Visitor) -> None:
    v.open(STEPS + script(NEXT))
    v.fill("[name=a]", "1")
    v.fill("[name=b]", "2")
    v.click("fieldset:not([hidden]) button")
    v.fill("[name=c]", "3")
    left_at(v, 3, 6)
    percents = [event["percent"] for event in v.events("progress")]
    assert percents == sorted(percents)


@case("Steps that are taken out of the page: the percent never falls, all values join the submission")
def steps_removed(v: Visitor) -> None:
    v.open(EMPTY + script(SWAPPED))
    through(v)
    lead = v.lead(confirmation="confirmed")
    assert v.values(lead) == {"a": "1", "b": "2", "c": "3", "d": "4", "email": v.email, "f": "6"}
    assert (lead["form_completion_percent"], lead["form_fields_completed"], lead["form_fields_total"]) == (100, 6, 6)
    percents = [event["percent"] for event in v.events("progress", "submit")]
    assert percents == sorted(percents)


def through(v: Visitor) -> None:
    """Fill in all three steps and send them."""
    for one, other in (("a", "b"), ("c", "d"), ("email", "f")):
        v.fill(f"[name={one}]", v.email if one == "email" else str("abcdef".index(one) + 1))
        v.fill(f"[name={other}]", str("abcdef".index(other) + 1))
        v.click("button")
    v.arrives("/thanks")


@case("Steps in which a framework reuses the same input for another question (React without keys)")
def steps_reused(v: Visitor) -> None:
    # One input element, whose name, label and value are changed from step to step.
    body = """<form name="steps" method="post" action="/send"><label for="i">One</label> <input id="i" name="one">
    <button type="button">Next</button></form>"""
    steps = json.dumps([["one", "One"], ["two", "Two"], ["email", "E-mail"]])
    code = f"""const steps = {steps}; let at = 0; const input = form.querySelector('input');
    form.querySelector('button').onclick = (e) => {{ if (++at > 2) return; [input.name] = steps[at]; input.value = '';
      form.querySelector('label').textContent = steps[at][1];
      if (at === 2) e.target.type = 'submit', e.preventDefault(); }};"""
    v.open(body + script(code))
    for text in ("first", "second", v.email):
        v.fill("#i", text)
        v.click("button")
    v.arrives("/thanks")
    lead = v.lead(confirmation="confirmed")
    assert v.values(lead) == {"one": "first", "two": "second", "email": v.email}
    assert (lead["form_fields_completed"], lead["form_fields_total"]) == (3, 3)


@case("Where later steps aren't in the page yet, the total is that of earlier visitors")
def later_steps_unknown(v: Visitor) -> None:
    v.open(EMPTY + script(SWAPPED))
    through(v)
    v.lead(confirmation="confirmed")
    v.until(lambda: v.settings().get("totals"), "the total that the first visitor met")
    assert list(v.settings()["totals"].values()) == [6]
    v.driver.fresh()
    v.go("/page")
    v.fill("[name=a]", "1")
    v.fill("[name=b]", "2")
    left_at(v, 2, 6)


@case("The first step of such a form alone is not 100 percent for a visitor after the first")
def first_step_is_not_all(v: Visitor) -> None:
    v.open(EMPTY + script(SWAPPED))
    through(v)
    v.lead(confirmation="confirmed")
    v.until(lambda: v.settings().get("totals"), "the total that the first visitor met")
    v.driver.fresh()
    v.go("/page")
    v.fill("[name=a]", "1")
    v.fill("[name=b]", "2")
    v.leave()
    v.session(fields_completed=2, state="started")
    assert max(event["percent"] for event in v.events("progress")[-1:]) == 33


@case("A value that the page itself put there (a draft restored) counts as it stands when the visitor goes on")
def restored_draft(v: Visitor) -> None:
    restore = script("form.querySelector('[name=name]').value = 'Jane Doe';")
    v.open(CONTACT + restore)
    v.fill("[name=email]", v.email)
    left_at(v, 2, 3)


@case("A wrapper without a box of its own (display: contents) is no hidden step")
def boxless(v: Visitor) -> None:
    inside = '<p><input name="a"></p><p><input name="b"></p><p hidden><input name="c"></p>'
    v.open(form(f'<div style="display:contents">{inside}</div>'))
    v.fill("[name=a]", "something")
    left_at(v, 1, 2)
