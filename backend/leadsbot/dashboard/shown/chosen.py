"""Which leads were changed together and what each was before, short enough for the cookie that says so; and what came
of taking that back."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Iterable, Mapping
from typing import Final
from uuid import UUID

from leadsbot.dashboard import words
from leadsbot.dashboard.views import Toast, Tone

# A cookie has 4,096 bytes; encrypted, this and the words around it take fewer.
FITS: Final = 2_600
STAGE, TO = "stage", "to"
# Stands for what a lead was before, where there is no such stage or member any more; no stage has this name.
GONE: Final = "\0"
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


def undone(what: str, wanted: str, before: Mapping[str, str], found: Mapping[str, str]) -> Toast:
    """Say how many of the leads of `before` are as they were. `found` has what each was until now: those that were no
    longer as `wanted` were left alone, those that are `GONE` can't be what they were, the rest were deleted."""
    back = sum(was == wanted for was in found.values())
    lost = {before[lead_id] for lead_id, was in found.items() if was == GONE}
    left = sum(was == GONE for was in found.values())
    said = [f"{_leads(back)} back as before."] if back else []
    if lost:
        said.append(f"{_leads(left)} {_stays(left)}: {_why(what, lost)}.")
    if others := len(before) - back - left:
        said.append(f"{_leads(others)} {_stays(others)}: changed or deleted since.")
    return Toast(" ".join(said) or "There is nothing to take back.", _tone(back, left, others))


def _tone(back: int, left: int, others: int) -> Tone:
    if left:
        return "partial" if back else "trouble"
    return ("partial" if others else "good") if back else "neutral"


def _why(what: str, lost: Collection[str]) -> str:
    if what == TO:
        return "who had it is no member any more"
    return f"there is no stage “{min(lost)}” any more" if len(lost) == 1 else "the stages before are gone"


def _stays(count: int) -> str:
    return "stays as it is" if count == 1 else "stay as they are"


def _leads(count: int) -> str:
    return words.count(count, "lead")


def _id(short: str) -> str:
    try:
        return str(UUID(bytes=base64.urlsafe_b64decode(f"{short}==")))
    except (ValueError, binascii.Error):
        return ""
