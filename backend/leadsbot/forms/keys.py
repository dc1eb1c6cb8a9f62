"""A form's key without what is new on every visit: some builders number the id of each form that they draw."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_UUID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
# Behind a UUID that is the form's own (HubSpot): the visit's number, or another UUID.
_BEHIND: Final = re.compile(rf"({_UUID})[_-](?:{_UUID}|\d{{1,10}})$", re.IGNORECASE)
_NEW: Final = re.compile(
    r"[_-]?(?<!\d)1[5-9]\d{11}(?!\d)(?:[_-]\d+)?"  # a time in ms, and what tells two of one ms apart
    r"|[_-]?0\.\d{10,}"  # Math.random()
    r"|--(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{11}$"  # Drupal's, in the answer to a request of its own
)
WITHOUT_ONE: Final = "form"


@lru_cache(4096)
def stable(key: str) -> str:
    """Give a key that is the same on every visit."""
    return _NEW.sub("", _BEHIND.sub(r"\1", key)) or WITHOUT_ONE
