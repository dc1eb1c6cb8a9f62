"""Pages and fields that are made in a way of their own: editors, calendars, tables, mail, XHTML."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, fill_contact, is_sent, on_submit, script
from e2e.widget.serving import Answer
from e2e.widget.visitor import Visitor

# An editor is an element that people write into; its text area, which is hidden, gets the text when the form is sent.
EDITOR = CONTACT.replace("<textarea", "<textarea hidden").replace(
    "<button>", '<div id="editor" contenteditable></div><button>'
)
WRITES = script("form.addEventListener('submit', () => { form.elements.message.value = editor.textContent; });")


def writes(v: Visitor) -> None:
    v.fill("[name=name]", "Jane Doe")
    v.fill("[name=email]", v.email)
    v.click("#editor")
    v.type("Is June free?")
    v.click("button")


@case("An editor (contenteditable) that writes into its hidden text area only as the form is sent")
def editor(v: Visitor) -> None:
    v.open(EDITOR + WRITES)
    writes(v)
    v.arrives("/thanks")
    is_sent(v)


@case("The same in a form that the page sends by script")
def editor_ajax(v: Visitor) -> None:
    v.open(EDITOR + WRITES + on_submit("await fetch('/ajax/200', { method: 'POST', body: data });"))
    writes(v)
    is_sent(v)


@case("A form that a table pulls apart, so that its fields stand in none")
def in_a_table(v: Visitor) -> None:
    v.open("""<table><form name="contact" method="post" action="/send"><tr><td>Name<td><input name="name">
    <tr><td>E-mail<td><input name="email"><tr><td>Message<td><textarea name="message"></textarea>
    <tr><td><td><button>Send</button></form></table>""")
    assert v.evaluate("document.forms[0].children.length") == 0
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


@case("A calendar that puts a field of its own, without a name, beside the hidden one (flatpickr)")
def calendar(v: Visitor) -> None:
    field = """<p><label>Wedding date <input type="hidden" name="wedding_date"><input id="day"
    class="form-control input" placeholder="" tabindex="0" type="text" readonly></label></p>"""
    picks = """day.onclick = () => { day.value = 'June 14, 2027'; day.previousElementSibling.value = '2027-06-14';
      for (const type of ['change', 'input']) day.dispatchEvent(new Event(type, { bubbles: true })); };"""
    v.open(CONTACT.replace("<button>", field + "<button>") + script(picks))
    fill_contact(v)
    v.click("#day")
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)
    assert v.lead()["custom_data"] == {"Wedding date": "June 14, 2027"}


@case("Fields for a date, a time, both, and a month: what was picked, as the form sends it")
def dates(v: Visitor) -> None:
    kinds = {"date": "2027-06-14", "time": "18:30", "datetime-local": "2027-01-02T09:00", "month": "2027-06"}
    labels = ("Event date", "It starts", "Call me", "Pay in")
    fields = "".join(
        f'<p><label>{of} <input type="{kind}" name="{kind}"></label></p>'
        for of, kind in zip(labels, kinds, strict=True)
    )
    v.open(CONTACT.replace("<button>", fields + "<button>"))
    fill_contact(v)
    for kind, value in kinds.items():  # how one picks is each browser's own
        v.run(
            f"const el = document.querySelector('[name={kind}]'); el.focus(); el.value = '{value}';"
            " for (const type of ['input', 'change']) el.dispatchEvent(new Event(type, { bubbles: true }));"
        )
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)
    lead = v.lead()
    assert lead["event_date"] == "2027-06-14"
    assert lead["custom_data"] == {"It starts": "18:30", "Call me": "2027-01-02T09:00", "Pay in": "2027-06"}


@case("A form that is sent as mail (action=mailto:): the page stays")
def mailto(v: Visitor) -> None:
    v.open(CONTACT.replace('action="/send"', 'action="mailto:us@example.com" enctype="text/plain"'))
    fill_contact(v)
    v.click("button")
    is_sent(v)


@case("A page in XHTML (application/xhtml+xml)")
def xhtml(v: Visitor) -> None:
    body = CONTACT.replace('name="name">', 'name="name"/>').replace('name="email">', 'name="email"/>')
    head = "<title>A page</title>" + v.tag().replace(" async", ' async="async"')
    page = f'<html xmlns="http://www.w3.org/1999/xhtml"><head>{head}</head><body>{body}</body></html>'
    v.site.pages["/page"] = Answer(200, page.encode(), {"content-type": "application/xhtml+xml"})
    v.go("/page")
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


@case("A form whose steps are pages of their own, each sent to the server: one lead with the answers of all")
def steps_by_the_server(v: Visitor) -> None:
    steps = (
        '<label>Name <input name="name"></label><label>E-mail <input name="email"></label>',
        '<label>Occasion <input name="kind"></label>',
        '<label>Message <textarea name="message"></textarea></label>',
    )
    for n, fields in enumerate(steps, 1):
        v.page(f'<form id="wizard" method="post" action="/step{n}">{fields}<button>On</button></form>', f"/page{n}")
        v.answers(f"/step{n}", 303, location=f"/page{n + 1}" if n < len(steps) else "/thanks")
    v.go("/page1")
    for n, said in enumerate(({"name": "Jane Doe", "email": v.email}, {"kind": "Wedding"}, {"message": "In June?"}), 1):
        v.arrives(f"/page{n}")
        for name, text in said.items():
            v.fill(f"[name={name}]", text)
        v.click("button")
    v.arrives("/thanks")
    lead = v.lead(confirmation="confirmed", message="In June?")
    assert (lead["name"], lead["email"], lead["custom_data"]) == ("Jane Doe", v.email, {"Occasion": "Wedding"})
