"""What a browser posts without any script: a form's names and values, in either encoding and whatever charset."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,
)

from leadsbot.errors import InvalidInput, UnsupportedMediaType

URLENCODED: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"
MAX_PAIRS: Final = 1_000
MAX_NAMES: Final = 200
MAX_NAME: Final = 200
CHARSET: Final = "_charset_"
# A file is named and left aside: leads hold no files.
FILE: Final = b"%s (a file, not kept)"
# What pages without a word on it are written in, where they aren't UTF-8 (WHATWG Encoding, "windows-1252").
_OLD: Final = "cp1252"
_BYTES: Final = "latin-1"
_NO_CHARSETS: Final = frozenset({"idna", "punycode", "utf-7", "unicode_escape", "raw_unicode_escape", "undefined"})

Fields = dict[str, str]


class _Pair(NamedTuple):
    name: bytes
    value: bytes


def read_form(content_type: str, raw: bytes) -> Fields:
    """Give a form's fields by name, in their order; several values of one name are joined by ", ".

    Line ends become "\\n", a NUL U+FFFD, and a name loses its "[]". A file's value says its name. Raises
    `UnsupportedMediaType` for what is no form, `InvalidInput` for what can't be read or has too many names.
    """
    kind, options = parse_options_header(content_type or "")
    if kind.lower() == URLENCODED:
        pairs = list(_urlencoded(raw))
    elif kind.lower() == MULTIPART:
        pairs = list(_multipart(raw, options.get("boundary", "")))
    else:
        raise UnsupportedMediaType(f"Send a form, as {URLENCODED} or {MULTIPART}.")
    return _gathered(pairs, _charset(pairs, options.get("charset", "")))


def _urlencoded(raw: bytes) -> Iterator[_Pair]:
    """Split as the WHATWG URL standard does (section 5.1)."""
    parts = [part for part in raw.split(b"&") if part]
    if len(parts) > MAX_PAIRS:
        raise _too_many()
    for part in parts:
        name, _, value = part.replace(b"+", b" ").partition(b"=")
        yield _Pair(unquote_to_bytes(name), unquote_to_bytes(value))


def _multipart(raw: bytes, boundary: str) -> Iterator[_Pair]:
    """Read the parts (RFC 7578). Names come as bytes of the form's charset, so they are read as those."""
    try:
        with PushMultipartParser(boundary, max_segment_count=MAX_PAIRS, header_charset=_BYTES) as parser:
            segment: MultipartSegment | None = None
            value = bytearray()
            for event in parser.parse(raw):
                if isinstance(event, MultipartSegment):
                    segment, value = event, bytearray()
                elif event:
                    value += event
                elif segment is not None:
                    yield from _part(segment, bytes(value))
    except ParserLimitReached:
        raise _too_many() from None
    except (MultipartError, ValueError):
        raise InvalidInput("The form can't be read: its multipart body is broken.", code="invalid_form") from None


def _part(segment: MultipartSegment, value: bytes) -> Iterator[_Pair]:
    name, file = ((text or "").encode(_BYTES, "replace") for text in (segment.name, segment.filename))
    if segment.filename is None:
        yield _Pair(name, value)
    elif file:  # a file field where nothing was chosen comes with an empty name
        yield _Pair(name, FILE % file)


def _charset(pairs: list[_Pair], declared: str) -> str:
    """Give the charset that the browser wrote into a field `_charset_` (HTML standard, "form submission"), else the
    declared one; without either UTF-8 where everything is, else what old pages are written in."""
    told = next((pair.value.decode("ascii", "replace") for pair in pairs if pair.name == CHARSET.encode()), "")
    for label in (told, declared):
        known = _known(label.strip())
        if known:
            return known
    try:
        for pair in pairs:
            pair.value.decode()
            pair.name.decode()
    except UnicodeDecodeError:
        return _OLD
    return "utf-8"


def _known(label: str) -> str:
    if not label or len(label) > 40 or not label.isascii():
        return ""
    try:
        found = codecs.lookup(label)
        "".encode(found.name)  # raises for what is no charset (base64, zlib)
    except (LookupError, ValueError):
        return ""
    if found.name in _NO_CHARSETS:
        return ""
    # Browsers mean windows-1252 by both (WHATWG Encoding, "labels").
    return _OLD if found.name in ("iso8859-1", "ascii") else found.name


def _gathered(pairs: list[_Pair], charset: str) -> Fields:
    fields: dict[str, list[str]] = {}
    for pair in pairs:
        name = _text(pair.name, charset).strip().removesuffix("[]")[:MAX_NAME]
        if name:
            fields.setdefault(name, []).append(_text(pair.value, charset))
    if len(fields) > MAX_NAMES:
        raise _too_many()
    return {name: ", ".join(value for value in values if value.strip()) for name, values in fields.items()}


def _text(raw: bytes, charset: str) -> str:
    text = raw.decode(charset, "replace").encode("utf-8", "replace").decode()
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\N{REPLACEMENT CHARACTER}")


def _too_many() -> InvalidInput:
    return InvalidInput(f"The form has more than {MAX_NAMES} fields.", code="too_many_fields")
