"""Forms that are made in ways that trip up whoever expects a plain one."""

from __future__ import annotations

import json

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, fill_contact, is_sent, on_submit, script
from e2e.widget.visitor import Visitor

NAMES = ["id", "action", "submit", "elements", "tagName", "getAttribute", "classList", "matches", "closest", "name"]
MORE = [
    "nodeName",
    "parentNode",
    "querySelectorAll",
    "method",
    "target",
    "length",
    "children",
    "isConnected",
    "attributes",
]
INJECT = "document.body.insertAdjacentHTML('beforeend', %s)"


def injected(html: str) -> str:
    return INJECT % json.dumps(html)


@case("A form that is put into the page late")
def injected_late(v: Visitor) -> None:
    v.open("<h1>Nothing yet</h1>")
    v.run(injected(CONTACT))
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


@case("A form in a popup (dialog.showModal) that is made on a click")
def popup(v: Visitor) -> None:
    made = injected("<dialog>" + CONTACT + "</dialog>")
    opens = f"ask.onclick = () => {{ {made}; document.querySelector('dialog').showModal(); }};"
    v.open('<button id="ask">Ask us</button>' + script(opens))
    v.click("#ask")
    fill_contact(v)
    v.click("form button")
    v.arrives("/thanks")
    is_sent(v)


@case("A form on a route of a single-page application; the lead names that route")
def spa_route(v: Visitor) -> None:
    route = f"go.onclick = () => {{ history.pushState({{}}, '', '/contact-us'); go.remove(); {injected(CONTACT)}; }};"
    v.open('<button id="go">Contact</button>' + script(route), "/home")
    v.click("#go")
    fill_contact(v)
    v.click("form button")
    v.arrives("/thanks")
    is_sent(v)
    assert v.lead()["page_url"] == f"{v.site.url}/contact-us"


@case("A form that an application puts in the place of another, twice over: each is seen")
def spa_routes_viewed(v: Visitor) -> None:
    one = CONTACT.replace('name="contact"', 'name="first"')
    v.open(f"<main>{one}</main>", "/first")
    v.event("view")
    two = json.dumps(CONTACT.replace('name="contact"', 'name="second"'))
    v.run(f"history.pushState({{}}, '', '/second'); document.querySelector('main').innerHTML = {two};")
    assert v.form("first")["page_url"] == f"{v.site.url}/first"
    assert v.form("second")["page_url"] == f"{v.site.url}/second"


@case("Fields outside the form, tied to it by form=")
def tied_by_form(v: Visitor) -> None:
    v.open("""<form id="f" name="contact" method="post" action="/send"><button>Send</button></form>
    <input form="f" name="name"><input form="f" type="email" name="email">
    <textarea form="f" name="message"></textarea>""")
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


@case("A button outside the form, tied to it by form=")
def button_outside(v: Visitor) -> None:
    v.open(
        CONTACT.replace("<button>Send</button>", "").replace("<form", '<form id="f"') + '<button form="f">Send</button>'
    )
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)


@case("Fields named like what every form has (id, action, submit, elements, tagName, getAttribute, classList, …)")
def clobbered(v: Visitor) -> None:
    fields = "".join(f'<input name="{name}" value="v-{name}">' for name in NAMES + MORE)
    v.open(f'<form name="tricky" method="post" action="/send">{fields}<input name="word"><button>Go</button></form>')
    v.fill("[name=word]", "typed")
    v.click("button")
    v.arrives("/thanks")
    lead = v.lead(confirmation="confirmed")
    assert lead["form_name"] == "tricky"
    assert v.values(lead) == {name: f"v-{name}" for name in NAMES + MORE} | {"word": "typed"}


@case("The same by form.submit(), called by its prototype")
def clobbered_form_submit(v: Visitor) -> None:
    fields = "".join(f'<input name="{name}" value="v-{name}">' for name in NAMES)
    body = f'<form id="f" method="post" action="/send">{fields}<input name="word"></form><b id="go">Go</b>'
    v.open(body + script("go.onclick = () => HTMLFormElement.prototype.submit.call(form);"))
    v.fill("[name=word]", "typed")
    v.click("#go")
    v.arrives("/thanks")
    assert v.values(v.lead(confirmation="confirmed"))["word"] == "typed"


@case("Fields without a name: their id, label, placeholder or aria-label stands in")
def nameless(v: Visitor) -> None:
    form = """<form id="f"><input id="full-name"><label>E-mail <input type="email"></label>
    <input placeholder="Your phone"><textarea aria-label="Message"></textarea><button>Go</button></form>"""
    v.open(form + on_submit("await fetch('/ajax/200', { method: 'POST', body: 'x' });"))
    v.fill("#full-name", "Jane Doe")
    v.fill("[type=email]", v.email)
    v.fill("[placeholder]", v.phone)
    v.fill("textarea", "Is June free?")
    v.click("button")
    lead = v.lead(confirmation="confirmed")
    assert (lead["name"], lead["email"], lead["message"]) == ("Jane Doe", v.email, "Is June free?")
    assert lead["phone"].replace(" ", "").endswith(v.phone.replace(" ", "")[4:])
    assert set(v.values(lead)) == {"full-name", "E-mail", "Your phone", "Message"}


@case("A data-leadsbot-form container without a form tag, sent by its only button")
def container(v: Visitor) -> None:
    v.open("""<div data-leadsbot-form="Call back"><label>Phone <input type="tel" name="phone"></label>
    <div role="button" tabindex="0" id="go"><b>Call me</b></div></div>""")
    v.fill("input", v.phone)
    v.click("#go b")
    lead = v.lead()
    assert lead["form_name"] == "Call back" and v.values(lead)["phone"] == v.phone


