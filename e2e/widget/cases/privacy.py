"""What is never sent, whatever the page calls it: it leaves no page, and nothing stored holds it."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.pages import CONTACT, fill_contact, script
from e2e.widget.visitor import Visitor

CARD, SECRET = "4111 1111 1111 1111", "swordfish-77"


def sent_without(v: Visitor, field: str, secrets: list[str], then: str = "", act: str = "") -> None:
    """Send the contact form with another field, `name=x`, that holds these secrets one after another."""
    v.open(CONTACT.replace("<button>", f"<p>{field}</p><button>") + then)
    fill_contact(v)
    for secret in secrets:
        v.fill("[name=x]", secret)
    if act:
        v.run(act)
    v.click("button")
    v.arrives("/thanks")
    lead = v.lead(confirmation="confirmed")
    assert lead["email"] == v.email and "x" not in v.values(lead)
    for secret in secrets:
        assert secret not in v.sent and secret.replace(" ", "") not in v.sent
        assert secret not in v.stored() and secret.replace(" ", "") not in v.stored()


@case("A password", partial_values="all")
def password(v: Visitor) -> None:
    # A registration, not a login: there are more fields than one beside it.
    sent_without(v, '<input type="password" name="x">', [SECRET])


@case("A password that was made visible (type=text) before sending", partial_values="all")
def password_once(v: Visitor) -> None:
    sent_without(
        v, '<input type="password" name="x">', [SECRET], act="document.querySelector('[name=x]').type = 'text';"
    )


@case("A password field that a script put in late and made visible at once", partial_values="all")
def password_late(v: Visitor) -> None:
    v.open(CONTACT)
    v.run("""document.querySelector('button').insertAdjacentHTML('beforebegin', '<input type="password" name="x">');""")
    fill_contact(v)
    v.fill("[name=x]", SECRET)
    v.run("document.querySelector('[name=x]').type = 'text';")
    v.click("button")
    v.arrives("/thanks")
    lead = v.lead(confirmation="confirmed")
    assert "x" not in v.values(lead) and SECRET not in v.sent


@case("A file's name")
def file_name(v: Visitor) -> None:
    v.open(CONTACT.replace("<button>", '<input type="file" name="x"><button>'))
    fill_contact(v)
    v.run(
        "const f = new DataTransfer(); f.items.add(new File(['x'], 'salary-77.pdf'));"
        " document.querySelector('[type=file]').files = f.files;"
    )
    v.click("button")
    v.arrives("/thanks")
    assert "x" not in v.values(v.lead()) and "salary-77" not in v.sent


def by_token(token: str) -> None:
    def run(v: Visitor) -> None:
        sent_without(v, f'<input name="x" autocomplete="{token}">', [SECRET])

    run.__name__ = "autocomplete_" + token.replace("-", "_").replace(" ", "_")
    case(f"autocomplete={token}", partial_values="all")(run)


for each in ("cc-number", "billing cc-csc", "cc-exp", "new-password", "one-time-code"):
    by_token(each)


def by_name(word: str, label: str) -> None:
    def run(v: Visitor) -> None:
        sent_without(v, f'<label>{label} <input name="x"></label>', [SECRET])

    run.__name__ = f"called_{word}"
    case(f"A field that is called “{label}”", partial_values="all")(run)


for each, label in {
    "card_number": "Card number", "kreditkarte": "Kreditkartennummer", "cvv": "CVV", "iban": "IBAN",
    "passport": "Passport number", "ssn": "Social security number", "security_code": "Security code",
}.items():  # fmt: skip
    by_name(each, label)


@case("A payment card typed into any field, in any spelling: never as a whole", partial_values="all")
def card_anywhere(v: Visitor) -> None:
    for spelling in ("4111 1111 1111 1111", "4111-1111-1111-1111", "4111111111111111", "378282246310005"):
        v.open(CONTACT)
        fill_contact(v, message=f"please book {spelling} for me")
        v.widget("flush()")
        v.click("button")
        v.arrives("/thanks")
        v.until(lambda: any(v.email in lead["email"] for lead in v.leads()), "the lead")
    for text in (v.sent, v.stored()):
        assert not [digits for digits in ("4111 1111", "4111-1111", "41111111", "3782822463") if digits in text]


@case("A long phone number is a phone, not a card")
def phone_is_no_card(v: Visitor) -> None:
    v.open(CONTACT.replace("<button>", '<label>Phone <input type="tel" name="phone"></label><button>'))
    fill_contact(v)
    v.fill("[name=phone]", "+49 4222 2222 2222 5")
    v.click("button")
    v.arrives("/thanks")
    assert v.values(v.lead())["phone"] == "+49 4222 2222 2222 5"


@case("Masked by the site's settings, by name, id or label", masked_fields=["x", "Blood type"], partial_values="all")
def masked(v: Visitor) -> None:
    sent_without(v, '<input name="x">', [SECRET], then='<input form="c" name="y">')


@case("Masked by label", masked_fields=["Blood type"], partial_values="all")
def masked_by_label(v: Visitor) -> None:
    sent_without(v, '<label>Blood type <input name="x"></label>', [SECRET])


@case("Hidden fields stay, but for those that the site's settings list", hidden_fields=["plan"])
def hidden(v: Visitor) -> None:
    fields = '<input type="hidden" name="csrf" value="token-4711"><input type="hidden" name="plan" value="gold">'
    v.open(CONTACT.replace("<button>", fields + "<button>"))
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    values = v.values(v.lead(confirmation="confirmed"))
    assert values["plan"] == "gold" and "csrf" not in values and "token-4711" not in v.sent


@case("A honeypot that was filled in is told, so that the lead is spam with its reason", honeypot_field="website")
def honeypot(v: Visitor) -> None:
    v.open(CONTACT.replace("<button>", '<input name="website" tabindex="-1"><button>'))
    fill_contact(v)
    v.fill("[name=website]", "http://spam.example")
    v.click("button")
    v.arrives("/thanks")
    lead = v.lead()
    assert lead["spam"] and "website" in str(lead["spam_reasons"]) and "website" not in v.values(lead)


@case("What the page is called and where it is: personal data in its address stays", partial_values="all")
def address(v: Visitor) -> None:
    v.open(CONTACT, query=f"?email={SECRET}@example.com&token={SECRET}&utm_source=fair&name={SECRET}#{SECRET}")
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    lead = v.lead(confirmation="confirmed")
    assert lead["utm_source"] == "fair"
    told = [one.text for one in v.relay.of(v.token)]
    assert SECRET not in "".join(told) and SECRET not in str(lead)


@case("An address in the path of a page")
def address_in_path(v: Visitor) -> None:
    v.open(CONTACT, "/confirm/jane.secret@example.com/step")
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    lead = v.lead_at(v.site.url + "/", confirmation="confirmed")
    assert "jane.secret" not in lead["page_url"]
    assert "jane.secret" not in "".join(one.text for one in v.relay.of(v.token))


@case("identify() and stage() with a card or a password in them")
def by_hand(v: Visitor) -> None:
    v.open(CONTACT)
    fill_contact(v)
    v.click("button")
    v.arrives("/thanks")
    v.lead(confirmation="confirmed")
    v.go("/page")
    v.widget(f"identify({{ email: '{v.email}', company: 'Lindenhof', card_number: '{CARD}', password: '{SECRET}' }})")
    v.widget(f"stage('Contacted', {{ note: '{CARD}' }})")
    v.until(lambda: v.lead()["company"] == "Lindenhof", "what was said of the visitor")
    v.event("stage")
    assert SECRET not in v.sent and "4111" not in v.sent


@case("The page hears what was captured, and never a value")
def captured_event(v: Visitor) -> None:
    heard = script("window.heard = []; document.addEventListener('leadsbot:captured', (e) => heard.push(e.detail));")
    v.open(heard + CONTACT + script("form.addEventListener('submit', (e) => { e.preventDefault(); form.remove(); });"))
    fill_contact(v)
    v.click("button")
    v.lead(confirmation="confirmed")
    told = v.evaluate("heard")
    assert {"form": "contact", "type": "submit"} in told
    assert v.email not in str(told) and "Jane" not in str(told)
