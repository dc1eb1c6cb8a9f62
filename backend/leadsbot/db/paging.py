"""Lists, newest first, a page at a time: conditions with their parameters, and an opaque cursor for what comes next.

Pages are found by key, not by counting: what arrives while somebody leafs through shifts nothing.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from leadsbot.db.database import Database
from leadsbot.db.tx import Row
from leadsbot.errors import InvalidInput

MAX_LIMIT = 100
DEFAULT_LIMIT = 50
_LATEST = 2**53


@dataclass(frozen=True, slots=True)
class Slice:
    """What part of a list is asked for: at most `limit` (1 to `MAX_LIMIT`, else `InvalidInput`) rows after `cursor`."""

    limit: int = DEFAULT_LIMIT
    cursor: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            raise InvalidInput(f"limit is from 1 to {MAX_LIMIT}.", fields=["limit"])


class Page(NamedTuple):
    """A page of rows; `next_cursor` is None on the last one."""

    rows: list[Row]
    next_cursor: str | None = None

    def json(self, shown: Callable[[Row], dict[str, Any]]) -> dict[str, Any]:
        """Give the page as `/api/v1` lists it, each row through `shown`."""
        return {"data": [shown(row) for row in self.rows], "next_cursor": self.next_cursor}


class Where:
    """Conditions that must all hold, with their parameters numbered as they come."""

    def __init__(self) -> None:
        self._conditions: list[str] = []
        self.args: list[Any] = []

    def number(self, value: Any) -> int:
        """Add a parameter and give its number."""
        self.args.append(value)
        return len(self.args)

    def value(self, value: Any) -> str:
        """Add a parameter and give its placeholder."""
        return f"${self.number(value)}"

    def also(self, condition: str) -> None:
        self._conditions.append(condition)

    def equal(self, column: str, value: Any) -> None:
        """Ask for `column` to be `value`; None asks for nothing."""
        if value is not None:
            self.also(f"{column} = {self.value(value)}")

    def __str__(self) -> str:
        return f"WHERE {' AND '.join(self._conditions)}" if self._conditions else ""


async def newest_first(database: Database, select: str, where: Where, part: Slice, by: str = "created_at") -> Page:
    """Run `select` (all that stands before WHERE) and give the page; `by` is a column in ms, `id` breaks ties.

    Raises `InvalidInput` for a cursor that no page gave.
    """
    if part.cursor is not None:
        at, row_id = _read(part.cursor)
        where.also(f"({by}, id) < ({where.value(at)}, {where.value(row_id)})")
    rows = await database.fetch(f"{select} {where} ORDER BY {by} DESC, id DESC LIMIT {part.limit + 1}", *where.args)
    if len(rows) <= part.limit:
        return Page(rows)
    last = rows[part.limit - 1]
    return Page(rows[: part.limit], _cursor(last[by], last["id"]))


def page_of(rows: Sequence[Row], part: Slice, by: str = "created_at") -> Page:
    """Give the page of rows that are at hand, in the order and with the cursors of `newest_first()`."""
    ordered = sorted(rows, key=lambda row: (row[by], row["id"]), reverse=True)
    if part.cursor is not None:
        after = _read(part.cursor)
        ordered = [row for row in ordered if (row[by], row["id"]) < after]
    if len(ordered) <= part.limit:
        return Page(ordered)
    last = ordered[part.limit - 1]
    return Page(ordered[: part.limit], _cursor(last[by], last["id"]))


def _cursor(at: int, row_id: str) -> str:
    return urlsafe_b64encode(msgspec.json.encode((at, row_id))).rstrip(b"=").decode()


def _read(cursor: str) -> tuple[int, str]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        at, row_id = msgspec.json.decode(urlsafe_b64decode(padded), type=tuple[int, str])
    except (ValueError, msgspec.MsgspecError):
        at, row_id = -1, ""
    if not 0 <= at < _LATEST or "\0" in row_id:
        raise InvalidInput("This cursor is none that a list gave.", code="bad_cursor", fields=["cursor"])
    return at, row_id
