"""What a field is about: what its author says first, then what it is called, in the commoner languages."""

from __future__ import annotations

from e2e.widget.case import case
from e2e.widget.visitor import Visitor

# Of a person: first and last name, e-mail, phone, company, event date, message; then one that nobody knows.
LABELS = {
    "english": (
        "First name", "Last name", "E-mail address", "Phone number", "Company",
        "Event date", "Your message", "Shoe size",
    ),
    "german": (
        "Vorname", "Nachname", "E-Mail-Adresse", "Telefonnummer", "Firma",
        "Datum der Veranstaltung", "Ihre Nachricht", "Schuhgröße",
    ),
    "french": (
        "Prénom", "Nom de famille", "Adresse e-mail", "Téléphone", "Entreprise",
        "Date de l'événement", "Votre message", "Pointure",
    ),
    "spanish": (
        "Nombre", "Apellidos", "Correo electrónico", "Teléfono", "Empresa",
        "Fecha del evento", "Mensaje", "Talla de zapato",
    ),
    "portuguese": (
        "Primeiro nome", "Sobrenome", "E-mail", "Telefone", "Empresa",
        "Data do evento", "Mensagem", "Número do sapato",
    ),
    "italian": (
        "Nome", "Cognome", "Indirizzo e-mail", "Telefono", "Azienda",
        "Data dell'evento", "Messaggio", "Taglia",
    ),
    "dutch": (
        "Voornaam", "Achternaam", "E-mailadres", "Telefoonnummer", "Bedrijf",
        "Datum van het evenement", "Bericht", "Schoenmaat",
    ),
    "polish": (
        "Imię", "Nazwisko", "Adres e-mail", "Numer telefonu", "Firma",
        "Data wydarzenia", "Wiadomość", "Rozmiar buta",
    ),
    "russian": (
        "Имя", "Фамилия", "Электронная почта", "Телефон", "Компания",
        "Дата мероприятия", "Сообщение", "Размер обуви",
    ),
}  # fmt: skip
FULL_NAME = {
    "english": "Your name", "german": "Ihr Name", "french": "Nom complet", "spanish": "Nombre completo",
    "portuguese": "Nome completo", "italian": "Nome e cognome", "dutch": "Uw naam", "polish": "Imię i nazwisko",
    "russian": "ФИО",
}  # fmt: skip


def sent(v: Visitor, fields: list[tuple[str, str]]) -> dict[str, object]:
    """Send a form of these fields, each given as HTML and what is typed into it; gives the lead."""
    html = "".join(f"<p>{field}</p>" for field, _ in fields)
    v.open(f'<form name="f" method="post" action="/send">{html}<button>Go</button></form>')
    for number, (_, text) in enumerate(fields):
        v.fill(f"js: document.querySelectorAll('form input, form textarea')[{number}]", text)
    v.click("button")
    v.arrives("/thanks")
    return v.lead(confirmation="confirmed")


def known(v: Visitor, lead: dict[str, object]) -> None:
    """Make sure that all that there is to know was understood."""
    told = {name: lead[name] for name in ("first_name", "last_name", "email", "company", "event_date", "message")}
    assert told == {
        "first_name": "Jane", "last_name": "Doe", "email": v.email, "company": "Lindenhof", "event_date": "2027-06-19",
        "message": "Is June free?",
    }  # fmt: skip
    assert str(lead["phone"]).replace(" ", "")[-7:] == v.phone.replace(" ", "")[-7:]


def answers(v: Visitor) -> list[str]:
    return ["Jane", "Doe", v.email, v.phone, "Lindenhof", "2027-06-19", "Is June free?"]


def by_labels(v: Visitor, language: str) -> None:
    """Labels alone, on fields whose names and types say nothing."""
    labels, typed = LABELS[language], [*answers(v), "41"]
    boxes = [f'<label>{label} <input name="field_{n}"></label>' for n, label in enumerate(labels)]
    boxes[6] = f'<label>{labels[6]} <textarea name="field_6"></textarea></label>'
    lead = sent(v, list(zip(boxes, typed, strict=True)))
    known(v, lead)
    assert lead["custom_data"] == {labels[7]: "41"}


def full_name(v: Visitor, language: str) -> None:
    lead = sent(
        v, [(f'<label>{FULL_NAME[language]} <input name="a"></label>', "Jane Doe"), ('<input type="email">', v.email)]
    )
    assert (lead["first_name"], lead["last_name"], lead["custom_data"]) == ("Jane", "Doe", {})


def of_language(language: str) -> None:
    def labels_in(v: Visitor) -> None:
        by_labels(v, language)

    def name_in(v: Visitor) -> None:
        full_name(v, language)

    labels_in.__name__, name_in.__name__ = f"labels_in_{language}", f"full_name_in_{language}"
    case(f"Labels in {language.title()}, on fields whose names say nothing")(labels_in)
    case(f"A whole name in one field, labelled in {language.title()}")(name_in)


for each in LABELS:
    of_language(each)


@case("data-leadsbot-field has the first word")
def declared(v: Visitor) -> None:
    means = ["first_name", "last_name", "email", "phone", "company", "event_date", "message"]
    boxes = [f'<input name="email_{n}" data-leadsbot-field="{word}">' for n, word in enumerate(means)]
    known(v, sent(v, list(zip(boxes, answers(v), strict=True))))


