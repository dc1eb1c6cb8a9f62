"""What a hosted form may say: its definition, checked strictly, with a sentence for whatever doesn't fit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from leadsbot.errors import InvalidInput
from leadsbot.forms.sensitive import is_secret_hint, is_sensitive
from leadsbot.workspaces.site_editing import check_web_address

MAX_FIELDS: Final = 50
MAX_OPTIONS: Final = 100
MAX_NAME: Final = 100
MAX_LABEL: Final = 200
MAX_HELP: Final = 500
MAX_TEXT: Final = 2_000
MAX_ADDRESS: Final = 2_000
MAX_BUTTON: Final = 80
MAX_AUTOCOMPLETE: Final = 100
# Of the whole definition as JSON in UTF-8: every visitor loads it.
MAX_BYTES: Final = 64 * 1024

FieldType = Literal["text", "email", "tel", "textarea", "select", "radio", "checkbox", "date", "number", "url"]
WITH_OPTIONS: Final = ("select", "radio")  # a checkbox may have some
CONSENT_NAME: Final = "consent"

FieldName = Annotated[str, Meta(min_length=1, max_length=MAX_NAME, pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$")]
Label = Annotated[str, Meta(min_length=1, max_length=MAX_LABEL, pattern=r"\S")]
Short = Annotated[str, Meta(max_length=MAX_LABEL)]
Help = Annotated[str, Meta(max_length=MAX_HELP)]
Text = Annotated[str, Meta(max_length=MAX_TEXT)]
Address = Annotated[str, Meta(max_length=MAX_ADDRESS)]
# Tokens of the autofill grammar, such as "section-a billing email" (HTML, "Autofill detail tokens").
Autocomplete = Annotated[str, Meta(max_length=MAX_AUTOCOMPLETE, pattern=r"^[a-z0-9-]*( [a-z0-9-]+)*$")]


class HostedField(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One question. `options` are for select, radio and checkbox; a checkbox without any is a single box."""

    name: FieldName
    label: Label
    type: FieldType = "text"
    required: bool = False
    placeholder: Short = ""
    help: Help = ""
    options: Annotated[list[Label], Meta(max_length=MAX_OPTIONS)] = []
    autocomplete: Autocomplete = ""
    width: Literal["full", "half"] = "full"


