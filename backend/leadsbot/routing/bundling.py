"""What goes into a channel's next message, of what it holds and may send. No database in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from leadsbot import clock
from leadsbot.channels.base.contract import SUMMARY_EVENT
from leadsbot.channels.base.summary import NUDGES

FEW: Final = 5
"""Deliveries that wait for a chat are sent one by one up to so many; more become a digest."""
SETTLED_MS: Final = 2 * clock.SECOND
LONGEST_GATHER_MS: Final = 10 * clock.SECOND
"""A burst is told when nothing new has come for the one, or when the first of it has waited for the other."""
MOST: Final = 200
MOST_BYTES: Final = 8 * 1024 * 1024
"""Of a digest; what is more goes out with the next, and of very much more the oldest is only counted (`counted`)."""

Row = Mapping[str, Any]


def chosen(due: Sequence[Row]) -> list[Row]:
    """Give what goes into the next message: one delivery, several to fold, or a digest that was begun as it was."""
    first = due[0]
    if len(due) > MOST:
        return list(due)
    if first["folded_into"]:
        return [row for row in due if row["folded_into"] == first["folded_into"]]
    alike = _nudges if _nudges(first) else _foldable
    free = [row for row in due if not row["folded_into"] and alike(row)]
    if not alike(first) or len(free) == 1:
        return [first]
    on_purpose = alike is _foldable and any(row["held"] != "turn" for row in free)
    return _bounded(free) if len(free) > FEW or on_purpose else [first]


def gathering(due: Sequence[Row], now: int) -> int:
    """Give for how many ms more a burst is gathered; 0 where nothing, or enough, has been."""
    free = [row for row in due if not row["folded_into"]]
    if len(free) < len(due) or not FEW < len(free) < MOST or any(row["held"] != "turn" for row in free):
        return 0
    times = [int(row["created_at"]) for row in free]
    return max(0, min(max(times) + SETTLED_MS, min(times) + LONGEST_GATHER_MS) - now)


def _foldable(row: Row) -> bool:
    """What a day came to has a picture, and a nudge answers its lead's alert: they stand alone (many nudges are folded
    among themselves). So does what is left of a digest that was refused."""
    return row["event_type"] != SUMMARY_EVENT and row["event_type"] not in NUDGES and row["held"] != "alone"


def _nudges(row: Row) -> bool:
    """A few of these answer their alerts; but a night's leads that nobody claims in the morning are one message."""
    return row["event_type"] in NUDGES and row["held"] != "alone"


def _bounded(rows: Sequence[Row]) -> list[Row]:
    kept: list[Row] = []
    size = 0
    for row in rows:
        size += row["size"]
        if kept and size > MOST_BYTES:
            break
        kept.append(row)
    return kept
