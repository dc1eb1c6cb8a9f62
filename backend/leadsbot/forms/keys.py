"""A form's key without what is new on every visit: some builders number the id of each form that they draw."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from leadsbot import clock

_UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# Behind a UUID that is the form's own (HubSpot): the visit's number, or another UUID.
_BEHIND: Final = re.compile(rf"({_UUID})[_-](?:{_UUID}|\d{{1,10}})$", re.IGNORECASE)
_NEW: Final = re.compile(
    r"[_-]?0\.\d{10,}"  # Math.random()
    r"|--(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{11}$"  # Drupal's, in the answer to a request of its own
)
_TIME: Final = re.compile(r"[_-]?(?<!\d)(1[5-9]\d{11})(?!\d)(?:[_-]\d+)?")  # in ms; and what tells two of one ms apart
# A form that was drawn for this visit says so by a time of these hours; a time long past is when its author made it.
JUST_NOW_MS: Final = clock.DAY
WITHOUT_ONE: Final = "form"


def stable(key: str, at: int) -> str:
    """Give a key that is the same on every visit; `at` (ms) is when somebody met the form, by their own clock."""
    return _without(key, any(abs(at - int(told[1])) < JUST_NOW_MS for told in _TIME.finditer(key)))


@lru_cache(4096)
def _without(key: str, is_drawn: bool) -> str:
    key = _NEW.sub("", _BEHIND.sub(r"\1", key))
    return (_TIME.sub("", key) if is_drawn else key) or WITHOUT_ONE