@case("A container with several buttons, sent by [data-leadsbot-submit] and by none of the others")
def container_with_buttons(v: Visitor) -> None:
    v.open(
        """<div data-leadsbot-form="steps"><input name="email"><button type="button" id="next">Next</button>
    <span data-leadsbot-submit>Send</span><button type="button">Back</button></div>"""
        + script("document.querySelector('span').onclick = () => fetch('/ajax/200', { method: 'POST', body: 'x' });")
    )
    v.fill("input", v.email)
    v.click("#next")
    v.click("[data-leadsbot-submit]")
    lead = v.lead(confirmation="confirmed")
    assert (lead["form_name"], lead["email"]) == ("steps", v.email) and len(v.told(lead)) == 1


@case("A form-associated custom element: its value as the form sends it")
def form_associated(v: Visitor) -> None:
    element = """customElements.define('x-rating', class extends HTMLElement {
      static formAssociated = true;
      constructor() { super(); this.inside = this.attachInternals(); this.tabIndex = 0; }
      connectedCallback() { this.textContent = '☆☆☆☆'; this.onclick = () => { this.inside.setFormValue('4'); }; } });"""
    rating = '<p><label for="r">Stars</label> <x-rating id="r" name="stars"></x-rating></p>'
    v.open(CONTACT.replace("<button>", rating + "<button>") + script(element))
    fill_contact(v)
    v.click("x-rating")
    v.click("form > button")
    v.arrives("/thanks")
    is_sent(v)
    assert v.values(v.lead())["stars"] == "4"


@case("The same in a form that the page sends by script")
def form_associated_ajax(v: Visitor) -> None:
    element = """customElements.define('x-rating', class extends HTMLElement {
      static formAssociated = true;
      constructor() { super(); this.inside = this.attachInternals(); }
      connectedCallback() { this.textContent = '☆☆☆☆'; this.onclick = () => { this.inside.setFormValue('4'); }; } });"""
    send = on_submit("await fetch('/ajax/200', { method: 'POST', body: data });")
    v.open(CONTACT.replace("<button>", '<x-rating name="stars"></x-rating><button>') + script(element) + send)
    fill_contact(v)
    v.click("x-rating")
    v.click("form > button")
    is_sent(v)
    assert v.values(v.lead())["stars"] == "4"


@case("Groups of choices and lists: what was picked, under the group's own label")
def choices(v: Visitor) -> None:
    v.open("""<form name="party" method="post" action="/send">
    <fieldset><legend>Rooms</legend><label><input type="checkbox" name="room" value="Hall">Hall</label>
    <label><input type="checkbox" name="room" value="Garden">Garden</label></fieldset>
    <fieldset><legend>Time</legend><label><input type="radio" name="time" value="Noon">Noon</label>
    <label><input type="radio" name="time" value="Night">Night</label></fieldset>
    <label>Menu
    <select name="menu"><option value="">Choose</option><option>Fish</option><option>Vegan</option></select></label>
    <button>Go</button></form>""")
    for element in ("[value=Hall]", "[value=Garden]", "[value=Night]"):
        v.click(element)
    v.choose("select", "Vegan")
    v.click("button")
    v.arrives("/thanks")
    lead = v.lead(confirmation="confirmed")
    assert v.values(lead) == {"room": "Hall, Garden", "time": "Night", "menu": "Vegan"}
    assert lead["custom_data"] == {"Rooms": "Hall, Garden", "Time": "Night", "Menu": "Vegan"}


@case("Disabled fields, which the browser doesn't send, are not in the lead")
def disabled_fields(v: Visitor) -> None:
    off = '<fieldset disabled><input name="off" value="never-sent-77"></fieldset>'
    off += '<input name="o" disabled value="never-sent-78">'
    v.open(CONTACT.replace("<button>", off + "<button>"))
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    is_sent(v)
    assert "never-sent" not in v.sent


@case("Two forms of one name on a page are told apart by what they hold")
def two_forms(v: Visitor) -> None:
    second = CONTACT.replace('name="contact"', 'name="callback"').replace("E-mail", "Mail")
    v.open(f"<div>{CONTACT}</div><div id='two'>{second}</div>")
    fill_contact(v, name="Wrong Form")
    fill_contact(v, inside="#two ")
    v.click("#two button")
    v.arrives("/thanks")
    is_sent(v)
    assert v.lead()["form_name"] == "callback"


@case("LeadsBot.capture(): a form that no event tells of, named by the page itself")
def captured_by_hand(v: Visitor) -> None:
    v.open(CONTACT.replace("<button>Send</button>", "") + '<b id="go">Send</b>')
    fill_contact(v)
    v.widget("capture('[name=contact]')")
    v.widget("capture('#nowhere')")
    is_sent(v, "attempted")


@case("A component's field with a label attribute (Material Web, Shoelace): that is its label")
def labelled_component(v: Visitor) -> None:
    element = """customElements.define('x-field', class extends HTMLElement { static formAssociated = true;
      constructor() { super(); const inside = this.attachInternals(); this.tabIndex = 0; this.textContent = 'Two';
        this.onclick = () => inside.setFormValue('2'); } });"""
    v.open(CONTACT.replace("<button>", '<x-field name="q7" label="Rooms"></x-field><button>') + script(element))
    fill_contact(v)
    v.click("x-field")
    v.click("form > button")
    v.arrives("/thanks")
    is_sent(v)
    assert v.lead()["custom_data"] == {"Rooms": "2"}
