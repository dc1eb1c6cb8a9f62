"""Which column is which field: guessed, and as somebody says."""

from __future__ import annotations

import pytest

from leadsbot.errors import InvalidInput
from leadsbot.imports.columns import applied, guessed, require_contact, said_in

KNOWN = {"stage": {"new", "won"}, "status": {"new", "quoted"}}

HEADERS = {
    "English": "First Name,Last Name,Email Address,Phone,Company,Created At,Tags",
    "German": "Vorname,Nachname,E-Mail-Adresse,Telefonnummer,Firma,Erstellt am,Schlagwörter",
    "French": "Prénom,Nom de famille,Adresse e-mail,Téléphone,Entreprise,Date de création,Étiquettes",
    "Spanish": "Primer nombre,Apellidos,Correo electrónico,Teléfono,Empresa,Fecha de creación,Etiquetas",
    "Portuguese": "Primeiro nome,Sobrenome,E-mail,Telefone,Empresa,Data de criação,Tags",
    "Italian": "Primo nome,Cognome,Indirizzo e-mail,Telefono,Azienda,Data di creazione,Etichette",
    "Dutch": "Voornaam,Achternaam,E-mailadres,Telefoonnummer,Bedrijf,Aangemaakt op,Labels",
    "Polish": "Imię,Nazwisko,Adres e-mail,Numer telefonu,Nazwa firmy,Data utworzenia,Etykiety",
    "Russian": "Личное имя,Фамилия,Электронная почта,Телефон,Компания,Дата создания,Теги",
}


@pytest.mark.parametrize("language", HEADERS)
def test_columns_are_understood_in_nine_languages(language: str) -> None:
    mapping = guessed(HEADERS[language].split(","), [], KNOWN)
    assert list(mapping.values()) == ["first_name", "last_name", "email", "phone", "company", "created_at", "tags"]


@pytest.mark.parametrize(
    "name",
    [
        *("Date received", "Eingangsdatum", "Eingegangen am", "Anfragedatum", "Zeitstempel", "Date de réception"),
        *("Reçu le", "Fecha de entrada", "Marca temporal", "Data de entrada", "Carimbo de data/hora"),
        *("Data di ricezione", "Informazioni cronologiche", "Ontvangen op", "Data wpływu", "Дата поступления"),
    ],
)
def test_when_a_lead_came_in_is_when_it_was_created(name: str) -> None:
    assert guessed([name, "Event date"], [], KNOWN) == {name: "created_at", "Event date": "event_date"}


def test_our_own_names_are_understood() -> None:
    header = ["utm_source", "firstName", "Event Date", "custom_thing", "Import error"]
    assert list(guessed(header, [], KNOWN).values()) == ["utm_source", "first_name", "event_date", "custom", "-"]


def test_a_field_is_guessed_once() -> None:
    assert list(guessed(["Email", "E-mail (2)"], [], KNOWN).values()) == ["email", "custom"]


def test_a_column_of_addresses_is_the_email() -> None:
    rows = [["x", "a@x.example"], ["y", "b@x.example"], ["z", "none"]]
    assert guessed(["Ref", "Konto"], rows, KNOWN) == {"Ref": "custom", "Konto": "email"}


def test_another_systems_status_is_no_stage_of_ours() -> None:
    assert guessed(["Status"], [["Open"], ["Closed"], ["New"]], KNOWN) == {"Status": "custom"}
    assert guessed(["Status"], [["Quoted"], ["new"], ["Closed"]], KNOWN) == {"Status": "status"}


def test_what_is_said_counts_and_takes_the_field_from_a_guess() -> None:
    guess = {"Email": "email", "Second": "custom", "Junk": "custom"}
    assert applied(guess, {"second": "Email", "JUNK": "-"}) == {"Email": "custom", "Second": "email", "Junk": "-"}


@pytest.mark.parametrize("said", [{"Nope": "email"}, {"Email": "shoe_size"}, {"Email": "phone", "Junk": "phone"}])
def test_a_mapping_that_can_not_be_is_refused(said: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        applied({"Email": "email", "Junk": "custom"}, said)
    assert refused.value.fields == ("map",)


def test_the_query_string_may_name_columns_with_commas_and_colons() -> None:
    assert said_in(["Name, first:first_name,Tel: home:phone", "Mail:email"]) == {
        "Name, first": "first_name",
        "Tel: home": "phone",
        "Mail": "email",
    }
    for wrong in ("email", ":email", "a:b,c"):
        with pytest.raises(InvalidInput):
            said_in([wrong])


def test_somebody_must_be_reachable() -> None:
    require_contact({"a": "phone"})
    with pytest.raises(InvalidInput):
        require_contact({"a": "name"})
