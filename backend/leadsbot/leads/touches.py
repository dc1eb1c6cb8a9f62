"""A touch as it is stored: the widget's word, or anybody's with a key, who may have put anything into it."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

_YEAR_9999 = 253_370_764_800_000


class StoredTouch(Struct, frozen=True):
    """When (ms) somebody came from where; what wasn't said or makes no sense is empty."""

    at: int
    url: str
    ref: str
    utm: dict[str, str]
    ids: dict[str, str]


def touch_of(told: Any) -> StoredTouch | None:
    """Read a touch; None where it doesn't say when."""
    if not isinstance(told, dict):
        return None
    at = told.get("at")
    if isinstance(at, bool) or not isinstance(at, int) or not 0 <= at < _YEAR_9999:
        return None
    return StoredTouch(at, _text(told, "url"), _text(told, "ref"), _texts(told, "utm"), _texts(told, "ids"))


def _text(told: dict[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""


def _texts(told: dict[str, Any], name: str) -> dict[str, str]:
    value = told.get(name)
    return {key: text for key, text in value.items() if isinstance(text, str)} if isinstance(value, dict) else {}
