"""The server's second look at what a form sent: nothing sensitive is stored, whatever the widget did (contract 2)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Final, Protocol, TypeVar

from leadsbot.forms.words import words_of

CARD_DIGITS: Final = range(13, 20)
_SECRET_TYPES: Final = frozenset({"password", "file"})
# HTML standard, "Autofill detail tokens".
_SECRET_HINT: Final = re.compile(r"(?<!\S)(?:cc-|(?:current-password|new-password|one-time-code)(?!\S))", re.IGNORECASE)
_SEPARATORS: Final = re.compile(r"[\s.+\uff0b\-\u2010-\u2015]+")
_NUMBER: Final = re.compile(r"[\d\s.+\uff0b\-\u2010-\u2015]+")
_PLUS: Final = ("+", "\uff0b")

# Whole words, accents taken off; a space stands for any or no separator ("card number", card-number, cardNumber).
_SECRETS: Final = """
pass word|password|passwords|passwd|pwd|pass code|pass phrase|passwort|kennwort|mot de passe|mdp|contrasena
clave secreta|wachtwoord|haslo|senha|parola d ordine|losenord|adgangskode|one time code|otp|two factor code|pin number
card pin|secret|card number|card no|card num|credit card|debit card|cc number|cc num|cc no|cc csc|cc cvc|cc cvv|cc exp
card expiry|card holder|credit card number|kreditkarte|kreditkarten nummer|karten nummer|kredit karten nummer
prufnummer|prufziffer|carte bancaire|carte bleue|carte de credit|numero de carte|numero de la carte|tarjeta
tarjeta de credito|numero de tarjeta|carta di credito|cartao de credito|cvv|cvc|csc|cvn|security code
card verification|codigo de seguridad|code de securite|sicherheitscode|ssn|social security|social security number
social insurance number|sozialversicherungs nummer|svnr|numero de securite sociale|seguridad social|tax id|steuer id
steuer nummer|steuer idnr|iban|bic|swift code|bank account|account number|konto nummer|bankverbindung|routing number
sort code|numero de cuenta|passport|passport number|passport no|reisepass|reisepass nummer|pass nummer|passeport
pasaporte|passaporto|passaporte|paspoort|national id|identity card number|id card number|personalausweis
ausweis nummer|dni|nif|nie|curp|cpf|codice fiscale|driver license number|drivers license number|driving licence number
fuhrerschein nummer|numer karty|nr karty|karta kredytowa|numer konta|numer rachunku|pesel|nr dowodu|numer dowodu
dowod osobisty|numer paszportu|paszport|numero carta|numero della carta|numero do cartao|numero cartao
codigo de seguranca|codice di sicurezza|numero de passaporte|numero di passaporto|kaartnummer|creditcard
creditcard nummer|rekeningnummer|paspoort nummer|bsn|burgerservicenummer|rijbewijs nummer|пароль|номер карты
номер банковскои карты|номер кредитнои карты|номер счета|паспорт|номер паспорта|паспортные данные|снилс
captcha|recaptcha|hcaptcha|turnstile response
"""
_CARD_WORDS: Final = """
card|cards|cc|credit card|karte|kreditkarte|carte|tarjeta|carta|cartao|karta|karty|kaart|карта|карты|card number|pan
"""


def _pattern(words: str) -> re.Pattern[str]:
    choices = sorted(words.strip().replace("\n", "|").split("|"), key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(choice.replace(" ", " ?") for choice in choices) + r")\b")


_SECRET: Final = _pattern(_SECRETS)
_CARD: Final = _pattern(_CARD_WORDS)


class FieldLike(Protocol):
    """A field as a form sent it; where it has `means`, that is what the page says of it (its `autocomplete`)."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def value(self) -> str: ...


F = TypeVar("F", bound=FieldLike)


def is_sensitive(name: str, label: str, type: str, value: str) -> bool:
    """Tell whether a field's value must not be kept: by its type, its name's words, or because it is a card number.

    A card number is 13–19 digits that pass Luhn (ISO/IEC 7812-1). In a `tel` field or with a leading `+` it is a phone,
    unless the name speaks of a card. A text area's label is prose ("never send us your password") and not its name.
    """
    type = type.strip().lower()
    if type in _SECRET_TYPES:
        return True
    secret, of_card = _judged(name, "" if type == "textarea" else label)
    return secret or _is_card(value, phone=not of_card and (type == "tel" or value.lstrip().startswith(_PLUS)))


def is_secret_hint(hint: str) -> bool:
    """Tell whether a field's `autocomplete` names a payment card, a password or a one-time code."""
    return _SECRET_HINT.search(hint) is not None


def keep(fields: Iterable[F], masked: Collection[str], hidden_allowed: Collection[str]) -> list[F]:
    """Give the fields that may be stored: not sensitive, nor secret by their page's hint, not among the site's `masked`
    names (or labels), and `hidden` ones only when `hidden_allowed` names them. Names compare without case."""
    unwanted = {_key(name) for name in masked if name.strip()}
    listed = {_key(name) for name in hidden_allowed}
    return [field for field in fields if _may_stay(field, unwanted, listed)]


def _may_stay(field: FieldLike, unwanted: set[str], listed: set[str]) -> bool:
    name = _key(field.name)
    if unwanted and (name in unwanted or _key(field.label) in unwanted):
        return False
    if name not in listed and field.type.strip().lower() == "hidden":
        return False
    if is_secret_hint(getattr(field, "means", None) or ""):
        return False
    return not is_sensitive(field.name, field.label, field.type, field.value)


def _key(name: str) -> str:
    return name.strip().casefold()


@lru_cache(maxsize=2048)
def _judged(name: str, label: str) -> tuple[bool, bool]:
    words = [words_of(name), words_of(label)]
    return any(map(_SECRET.search, words)), any(map(_CARD.search, words))


def _is_card(value: str, *, phone: bool) -> bool:
    # Most of what people write has a letter in it, and is told at its first one.
    if phone or len(value) < CARD_DIGITS.start or not _NUMBER.fullmatch(value):
        return False
    digits = _SEPARATORS.sub("", value)
    return len(digits) in CARD_DIGITS and _passes_luhn(digits)


def _passes_luhn(digits: str) -> bool:
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (doubled + sum(int(digit) for digit in digits[-1::-2])) % 10 == 0
