"""Nothing sensitive is stored, whatever the widget let through; nothing else is lost."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsbot.forms.sensitive import is_sensitive, keep

CARD = "4111 1111 1111 1111"


@dataclass(frozen=True)
class Field:
    name: str = ""
    label: str = ""
    type: str = "text"
    value: str = "x"


@pytest.mark.parametrize("kind", ["password", "file", "PASSWORD"])
def test_secret_types_are_sensitive(kind: str) -> None:
    assert is_sensitive("x", "", kind, "y")


@pytest.mark.parametrize(
    "name",
    [
        "password", "user_password", "newPassword", "PassWord", "card-number", "cardNumber", "cardnumber", "ccNumber",
        "cvv", "cvv2", "CVC", "ssn", "IBAN", "user_iban", "passport", "passportNumber", "passwort", "Kreditkarte",
        "Kreditkartennummer", "Prüfziffer", "mot_de_passe", "Numéro de carte", "contraseña", "tarjeta de crédito",
        "Reisepass", "social security number", "Hasło", "Numer karty", "PESEL", "Numer paszportu", "Пароль",
        "Номер банковской карты", "СНИЛС", "Número do cartão", "Numero della carta", "Kaartnummer", "BSN",
        "g-recaptcha-response", "h-captcha-response", "cf-turnstile-response", "captcha",
    ],
)  # fmt: skip
def test_names_and_labels_that_say_so_are_sensitive(name: str) -> None:
    assert is_sensitive(name, "", "text", "x")
    assert is_sensitive("field_7", name, "text", "x")


@pytest.mark.parametrize(
    "name",
    [
        "discard",
        "cardigan number",
        "postcard",
        "passportable",
        "libation",
        "assn",
        "email",
        "Karteikarten",
        "Визитная карточка",
        "Kartagena",
        "message",
        "",
    ],
)
def test_parts_of_words_are_not_sensitive(name: str) -> None:
    assert not is_sensitive(name, name, "text", "x")


def test_a_text_area_s_label_is_prose_and_its_name_is_not() -> None:
    assert not is_sensitive("message", "Your message (never send us a password)", "textarea", "hi")
    assert is_sensitive("password", "", "textarea", "hi")


@pytest.mark.parametrize(
    "value",
    [CARD, "4111-1111-1111-1111", "378282246310005", " 5555555555554444 ", "4222222222222", "6304000000000000000"],
)
def test_card_numbers_are_sensitive(value: str) -> None:
    assert is_sensitive("x", "", "text", value)


@pytest.mark.parametrize(
    "value", ["4111 1111 1111 1112", "411111111111", "41111111111111111111", f"order {CARD}", "²" * 16]
)
def test_other_numbers_are_not_sensitive(value: str) -> None:
    assert not is_sensitive("x", "", "text", value)


def test_a_phone_is_no_card_unless_its_name_speaks_of_one() -> None:
    assert not is_sensitive("contact", "", "tel", CARD)
    assert not is_sensitive("contact", "", "text", "+" + CARD)
    assert is_sensitive("gift_card", "", "tel", CARD)
    assert is_sensitive("x", "Your card", "text", "+" + CARD)


def test_it_keeps_what_may_be_stored_in_order() -> None:
    fields = [
        Field("email"), Field("PASSWORD"), Field("Salary"), Field("x", label="Salary "),
        Field("campaign", type="hidden"),
        Field("csrf", type="hidden"), Field("iban", type="hidden"), Field("name"),
    ]  # fmt: skip
    kept = keep(fields, masked=["salary"], hidden_allowed=["Campaign", "iban"])
    assert [field.name for field in kept] == ["email", "campaign", "name"]


def test_empty_settings_mask_nothing_and_list_nothing_hidden() -> None:
    assert keep([Field(""), Field("a", type="Hidden")], masked=["", " "], hidden_allowed=[]) == [Field("")]


@given(st.text(), st.text(), st.text(), st.text())
def test_it_never_raises(name: str, label: str, kind: str, value: str) -> None:
    kept = keep([Field(name, label, kind, value)], [name], [])
    assert kept == [] or not name.strip()


@dataclass(frozen=True)
class Hinted(Field):
    means: str | None = None


@pytest.mark.parametrize(
    "hint",
    ["cc-number", "billing CC-CSC", "current-password", "new-password webauthn", "section-a one-time-code", "cc-name"],
)
def test_a_field_that_its_page_declares_secret_is_dropped(hint: str) -> None:
    assert keep([Hinted("q7", "Number", means=hint)], (), ()) == []


@pytest.mark.parametrize("hint", ["tel", "email", "one-time-codes", "acc-number", "", None])
def test_a_field_that_its_page_declares_otherwise_stays(hint: str | None) -> None:
    assert len(keep([Hinted("q7", "Number", means=hint)], (), ())) == 1
