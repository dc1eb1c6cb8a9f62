"""A body as pages and programs send it: JSON, or a form in either of its encodings, read to names and values."""

from __future__ import annotations

from typing import Any, Final

from multipart import parse_options_header  # type: ignore[import-untyped]

from leadsbot.api.keyed import read_json
from leadsbot.capture.posted_form import MULTIPART, URLENCODED, read_form
from leadsbot.errors import UnsupportedMediaType

JSON: Final = "application/json"

Body = dict[str, Any]


def read_body(content_type: str, raw: bytes) -> Body:
    """Give a body's names and values; forms as `posted_form.read_form` reads them. Without a `Content-Type` it is taken
    for JSON. Raises `UnsupportedMediaType`, and `InvalidInput` for what isn't what it says it is."""
    kind = parse_options_header(content_type or JSON)[0].lower()
    if kind == JSON or kind.endswith("+json"):
        body: Body = read_json(raw, Body)
        return body
    if kind in (URLENCODED, MULTIPART):
        return dict(read_form(content_type, raw))
    raise UnsupportedMediaType(f"Send JSON, or a form ({URLENCODED} or {MULTIPART}).")
