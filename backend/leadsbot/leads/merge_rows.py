"""Two leads of one person made one, and taken apart again: pure functions on rows.

The kept lead's word counts, what it leaves open the other says. Nothing that only the other knew is dropped: a second
email, phone or company stands in `custom_data`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from leadsbot.leads import pipeline
from leadsbot.leads.merging import CUSTOM_LENGTH, CUSTOM_LIMIT

Row = dict[str, Any]

MOST_TAGS: Final = 100

# Each is filled by itself where the kept lead has nothing.
_FILLED: Final = (
    "company", "message", "notes", "source", "lead_type", "event_type", "event_date", "domain", "page_url",
    "assigned_to", "read_at",
)  # fmt: skip
# What only makes sense together: taken from one lead or the other, never mixed.
_TOGETHER: Final = (
    ("email", "email_key"),
    ("phone", "phone_e164"),
    ("site_id", "visit_id", "session_id"),
    ("campaign", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "click_ids", "referrer",
     "landing_page"),
    ("ip_address", "user_agent", "browser", "os", "device_type"),
    ("form_id", "form_name", "form_completion_percent", "form_fields_completed", "form_fields_total"),
)  # fmt: skip
_EMPTY: Final = (None, "", "{}", "[]")
_SPARE: Final = (("email", "Other email"), ("phone", "Other phone"), ("company", "Other company"))
_OBJECTS: Final = frozenset({"custom_data", "click_ids"})
_LISTS: Final = frozenset({"tags", "spam_reasons"})


def merged(kept: Row, other: Row, stages: Sequence[str], now: int) -> Row:
    """Give the kept lead's row as it is with the other in it."""
    row = dict(kept)
    for column in _FILLED:
        row[column] = _first(kept[column], other[column])
    for columns in _TOGETHER:
        if all(kept[column] in _EMPTY for column in columns):
            row.update({column: other[column] for column in columns})
    row.update(_name(kept, other))
    row["custom_data"] = _custom(kept, other)
    row["tags"] = _encode(list(dict.fromkeys(_decode(kept["tags"]) + _decode(other["tags"])))[:MOST_TAGS])
    row["first_touch"] = _older_touch(kept, other)
    row["created_at"] = min(kept["created_at"], other["created_at"])
    row["stage"] = further(stages, kept["stage"], other["stage"])
    row["confirmation"] = "confirmed" if "confirmed" in (kept["confirmation"], other["confirmation"]) else "attempted"
    # Whoever is somebody's other lead is a person.
    row["spam"] = bool(kept["spam"] and other["spam"])
    row["spam_reasons"] = kept["spam_reasons"] if row["spam"] else "[]"
    row["duplicate_of"] = next(
        (one for one in (kept["duplicate_of"], other["duplicate_of"]) if one not in (None, kept["id"], other["id"])),
        None,
    )
    row["updated_at"] = now
    return row


def further(stages: Sequence[str], one: str, other: str) -> str:
    """Give the stage that lies further on. Lost gives way: who has another, open lead isn't lost."""
    if pipeline.LOST in (one, other):
        return other if one == pipeline.LOST else one
    return other if pipeline.is_forward(stages, one, other) else one


def written(before: Row, after: Row) -> dict[str, tuple[Any, Any]]:
    """Give what a merge changed: by column, before and after."""
    return {column: (before[column], after[column]) for column in before if before[column] != after.get(column)}


def unmerged(current: Row, before: Row, after: Row) -> tuple[Row, list[str]]:
    """Give what to write so that a lead is as it was `before`, and which columns stay as somebody edited them since.

    A column that the merge left alone is left alone; one that it wrote goes back, entry by entry where it has entries.
    """
    back: Row = {}
    edited: list[str] = []
    for column, (was, made) in written(before, after).items():
        if column not in current:
            continue
        if current[column] == made:
            back[column] = was
        elif column in _OBJECTS:
            back[column] = _object_back(current[column], was, made)
        elif column in _LISTS:
            back[column] = _list_back(current[column], was, made)
        elif column != "updated_at":
            edited.append(column)
    return back, edited


def _first(one: Any, other: Any) -> Any:
    return other if one in _EMPTY else one


def _name(kept: Row, other: Row) -> Row:
    """A name is filled from the other's only where both may be of one person: "Jane" and "Jane Doe"."""
    mine, theirs = (kept["first_name"], kept["last_name"]), (other["first_name"], other["last_name"])
    if not any(mine):
        mine = theirs
    elif not mine[1] and mine[0].casefold() == theirs[0].casefold():
        mine = (mine[0], theirs[1])
    elif not mine[0] and mine[1].casefold() == theirs[1].casefold():
        mine = (theirs[0], mine[1])
    return {"first_name": mine[0], "last_name": mine[1]}


def _custom(kept: Row, other: Row) -> str:
    held: dict[str, Any] = _decode(kept["custom_data"])
    new: dict[str, Any] = dict(_decode(other["custom_data"]))
    for column, label in _SPARE:
        if kept[column] and other[column] and kept[column].casefold() != other[column].casefold():
            new.setdefault(label, other[column])
    for name, value in new.items():
        if (name in held or len(held) < CUSTOM_LIMIT) and held.get(name) in (None, "", [], {}):
            held[name] = value
    told = _encode(held)
    return told if len(told) <= CUSTOM_LENGTH else str(kept["custom_data"])


def _older_touch(kept: Row, other: Row) -> str:
    """Give the first touch that came first; one that doesn't say when is as old as its lead."""
    touches = [row for row in (kept, other) if row["first_touch"] not in _EMPTY]
    if not touches:
        return str(kept["first_touch"])
    return str(min(touches, key=_touched_at)["first_touch"])


def _touched_at(row: Row) -> int:
    touch: Mapping[str, Any] = _decode(row["first_touch"])
    at = touch.get("at")
    return at if isinstance(at, int) else int(row["created_at"])


def _object_back(current: str, before: str, after: str) -> str:
    now, was, made = dict(_decode(current)), _decode(before), _decode(after)
    for name, value in made.items():
        if was.get(name) == value or name not in now or now[name] != value:
            continue
        if name in was:
            now[name] = was[name]
        else:
            del now[name]
    return _encode(now)


def _list_back(current: str, before: str, after: str) -> str:
    was, made = _decode(before), _decode(after)
    return _encode([one for one in _decode(current) if one in was or one not in made])


def _decode(column: str) -> Any:
    return msgspec.json.decode(column)


def _encode(value: Any) -> str:
    return msgspec.json.encode(value).decode()
