"""A body as pages and programs send it: JSON, or a form in either of its encodings, read to names and values."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl

from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from leadsbot.api.keyed import read_json, refuse_nul
from leadsbot.errors import InvalidInput, UnsupportedMediaType

MOST_FIELDS: Final = 600
# What stands for a file in the lead: files aren't kept.
FILE: Final = "{} (a file, not kept)"

Body = dict[str, Any]


def read_body(content_type: str, raw: bytes) -> Body:
    """Give a body's names and values; a name that comes more than once has a list.

    A file is left aside: its field gives the file's name. Without a `Content-Type` it is taken for JSON. Raises
    `UnsupportedMediaType`, and `InvalidInput` for what isn't what it says it is, or holds a NUL.
    """
    kind, options = parse_options_header(content_type or "application/json")
    kind = kind.lower()
    if kind == "application/json" or kind.endswith("+json"):
        body: Body = read_json(raw, Body)
        return body
    if kind == "application/x-www-form-urlencoded":
        pairs = _urlencoded(raw)
    elif kind == "multipart/form-data":
        pairs = _multipart(raw, options.get("boundary", ""))
    else:
        raise UnsupportedMediaType("Send JSON, or a form (application/x-www-form-urlencoded or multipart/form-data).")
    return _gathered(pairs)


def _urlencoded(raw: bytes) -> list[tuple[str, str]]:
    try:
        text = raw.decode("utf-8", "replace")
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="replace")
    except ValueError:
        raise _too_many() from None


def _multipart(raw: bytes, boundary: str) -> list[tuple[str, str]]:
    """Read the parts (RFC 7578); a field's text is UTF-8, whatever it says."""
    pairs: list[tuple[str, str]] = []
    try:
        with PushMultipartParser(boundary.encode("latin-1", "replace"), max_segment_count=MOST_FIELDS) as parser:
            segment: MultipartSegment | None = None
            value = bytearray()
            for event in parser.parse(raw):
                if isinstance(event, MultipartSegment):
                    segment, value = event, bytearray()
                elif event:
                    value += event
                elif segment is not None:
                    pairs += _part(segment, bytes(value))
                    segment = None
    except (MultipartError, ValueError, LookupError):
        raise InvalidInput("The body is no valid multipart/form-data.", code="invalid_form") from None
    return pairs


def _part(segment: MultipartSegment, value: bytes) -> list[tuple[str, str]]:
    if segment.filename is None:
        return [(segment.name, value.decode("utf-8", "replace"))]
    # A file field where nothing was chosen comes with an empty name.
    return [(segment.name, FILE.format(segment.filename))] if segment.filename else []


def _gathered(pairs: list[tuple[str, str]]) -> Body:
    body: Body = {}
    for name, value in pairs:
        if not name:
            continue
        if name not in body:
            body[name] = value
        elif isinstance(body[name], list):
            body[name].append(value)
        else:
            body[name] = [body[name], value]
    refuse_nul(body)
    if any("\0" in name for name in body):
        raise InvalidInput("A field's name holds a NUL character.")
    return body


def _too_many() -> InvalidInput:
    return InvalidInput(f"The form has more than {MOST_FIELDS} fields.", code="too_many_fields")
