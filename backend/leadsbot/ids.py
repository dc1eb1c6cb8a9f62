"""Ids are UUIDv7 text (RFC 9562): made by the node before the row is written, and in order of time."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

import uuid_utils

_NAMESPACE = uuid_utils.UUID("7d1b6c52-6a6d-5d0b-9d0a-3c9a8f3f5a11")


def new_id() -> str:
    """Give a new id, later than all that this process made before."""
    return str(uuid_utils.uuid7())


@lru_cache(maxsize=8192)
def derived_id(*parts: str) -> str:
    """Give the id that always belongs to `parts`, so that two nodes make the same row without asking each other."""
    return str(uuid_utils.uuid5(_NAMESPACE, "\x1f".join(parts)))


def is_id(text: str) -> bool:
    """Tell whether `text` is a UUID in its canonical form."""
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
