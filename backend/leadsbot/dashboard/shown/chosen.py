"""Which leads were changed together and what each was before, short enough for the cookie that says so."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

# A cookie has 4,096 bytes; encrypted, this and the words around it take fewer.
FITS: Final = 2_600
_LENGTH: Final = 22  # of an id: 16 bytes, without what only fills up


def pack(before: Mapping[str, str]) -> list[str]:
    """Give a text for each value, with the ids of the leads that had it; none where all would be too long to keep."""
    ids: dict[str, str] = {}
    for lead_id, was in before.items():
        ids[was] = ids.get(was, "") + base64.urlsafe_b64encode(UUID(lead_id).bytes)[:_LENGTH].decode()
    packed = [f"{short} {was}" for was, short in ids.items()]
    return packed if sum(len(one.encode()) + 10 for one in packed) <= FITS else []


def unpack(packed: Iterable[str]) -> dict[str, str]:
    """Give the values by the leads' ids again; what is no id is passed over."""
    found = {}
    for one in packed:
        ids, _, was = one.partition(" ")
        for start in range(0, len(ids), _LENGTH):
            lead_id = _id(ids[start : start + _LENGTH])
            if lead_id:
                found[lead_id] = was
    return found


def _id(short: str) -> str:
    try:
        return str(UUID(bytes=base64.urlsafe_b64decode(f"{short}==")))
    except (ValueError, binascii.Error):
        return ""
