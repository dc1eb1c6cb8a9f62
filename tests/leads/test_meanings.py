"""What a field is about, in the languages people build forms in; and what only looks like it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from leadsbot.leads.meanings import CONTACT, contact_pattern, guess, meaning_of


@dataclass(frozen=True)
class Field:
    name: str = ""
    label: str = ""
    type: str = "text"
    value: str = "x"
    means: str | None = None


# Labels as they stand on pages: meaning, language, at least five.
LABELS: dict[str, dict[str, tuple[str, ...]]] = {
    "email": {
        "en": ("E-mail", "Email Address *", "Your email", "Work email", "contact_email", "emailaddress", "user_email"),
        "de": ("E-Mail-Adresse", "Ihre E-Mail *", "Mailadresse", "Deine E-Mail-Adresse", "E-Mail (Pflichtfeld)"),
        "fr": ("Adresse e-mail", "Courriel", "Votre adresse mail *", "Adresse électronique", "Votre e-mail"),
        "es": ("Correo electrónico", "Correo", "Dirección de correo electrónico", "Tu correo", "Su e-mail"),
        "pt": ("E-mail", "Seu e-mail", "Endereço de e-mail", "Correio eletrónico", "E-mail (obrigatório)"),
        "it": ("Indirizzo email", "La tua e-mail", "Posta elettronica", "Indirizzo e-mail *", "E-mail aziendale"),
        "nl": ("E-mailadres", "Uw e-mailadres", "E-mail (verplicht)", "Je mailadres", "Zakelijk e-mailadres"),
        "pl": ("Adres e-mail", "Twój e-mail", "E-mail *", "Adres poczty elektronicznej", "Adres mailowy"),
        "ru": ("Электронная почта", "Ваш e-mail", "Эл. почта", "Адрес электронной почты", "Почта *"),
    },
    "phone": {
        "en": ("Phone number", "Mobile", "Your phone", "cellPhone", "Telephone (optional)", "Phone 2"),
        "de": ("Telefonnummer", "Tel.-Nr.", "Handynummer", "Ihre Telefonnummer", "Telefon (freiwillig)"),
        "fr": ("Téléphone portable", "Numéro de téléphone", "N° de téléphone", "Votre téléphone", "Tél. *", "Portable"),
        "es": ("Teléfono", "Número de teléfono", "Teléfono móvil", "Celular", "Tu teléfono de contacto", "Móvil"),
        "pt": ("Telefone", "Celular", "Telemóvel", "Telefone / WhatsApp", "Seu telefone", "Telefone (com DDD)"),
        "it": ("Telefono", "Numero di telefono", "Cellulare", "Recapito telefonico", "Il tuo numero di telefono"),
        "nl": ("Telefoonnummer", "Telefoon", "Mobiel nummer", "Uw telefoonnummer", "Gsm-nummer", "Mobiele telefoon"),
        "pl": ("Telefon", "Numer telefonu", "Telefon kontaktowy", "Nr tel.", "Telefon komórkowy"),
        "ru": ("Телефон", "Номер телефона", "Ваш телефон *", "Контактный телефон", "Мобильный телефон"),
    },
    "first_name": {
        "en": ("First name", "firstName", "Given name", "your_first_name", "fname", "First Name *", "Forename"),
        "de": ("Vorname", "Ihr Vorname", "Vorname *", "Dein Vorname", "vorname (Pflichtfeld)"),
        "fr": ("Prénom", "Votre prénom", "Prénom *", "prenom", "Prénom (obligatoire)"),
        "es": ("Primer nombre", "Nombre de pila", "Primer nombre *", "primer_nombre", "Tu primer nombre"),
        "pt": ("Primeiro nome", "Nome próprio", "primeiro_nome", "Seu primeiro nome", "Primeiro nome *"),
        "it": ("Primo nome", "Nome di battesimo", "primo_nome", "Il tuo primo nome", "Primo nome *"),
        "nl": ("Voornaam", "Uw voornaam", "Voornaam *", "Je voornaam", "Roepnaam"),
        "pl": ("Imię", "Twoje imię", "Imię *", "imie", "Pierwsze imię"),
        "ru": ("Личное имя", "Ваше личное имя", "Личное имя *", "личное_имя", "Укажите личное имя"),
    },
    "last_name": {
        "en": ("Last name", "Surname", "Family Name *", "lastName", "lname", "your-last-name"),
        "de": ("Nachname", "Familienname", "Ihr Nachname *", "Zuname", "Nachname (erforderlich)"),
        "fr": ("Nom de famille", "Votre nom de famille", "nom_de_famille", "Nom de famille *", "nomDeFamille"),
        "es": ("Apellidos", "Apellido", "Tus apellidos", "Primer apellido", "Apellidos *"),
        "pt": ("Sobrenome", "Apelido", "Seu sobrenome", "Último nome", "Sobrenome *"),
        "it": ("Cognome", "Il tuo cognome", "Cognome *", "cognome (obbligatorio)", "Inserisci il tuo cognome"),
        "nl": ("Achternaam", "Uw achternaam", "Familienaam", "Achternaam *", "Je achternaam"),
        "pl": ("Nazwisko", "Twoje nazwisko", "Nazwisko *", "nazwisko (wymagane)", "Podaj nazwisko"),
        "ru": ("Фамилия", "Ваша фамилия", "Фамилия *", "Фамилия (обязательно)", "Укажите: фамилия"),
    },
    "name": {
        "en": ("Name", "Full name", "Your Name (required)", "contact_name", "First and last name", "customer[name]"),
        "de": ("Ihr Name", "Vor- und Nachname", "Vorname, Nachname", "Vollständiger Name", "Name, Vorname"),
        "fr": ("Nom", "Nom et prénom", "Nom / Prénom", "Votre nom *", "Nom complet", "Prénom et nom"),
        "es": ("Nombre", "Nombre y apellidos", "Tu nombre", "Nombre completo", "Nombre *"),
        "pt": ("Nome", "Nome completo", "Seu nome", "O seu nome", "Nome e sobrenome"),
        "it": ("Nome e cognome", "Nome", "Il tuo nome", "Nome Cognome", "Nominativo"),
        "nl": ("Naam", "Uw naam", "Volledige naam", "Voor- en achternaam", "Je naam *"),
        "pl": ("Imię i nazwisko", "Twoje imię i nazwisko", "Imię, nazwisko", "Nazwisko i imię", "Imię i nazwisko *"),
        "ru": ("Имя", "ФИО", "Ф.И.О.", "Ваше имя", "Имя и фамилия", "Фамилия Имя Отчество"),
    },
    "company": {
        "en": ("Company", "Company name", "Organisation", "Your company", "Business name", "organizationName"),
        "de": ("Firma", "Unternehmen", "Firmenname", "Name des Unternehmens", "Ihre Firma (optional)"),
        "fr": ("Entreprise", "Société", "Nom de l'entreprise", "Nom de votre société", "Raison sociale"),
        "es": ("Empresa", "Nombre de la empresa", "Tu empresa", "Compañía", "Razón social"),
        "pt": ("Empresa", "Nome da empresa", "Sua empresa", "Organização", "Razão social"),
        "it": ("Azienda", "Nome dell'azienda", "Ragione sociale", "Società", "La tua azienda"),
        "nl": ("Bedrijf", "Bedrijfsnaam", "Organisatie", "Naam van uw bedrijf", "Uw bedrijf"),
        "pl": ("Firma", "Nazwa firmy", "Twoja firma", "Organizacja", "Nazwa organizacji"),
        "ru": ("Компания", "Название компании", "Организация", "Ваша компания", "Наименование организации"),
    },
    "message": {
        "en": ("Message", "Your message", "Comments", "How can we help you?", "Questions or comments", "Enquiry"),
        "de": ("Nachricht", "Ihre Nachricht *", "Ihre Nachricht an uns", "Ihr Anliegen", "Bemerkungen"),
        "fr": ("Votre message", "Message *", "Commentaires", "Votre demande", "Remarques"),
        "es": ("Mensaje", "Tu mensaje", "Comentarios", "Consulta", "Escribe tu mensaje"),
        "pt": ("Mensagem", "Sua mensagem", "A sua mensagem", "Comentários", "Observações"),
        "it": ("Messaggio", "Il tuo messaggio", "La tua richiesta", "Testo del messaggio", "Il vostro messaggio"),
        "nl": ("Bericht", "Uw bericht", "Opmerkingen", "Vraag of opmerking", "Je vraag"),
        "pl": ("Wiadomość", "Treść wiadomości", "Twoja wiadomość", "Uwagi", "Treść zapytania"),
        "ru": ("Сообщение", "Ваше сообщение", "Текст сообщения", "Комментарий", "Ваш вопрос"),
    },
    "event_date": {
        "en": ("Event date", "Date of event", "Wedding date", "eventDate", "Date of your wedding", "Date"),
        "de": ("Veranstaltungsdatum", "Datum der Veranstaltung", "Hochzeitsdatum", "Datum der Feier", "Eventdatum"),
        "fr": ("Date de l'événement", "Date du mariage", "Date de la fête", "Date de votre événement", "Date de fête"),
        "es": ("Fecha del evento", "Fecha de la boda", "Fecha de su evento", "Fecha de la fiesta", "Día del evento"),
        "pt": ("Data do evento", "Data do casamento", "Data do seu evento", "Data da festa", "data_evento"),
        "it": ("Data dell'evento", "Data del matrimonio", "Data evento", "Data delle nozze", "Data della festa"),
        "nl": ("Datum evenement", "Trouwdatum", "Datum van het evenement", "Datum van uw feest", "Evenementdatum"),
        "pl": ("Data wydarzenia", "Data imprezy", "Data ślubu", "Data wesela", "Termin wydarzenia"),
        "ru": ("Дата мероприятия", "Дата события", "Дата свадьбы", "Дата праздника", "Дата вашего мероприятия"),
    },
}  # fmt: skip
ALL = [(what, lang, named) for what, languages in LABELS.items() for lang, named in languages.items()]


def test_every_meaning_has_five_labels_in_each_of_nine_languages() -> None:
    assert {len(languages) for languages in LABELS.values()} == {9}
    assert all(len(set(named)) >= 5 for languages in LABELS.values() for named in languages.values())


@pytest.mark.parametrize(("meaning", "language", "labels"), ALL)
def test_names_and_labels_are_understood(meaning: str, language: str, labels: tuple[str, ...]) -> None:
    assert {label: meaning_of(Field(label)) for label in labels} == dict.fromkeys(labels, meaning)
    assert {label: meaning_of(Field("field_7", label)) for label in labels} == dict.fromkeys(labels, meaning)


@pytest.mark.parametrize(
    ("name", "label", "meaning"),
    [
        ("input_1.3", "First", "first_name"), ("input_1.6", "Last", "last_name"),  # Gravity Forms
        ("wpforms[fields][0][first]", "First", "first_name"), ("wpforms[fields][0][last]", "Last *", "last_name"),
        ("FNAME", "First Name", "first_name"), ("LNAME", "", "last_name"),  # Mailchimp
        ("0-1/firstname", "First name", "first_name"), ("0-2/name", "Company name", "company"),  # HubSpot
        ("your-name", "Your name (required)", "name"), ("form_fields[field_8a2]", "Vor- und Nachname", "name"),
        ("fields[first_name]", "", "first_name"), ("email_address", "", "email"),  # Kit
        ("contact[body]", "Comment", "message"), ("contact[phone]", "Phone number", "phone"),  # Shopify
        ("et_pb_contact_email_0", "Email Address", "email"), ("item_meta[6]", "Name", "name"),  # Divi, Formidable
        ("q3_name[first]", "First Name", "first_name"), ("q5_phoneNumber[full]", "Phone Number", "phone"),  # Jotform
        ("ctl00$Main$txtEmail", "E-mail", "email"), ("Name-2", "Name", "name"),  # ASP.NET, Webflow
        ("input_9", "Tell us about your project", "message"), ("details", "Event details", "message"),
        ("name", "First name", "first_name"), ("name", "Last name", "last_name"),
        ("q1", "First choice of date", ""), ("q2", "Last visit", ""),
    ],
)  # fmt: skip
def test_fields_as_the_builders_of_pages_call_them(name: str, label: str, meaning: str) -> None:
    assert meaning_of(Field(name, label)) == meaning


@pytest.mark.parametrize(
    "label",
    [
        "Username", "user_name", "Pet name", "Emergency contact name", "Name of your event", "Event name", "Nickname",
        "Company size", "Email preferences", "Phone model", "Nominee", "Street address", "Adresse", "Indirizzo",
        "Mailing list", "Geburtsdatum", "Date of birth", "Data urodzenia", "Birthday", "Domain name", "Nom du chien",
        "What is the name of the person who told you about our company, and may we thank them?", "Отчество",
        "How many guests do you expect at your event?", "Would you like to receive our e-mail newsletter?",
        "Nombre de invitados", "Nome do animal", "Anzahl der Gäste", "Firmengröße", "Preferred contact method", "",
    ],
)  # fmt: skip
def test_other_things_are_nothing_of_a_person(label: str) -> None:
    assert meaning_of(Field(label)) == ""
    assert meaning_of(Field("field_7", label)) == ""


@pytest.mark.parametrize(
    ("hint", "meaning"),
    [
        ("first_name", "first_name"), ("event_date", "event_date"), ("message", "message"), (" Company ", "company"),
        ("email", "email"), ("home tel", "phone"), ("tel-national", "phone"), ("given-name", "first_name"),
        ("family-name", "last_name"), ("name", "name"), ("organization", "company"), ("work email", "email"),
        ("section-blue shipping home tel", "phone"), ("Billing Given-Name", "first_name"), ("email webauthn", "email"),
        ("bday", ""), ("fax tel", ""), ("cc-name", ""), ("billing street-address", ""), ("nickname", ""),
        ("tel-country-code", ""), ("organization-title", ""),
    ],
)  # fmt: skip
def test_what_the_page_declares_outweighs_everything(hint: str, meaning: str) -> None:
    assert meaning_of(Field("comments", "Email", type="email", means=hint)) == meaning


@pytest.mark.parametrize(
    "hint", ["off", "on", "nope", "", "banana", "numeric", "new-password", "username", "no such email"]
)
def test_a_hint_that_says_nothing_known_leaves_it_to_type_and_words(hint: str) -> None:
    assert meaning_of(Field("q1", type="email", means=hint)) == "email"
    assert meaning_of(Field("Vorname", means=hint)) == "first_name"


@pytest.mark.parametrize(
    ("field", "meaning"),
    [
        (Field("plz", "Postal code", means="tel"), ""),
        (Field("f7", "Kundennummer", means="tel"), ""),
        (Field("vorname", means="tel"), "first_name"),
        (Field("q1", "Wie erreichen wir Sie?", means="tel"), "phone"),
        (Field("name", "Phone", means="tel"), "phone"),
        (Field("mail", type="email", means="url"), "email"),
        (Field("mail", type="email", means="tel"), "email"),
        (Field("q1", "E-mail", means="url"), "email"),
        (Field("q1", means="url"), ""),
        (Field("q1", means="email"), "email"),
        (Field("Company", means="email", value="Analytical Ltd"), "company"),
        (Field("Company", means="email", value="ada@example.com"), "email"),
        (Field("x", type="hidden", means="email"), "email"),
    ],
)
def test_what_may_be_a_keyboard_outweighs_neither_type_nor_words(field: Field, meaning: str) -> None:
    assert meaning_of(field) == meaning


def test_the_type_outweighs_the_name_and_the_name_the_label() -> None:
    assert meaning_of(Field("name", "Company", type="tel")) == "phone"
    assert meaning_of(Field("phone", "Name")) == "phone"


@pytest.mark.parametrize("kind", ["checkbox", "radio", "hidden"])
def test_what_nobody_types_is_named_by_its_page_alone(kind: str) -> None:
    assert meaning_of(Field("phone", type=kind)) == ""
    assert meaning_of(Field("x", type=kind, means="phone")) == "phone"


def words(text: str) -> str:
    """As the widget makes them."""
    split = re.sub(r"([a-zà-ÿа-я])([A-ZА-Я\d])", r"\1 \2", text).lower()
    return " " + re.sub(r"[\W_]+", " ", split).strip() + " "


@pytest.mark.parametrize(("meaning", "language", "labels"), ALL)
def test_the_widget_knows_a_contact_by_the_same_words(meaning: str, language: str, labels: tuple[str, ...]) -> None:
    found = {words(label): bool(re.search(contact_pattern(), words(label))) for label in labels}
    assert found == dict.fromkeys(map(words, labels), meaning in CONTACT)


@pytest.mark.parametrize("text", ["tel", "email", "given-name", "section-a billing family-name", "work tel-national"])
def test_the_widget_knows_a_contact_by_autocomplete_and_type(text: str) -> None:
    assert re.search(contact_pattern(), words(text))


@pytest.mark.parametrize(
    "text",
    ["", "text", "off", "address", "company name", "business name", "bday", "cc-name", "name of your pet", "number"],
)
def test_the_widget_takes_nothing_else_for_a_contact(text: str) -> None:
    assert not re.search(contact_pattern(), words(text))


def test_the_pattern_means_the_same_to_python_and_to_javascript() -> None:
    """Nothing but literals, classes, groups that don't capture, `|`, `?`, `*`, `+`, `{1,4}`, `\\d` and anchors."""
    rest = re.sub(r"\(\?:|\[\^? ?[^\W\d_]*\]|\{1,4\}|\\d|[\w ]", "", contact_pattern())
    assert set(rest) <= set("^$|?*+)")


def test_the_pattern_is_small_and_quick_with_whatever_is_held_against_it() -> None:
    assert len(contact_pattern().encode()) < 5_500
    for text in (" a" * 100, " section" * 25, " your" * 40, " " + "e" * 200):
        assert not re.search(contact_pattern(), text + " ")


def test_a_long_label_is_a_question() -> None:
    assert guess("your " * 9 + "name") == "name"
    assert guess("your " * 10 + "name") == ""
