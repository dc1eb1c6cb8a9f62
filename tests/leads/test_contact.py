"""A form becomes a person, in the languages people build forms in, and nothing filled in is lost."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsbot.leads.contact import Contact, from_fields, normalise_email, phone_e164, split_name


@dataclass(frozen=True)
class Field:
    name: str = ""
    value: str = "x"
    label: str = ""
    type: str = "text"
    means: str | None = None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" Ada@Example.COM ", "ada@example.com"),
        ("ada+news@example.co.uk", "ada+news@example.co.uk"),
        ("jörg@bücher.example", "jörg@bücher.example"),
        ("ada@xn--bcher-kva.example", "ada@bücher.example"),
        ("ada@shop.test", "ada@shop.test"),
    ],
)
def test_mail_addresses_have_one_form(text: str, expected: str) -> None:
    assert normalise_email(text) == expected


@pytest.mark.parametrize(
    "text", ["", "ada", "ada@", "@example.com", "a b@example.com", "ada@localhost", "a@b@c.com", "\ud800"]
)
def test_what_is_no_mail_address_has_none(text: str) -> None:
    assert normalise_email(text) is None


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("0660 123 45 67", "at", "+436601234567"),
        ("+43 (660) 1234567", "", "+436601234567"),
        ("(212) 555-0100", "US", "+12125550100"),
        ("0660 1234567", "", None),
        ("12345", "US", None),
        ("call me", "US", None),
        ("1" * 200, "US", None),
        ("+436601234567", "nowhere", "+436601234567"),
    ],
)
def test_phones_become_e164_where_they_can(text: str, country: str, expected: str | None) -> None:
    assert phone_e164(text, country) == expected


def test_a_name_splits_on_its_first_space() -> None:
    assert split_name(" Ada King  Lovelace ") == ("Ada", "King  Lovelace")
    assert split_name("Ada") == ("Ada", "")


def test_what_the_page_says_outweighs_type_and_name() -> None:
    got = from_fields([Field("email", "Analytical Ltd", type="email", means="company")])
    assert got == Contact(company="Analytical Ltd")


@pytest.mark.parametrize("sure", [Field("q2", "+43 660 1", type="tel"), Field("Telefon", "+43 660 1")])
def test_what_surely_is_a_phone_wins_over_what_only_has_its_keyboard(sure: Field) -> None:
    fields = [Field("q1", "4711", means="tel"), sure]
    assert from_fields(fields) == Contact(phone="+43 660 1", custom={"q1": "4711"})
    assert from_fields(fields[:1]).phone == "4711"


def test_an_unknown_meaning_is_no_meaning() -> None:
    assert from_fields([Field("q1", "ada@example.com", type="email", means="banana")]).email == "ada@example.com"


def test_the_type_outweighs_the_name() -> None:
    assert from_fields([Field("name", "+43 660 1", type="tel")]) == Contact(phone="+43 660 1")


def test_a_name_beside_a_first_name_is_the_last_name() -> None:
    got = from_fields([Field("nom", "Lovelace"), Field("prénom", "Ada")])
    assert (got.first_name, got.last_name) == ("Ada", "Lovelace")


@pytest.mark.parametrize(
    ("first", "last"),
    [("Nombre", "Apellidos"), ("Nome", "Cognome"), ("Nome", "Sobrenome"), ("Имя", "Фамилия"), ("Imię", "Nazwisko")],
)
def test_a_name_beside_a_last_name_is_the_first_name(first: str, last: str) -> None:
    got = from_fields([Field("a", "Lovelace", last), Field("b", "Ada Augusta", first)])
    assert (got.first_name, got.last_name, got.custom) == ("Ada Augusta", "Lovelace", {})


def test_a_name_beside_first_and_last_is_kept_aside() -> None:
    got = from_fields([Field("first_name", "A"), Field("last_name", "L"), Field("name", "Bob")])
    assert (got.first_name, got.last_name, got.custom) == ("A", "L", {"Name": "Bob"})


def test_an_invalid_mail_address_is_kept_aside_and_a_later_valid_one_counts() -> None:
    got = from_fields([Field("email", "ada at home", label="E-mail"), Field("mail", "ada@example.com", type="email")])
    assert (got.email, got.custom) == ("ada@example.com", {"E-mail": "ada at home"})


def test_seconds_of_a_kind_are_kept_aside_and_messages_joined() -> None:
    fields = [Field("phone", "1"), Field("mobile", "2"), Field("message", "a"), Field("comments", "b")]
    assert from_fields(fields) == Contact(phone="1", message="a\n\nb", custom={"mobile": "2"})


def test_unknown_fields_stand_under_their_label_else_their_name_and_count_up() -> None:
    fields = [
        Field("q1", "a", "Budget"),
        Field("q2", "b", "Budget"),
        Field("q3", "c"),
        Field("", "d"),
        Field("q4", " "),
    ]
    assert from_fields(fields).custom == {"Budget": "a", "Budget (2)": "b", "q3": "c", "Field": "d"}


@pytest.mark.parametrize("value", ["24.12.2026", "2026-02-30", "2026-1-1", "٢٠٢٦-١٢-٢٤", "soon"])
def test_a_date_of_another_form_is_kept_aside(value: str) -> None:
    assert from_fields([Field("d", value, means="event_date")]) == Contact(custom={"d": value})


def test_a_ticked_box_called_phone_is_no_phone() -> None:
    assert from_fields([Field("phone", "yes", type="checkbox"), Field("tel", "none", type="tel")]).phone is None


_words = st.sampled_from(["email", "phone", "name", "first name", "message", "event_date", "q", ""]) | st.text(
    max_size=8
)
_values = st.sampled_from(["ada@example.com", "0660 1", "2026-12-24"]) | st.text(max_size=12)


@given(st.lists(st.builds(Field, name=_words, value=_values, label=_words, type=_words, means=st.none() | _words)))
def test_nothing_that_was_filled_in_is_lost(fields: list[Field]) -> None:
    got = from_fields(fields)
    held = " ".join([str(v) for v in (got.email, got.phone, got.first_name, got.last_name, got.company, got.message)])
    held = f"{held} {got.event_date} {' '.join(got.custom.values())}"
    for field in fields:
        value = field.value.strip()
        assert (normalise_email(value) or value) in held or value in held or all(w in held for w in value.split())


@given(st.text(), st.text())
def test_parsers_never_raise_and_settle_at_once(text: str, country: str) -> None:
    email, phone = normalise_email(text), phone_e164(text, country)
    assert email is None or normalise_email(email) == email
    assert phone is None or phone_e164(phone, "") == phone
