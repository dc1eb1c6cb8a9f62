"""What is sent and is nobody's enquiry, and what looks like it and is one."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, control, fill_contact, nothing_but_the_control, script
from e2e.widget.visitor import Visitor

WORD, SECRET = "chandelier-77", "swordfish-77"


def no_lead(v: Visitor, form: str, fill: dict[str, str], tag: str = "", *, stays: bool = False) -> None:
    """Fill in and send this form: nothing comes of it, and no value left the page."""
    v.open(form, tag=v.tag(tag))
    for field, text in fill.items():
        v.fill(field, text)
    v.click("button")
    if not stays:
        v.wait("location.pathname !== '/page'")
    nothing_but_the_control(v)
    assert not [text for text in fill.values() if text in v.sent]


@case("A search by role=search")
def search_role(v: Visitor) -> None:
    no_lead(v, '<form role="search" action="/s"><input name="words"><button>Go</button></form>', {"input": WORD})


@case("A search inside role=search, and in a search element")
def search_landmark(v: Visitor) -> None:
    form = '<div role="search"><form action="/s"><input name="words"><button>Go</button></form></div>'
    no_lead(v, form, {"input": WORD})


@case("A search by type=search")
def search_type(v: Visitor) -> None:
    form = '<form action="/s"><input type="search" name="words"><button>Go</button></form>'
    no_lead(v, form, {"input": WORD})


@case("A search by a lone q")
def search_q(v: Visitor) -> None:
    no_lead(v, '<form action="/s"><input name="q"><button>Go</button></form>', {"input": WORD})


@case("A login: an address and current-password")
def login_current_password(v: Visitor) -> None:
    form = """<form method="post" action="/in"><input name="a"><input name="b">
    <input type="password" autocomplete="current-password"><button>Go</button></form>"""
    no_lead(v, form, {"[name=a]": WORD, "[name=b]": WORD, "[type=password]": SECRET})


@case("A login: a password beside one identity field")
def login_by_shape(v: Visitor) -> None:
    form = """<form method="post" action="/in"><label>E-mail <input type="email" name="email"></label>
    <label>Password <input type="password" name="p"></label>
    <label><input type="checkbox" name="stay"> Stay signed in</label><button>Go</button></form>"""
    no_lead(v, form, {"[type=email]": f"{WORD}@example.com", "[type=password]": SECRET})


@case("A login whose password was made visible before it is sent")
def login_shown_password(v: Visitor) -> None:
    form = """<form method="post" action="/in"><input name="user"><input type="password" name="p" id="p">
    <button>Go</button></form><p id="eye">show</p>"""
    v.open(form + script("eye.onclick = () => { p.type = 'text'; };"))
    v.fill("[name=user]", WORD)
    v.fill("#p", SECRET)
    v.click("#eye")
    v.click("button")
    v.arrives("/thanks")
    nothing_but_the_control(v)
    assert SECRET not in v.sent and WORD not in v.sent


@case("method=dialog")
def dialog_method(v: Visitor) -> None:
    form = '<dialog open><form method="dialog"><input name="email"><button>Close</button></form></dialog>'
    no_lead(v, form, {"input": f"{WORD}@example.com"}, stays=True)


@case("A button with formmethod=dialog")
def dialog_by_button(v: Visitor) -> None:
    form = """<dialog open><form method="post" action="/send"><input name="email">
    <button formmethod="dialog">Cancel</button></form></dialog>"""
    no_lead(v, form, {"input": f"{WORD}@example.com"}, stays=True)


@case("data-leadsbot-ignore on the form")
def ignored_by_attribute(v: Visitor) -> None:
    form = '<form data-leadsbot-ignore method="post" action="/send"><input name="email"><button>Go</button></form>'
    no_lead(v, form, {"input": f"{WORD}@example.com"})


@case("data-ignore on the tag")
def ignored_by_tag(v: Visitor) -> None:
    form = '<form class="staff" method="post" action="/send"><input name="email"><button>Go</button></form>'
    no_lead(v, form, {"input": f"{WORD}@example.com"}, 'data-ignore=".staff"')


@case("Ignored by the site's settings, by name", ignored_forms=["staff only", "#internal"])
def ignored_by_site_name(v: Visitor) -> None:
    form = '<form name="Staff only" method="post" action="/send"><input name="email"><button>Go</button></form>'
    no_lead(v, form, {"input": f"{WORD}@example.com"})


@case("Ignored by the site's settings, by selector", ignored_forms=["#internal"])
def ignored_by_site_selector(v: Visitor) -> None:
    form = '<form id="internal" method="post" action="/send"><input name="email"><button>Go</button></form>'
    no_lead(v, form, {"input": f"{WORD}@example.com"})


@case("Outside data-container; inside it is a lead")
def outside_container(v: Visitor) -> None:
    v.open(
        CONTACT.replace('name="contact"', 'name="outside"') + f'<div id="box">{CONTACT}</div>',
        tag=v.tag('data-container="#box"'),
    )
    fill_contact(v, name=WORD)
    v.click("button")
    v.arrives("/thanks")
    v.go("/page")
    v.fill("#box [name=email]", v.email)
    v.click("#box button")
    v.arrives("/thanks")
    lead = v.lead()
    control(v)
    assert (lead["form_name"], lead["email"]) == ("contact", v.email) and WORD not in v.sent


@case("A form without any value is none")
def empty(v: Visitor) -> None:
    v.open(CONTACT)
    v.click("button")
    v.arrives("/thanks")
    nothing_but_the_control(v)


@case("A lone q that is posted is an enquiry: a lead")
def posted_q(v: Visitor) -> None:
    question = '<label>Your question <input name="q"></label><button>Ask</button>'
    v.open(f'<form name="ask" method="post" action="/ask">{question}</form>')
    v.fill("input", WORD)
    v.click("button")
    v.arrives("/thanks")
    assert v.values(v.lead(confirmation="confirmed")) == {"q": WORD}


@case("A search field in a form that asks for an address is an enquiry: a lead")
def search_with_contact(v: Visitor) -> None:
    form = """<form name="find" action="/s"><label>Looking for <input type="search" name="words"></label>
    <label>Tell me when <input type="email" name="email"></label><button>Go</button></form>"""
    v.open(form)
    v.fill("[name=words]", WORD)
    v.fill("[name=email]", v.email)
    v.click("button")
    v.arrives("/s")
    assert v.lead(confirmation="confirmed")["email"] == v.email


@case("A registration is a lead, without its passwords")
def registration(v: Visitor) -> None:
    form = """<form name="join" method="post" action="/join"><label>Name <input name="name"></label>
    <label>E-mail <input type="email" name="email"></label>
    <label>Password <input type="password" name="p1" autocomplete="new-password"></label>
    <label>Again <input type="password" name="p2"></label><button>Join</button></form>"""
    v.open(form)
    for field, text in {"name": "Jane Doe", "email": v.email, "p1": SECRET, "p2": SECRET}.items():
        v.fill(f"[name={field}]", text)
    v.click("button")
    v.arrives("/thanks")
    lead = v.lead(confirmation="confirmed")
    assert v.values(lead) == {"name": "Jane Doe", "email": v.email}
    assert SECRET not in v.sent


@case("A field with data-leadsbot-ignore stays with the page, the rest is a lead")
def ignored_field(v: Visitor) -> None:
    v.open(CONTACT.replace("<textarea", "<textarea data-leadsbot-ignore"))
    fill_contact(v, message=WORD)
    v.click("button")
    v.arrives("/thanks")
    assert v.values(v.lead(confirmation="confirmed")) == {"name": "Jane Doe", "email": v.email}
    assert WORD not in v.sent


@case("The order of a shop's list, sent by form.submit() as it changes (WooCommerce)")
def order_of_a_list(v: Visitor) -> None:
    v.open("""<form class="woocommerce-ordering" method="get" action="/shop"><select name="orderby"
    onchange="setTimeout(() => this.form.submit(), 99)"><option value="">Ours</option><option>price</option></select>
    <input type="hidden" name="paged" value="1"></form>""")
    v.choose("select", "price")
    v.arrives("/shop")
    nothing_but_the_control(v)


@case("A filter: a GET form without any text")
def list_filter(v: Visitor) -> None:
    v.open("""<form method="get" action="/shop"><label><input type="checkbox" name="colour" value="red"> Red</label>
    <label>From <input type="number" name="min"></label><button>Show</button></form>""")
    v.click("[value=red]")
    v.click("button")
    v.arrives("/shop")
    nothing_but_the_control(v)


@case("A search by a lone s, as WordPress has it")
def search_s(v: Visitor) -> None:
    no_lead(v, '<form action="/s"><input name="s" placeholder="Search"><button>Go</button></form>', {"input": WORD})