@case("autocomplete, sections and billing included")
def by_autocomplete(v: Visitor) -> None:
    tokens = ["given-name", "family-name", "section-a billing home email", "shipping tel", "organization"]
    boxes = [f'<input name="x{n}" autocomplete="{word}">' for n, word in enumerate(tokens)]
    typed = answers(v)
    lead = sent(v, [*zip(boxes, typed[:5], strict=True), ('<textarea name="message"></textarea>', typed[6])])
    assert (lead["first_name"], lead["last_name"], lead["company"]) == ("Jane", "Doe", "Lindenhof")
    assert lead["email"] == v.email and lead["message"] == typed[6] and lead["phone"]


@case("The type and inputmode of a field whose name says nothing")
def by_type(v: Visitor) -> None:
    lead = sent(v, [('<input type="email" name="a">', v.email), ('<input inputmode="tel" name="b">', v.phone)])
    assert lead["email"] == v.email and lead["phone"] and lead["custom_data"] == {}


@case("inputmode=email of a field whose name says nothing")
def by_inputmode(v: Visitor) -> None:
    assert sent(v, [('<input inputmode="email" name="a">', v.email)])["email"] == v.email


@case("Names in many spellings: firstName, last-name, user_email, phone_2, companyName")
def by_names(v: Visitor) -> None:
    names = ["firstName", "last-name", "user_email", "phone_2", "companyName", "eventDate", "your-message"]
    boxes = [f'<input name="{name}">' for name in names]
    known(v, sent(v, list(zip(boxes, answers(v), strict=True))))


@case("What isn't known goes to custom_data under its label")
def unknown(v: Visitor) -> None:
    boxes = [
        ('<label>How did you hear of us? <input name="q7"></label>', "A friend"),
        ('<label>Guests <input type="number" name="g"></label>', "80"),
        ('<input type="email" name="e">', v.email),
    ]
    lead = sent(v, boxes)
    assert lead["custom_data"] == {"How did you hear of us?": "A friend", "Guests": "80"}


@case("A company's name and an event's name are nobody's name")
def other_names(v: Visitor) -> None:
    boxes = [
        ('<label>Company name <input name="a"></label>', "Lindenhof"),
        ('<label>Event name <input name="b"></label>', "Summer party"),
        ('<label>Name <input name="c"></label>', "Jane Doe"),
        ('<input type="email" name="d">', v.email),
    ]
    lead = sent(v, boxes)
    assert (lead["name"], lead["company"]) == ("Jane Doe", "Lindenhof")
    assert lead["custom_data"] == {"Event name": "Summer party"}


@case(
    "Labels in Arabic and Japanese, right to left too: what a type tells is known, the rest stays whole under its label"
)
def other_scripts(v: Visitor) -> None:
    v.open("""<form name="contact" method="post" action="/send">
    <p dir="rtl"><label>الاسم الكامل <input name="a" dirname="a.dir"></label></p>
    <label>メールアドレス <input type="email" name="b"></label><label>ご要望 <textarea name="c"></textarea></label>
    <button>送信</button></form>""")
    for field, text in (("a", "ليلى حداد"), ("b", v.email), ("c", "六月は空いていますか")):
        v.fill(f"[name={field}]", text)
    v.click("button")
    v.arrives("/thanks")
    lead = v.lead(confirmation="confirmed", email=v.email)
    assert lead["custom_data"] == {"الاسم الكامل": "ليلى حداد", "ご要望": "六月は空いていますか"}


@case("Labels that are tied to nothing: right before the field, around it, in the cell beside it, as mere words")
def untied_labels(v: Visitor) -> None:
    v.open(
        """<form name="old" method="post" action="/send"><h2>Write to us</h2>
        <label>First name</label><input name="f1"><label>Last name *</label><input name="f2">
        <table><tr><td>E-mail</td><td><input name="f3"></td></tr></table>
        <div><label>Phone</label><div><input name="f4" placeholder="0660 ..."></div></div>
        <p>Company<br><input name="f5"></p>
        <div><p>Say something</p><input name="f6" placeholder="Shoe size"></div>
        <button>Send</button></form>"""
    )
    values = {"f1": "Jane", "f2": "Doe", "f3": v.email, "f4": v.phone, "f5": "Ltd", "f6": "40"}
    for name, text in values.items():
        v.fill(f"[name={name}]", text)
    v.click("button")
    v.arrives("/thanks")
    lead = v.lead(confirmation="confirmed")
    assert (lead["first_name"], lead["last_name"], lead["email"]) == ("Jane", "Doe", v.email)
    assert (lead["phone"], lead["company"], lead["custom_data"]) == (v.phone, "Ltd", {"Shoe size": "40"})


@case("A label that a library ties to what it draws in a field's place (Tom Select, Radix), or hides (flatpickr)")
def taken_labels(v: Visitor) -> None:
    v.open(
        """<form name="drawn" method="post" action="/send"><label>E-mail <input name="email"></label>
        <label for="menu-ts-control" id="menu-ts-label">Menu</label><select id="menu" name="menu" tabindex="-1"
        style="position:absolute;width:1px;height:1px"><option value="">-</option><option>Fish</option></select>
        <div><input id="menu-ts-control" role="combobox" tabindex="0"></div>
        <p><label for="size">Size</label> <button type="button" id="size">Large</button><select name="size"
        tabindex="-1" style="position:absolute;width:1px;height:1px"><option>S</option><option>L</option></select></p>
        <p><label for="day">Wedding day</label> <input type="hidden" id="day" name="day" value="2027-06-14">
        <input class="input" value="June 14, 2027"></p><button>Send</button></form>"""
    )
    v.fill("[name=email]", v.email)
    v.choose("#menu", "Fish")
    v.choose("[name=size]", "L")
    v.click("form > button")
    v.arrives("/thanks")
    assert v.lead(confirmation="confirmed")["custom_data"] == {
        "Menu": "Fish",
        "Size": "L",
        "Wedding day": "June 14, 2027",
    }