class Thanks(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What takes the form's place once it was sent."""

    title: Short = "Thank you"
    text: Text = "Your message has arrived. We'll be in touch."


class Consent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A box that must be ticked; no `text`, no box. `link_text` is the part of the text that leads to `link_url`."""

    text: Text = ""
    link_text: Short = ""
    link_url: Address = ""


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the form says by itself, for sites in another language; empty: the English of the script."""

    sending: Short = ""
    check: Short = ""
    required: Short = ""
    kept: Help = ""
    refused: Help = ""


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A whole form. With `redirect`, the visitor is led there once it was sent, instead of `thanks`."""

    fields: Annotated[list[HostedField], Meta(min_length=1, max_length=MAX_FIELDS)]
    title: Short = ""
    intro: Text = ""
    button: Annotated[str, Meta(min_length=1, max_length=MAX_BUTTON, pattern=r"\S")] = "Send"
    thanks: Thanks = Thanks()
    redirect: Address = ""
    consent: Consent = Consent()
    words: Words = Words()


STARTER: Final = Definition(
    title="Get in touch",
    fields=[
        HostedField(name="name", label="Your name", required=True, autocomplete="name"),
        HostedField(name="email", label="E-mail", type="email", required=True, autocomplete="email", width="half"),
        HostedField(name="phone", label="Phone", type="tel", autocomplete="tel", width="half"),
        HostedField(name="message", label="Message", type="textarea"),
    ],
)


def check(given: Mapping[str, Any]) -> Definition:
    """Give the definition, or raise InvalidInput with the first thing that is wrong and where it stands."""
    try:
        definition = msgspec.convert(given, Definition)
    except msgspec.ValidationError as error:
        place, sentence = explain(str(error))
        raise _wrong(place, sentence) from None
    for place, sentence in problems(definition):
        raise _wrong(place, sentence)
    return definition


def mistakes(given: Mapping[str, Any]) -> dict[str, str]:
    """Give what is wrong with each part, a sentence by its place (`fields[2].name`), for a page that shows them all."""
    found: dict[str, str] = {}
    for number, field in enumerate(given["fields"]):
        found |= _misfits(field, HostedField, f"fields[{number}]")
    found |= _misfits({**given, "fields": [{"name": "a", "label": "A"}]}, Definition)
    if not found:
        found |= _misfits(given, Definition)
    if not found:
        for place, sentence in problems(msgspec.convert(given, Definition)):
            found.setdefault(place, sentence)
    return found


def _misfits(given: Any, kind: type, prefix: str = "") -> dict[str, str]:
    try:
        msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        place, sentence = explain(str(error))
        return {".".join(part for part in (prefix, place) if part): sentence}
    return {}


def read(column: str) -> Definition:
    """Give what a row holds, which was checked when it was written."""
    return msgspec.json.decode(column, type=Definition)


def stored(definition: Definition) -> str:
    """Give the definition as a row holds it."""
    return msgspec.json.encode(definition).decode()


def problems(definition: Definition) -> Iterator[tuple[str, str]]:
    """Give what types alone don't tell: the place (`fields[2].name`, or empty for the whole) and a sentence."""
    seen: set[str] = set()
    for number, field in enumerate(definition.fields):
        for member, sentence in _of_field(field, seen):
            yield f"fields[{number}].{member}", sentence
        seen.add(field.name.casefold())
    for place, address in (("redirect", definition.redirect), ("consent.link_url", definition.consent.link_url)):
        if address and not _is_web_address(address):
            yield place, "A whole address is needed, such as https://www.example.com/thanks."
    yield from _of_consent(definition.consent)
    size = len(msgspec.json.encode(definition))
    if size > MAX_BYTES:
        yield "", f"The form is too large: {size:,} of at most {MAX_BYTES:,} bytes."


def explain(message: str) -> tuple[str, str]:
    """Say what msgspec's `message` finds, as a place and a sentence that people can do something with."""
    text, _, place = message.partition(" - at `$")
    place = place.rstrip("`").lstrip(".")
    for pattern, sentence in _SENTENCES:
        found = re.match(pattern, text)
        if found:
            return place, sentence.format(*found.groups())
    return place, f"{text}."


_SENTENCES: Final = (
    (r"Expected `str` of length <= (\d+)", "At most {0} characters, please."),
    (r"Expected `array` of length <= (\d+)", "At most {0} of them, please."),
    (r"Expected `array` of length >= 1", "At least one is needed."),
    (r"Expected `str` of length >= 1", "This must not be blank."),
    (r"Expected `str` matching regex '\\\\S'", "This must not be blank."),
    (r"Expected `str` matching regex '\^\[A-Za-z\]", 'Letters, digits, "_", "-" and ".", beginning with a letter.'),
    (r"Expected `str` matching regex '\^\[a-z0-9-\]", 'Autocomplete tokens in lower case, such as "given-name".'),
    (r"Invalid enum value '(.{0,40})'$", '"{0}" is none of the choices.'),
    (r"Object missing required field `(.*)`", '"{0}" is missing.'),
    (r"Object contains unknown field `(.{0,80})`", '"{0}" is not known here.'),
)


def _of_field(field: HostedField, seen: set[str]) -> Iterator[tuple[str, str]]:
    name = field.name.casefold()
    if name in seen:
        yield "name", f'Two fields are named "{field.name}".'
    if name == CONSENT_NAME:
        yield "name", '"consent" is the name of the consent box.'
    if is_sensitive(field.name, field.label, field.type, "") or is_secret_hint(field.autocomplete):
        yield (
            "label",
            "Passwords, payment cards and numbers of documents are never taken by a form: ask for them elsewhere.",
        )
    if field.type in WITH_OPTIONS and not field.options:
        yield "options", "Give at least one option."
    if field.options and field.type not in (*WITH_OPTIONS, "checkbox"):
        yield "options", "Only a list, radio buttons and checkboxes have options."
    if len(set(field.options)) < len(field.options):
        yield "options", "Two options are the same."


def _of_consent(consent: Consent) -> Iterator[tuple[str, str]]:
    if bool(consent.link_text) != bool(consent.link_url):
        missing = "link_url" if consent.link_text else "link_text"
        yield f"consent.{missing}", "A link needs both: its address, and the words of the text that it covers."
    elif consent.link_text not in consent.text:
        yield "consent.link_text", "These words must stand in the text of the box."


def _is_web_address(text: str) -> bool:
    try:
        check_web_address(text)
    except InvalidInput:
        return False
    return True


def _wrong(place: str, sentence: str) -> InvalidInput:
    told = f"{place}: {sentence[:1].lower()}{sentence[1:]}" if place else sentence
    return InvalidInput(told, fields=["definition"])
