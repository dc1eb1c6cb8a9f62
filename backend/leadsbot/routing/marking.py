"""What is written of deliveries that one message names or counts: that it is about to, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadsbot.db import Database, Tx
from leadsbot.routing import counted
from leadsbot.routing.gates import OPEN
from leadsbot.routing.record import Entry, write_attempts
from leadsbot.routing.verdict import Verdict

Row = Mapping[str, Any]


async def mark(database: Database, rows: Sequence[Row], digest: str) -> None:
    async def unit(tx: Tx) -> None:
        await tx.execute_many(
            f"UPDATE deliveries SET folded_into = $3 WHERE id = $1 AND round = $2 AND held <> '' AND {OPEN}",
            [(row["id"], row["round"], digest) for row in rows],
        )

    await database.write(unit)


def parts(entries: list[Entry], digest: str | None) -> list[list[Entry]]:
    """Give what is written down in one transaction each, the digest's own delivery in the first."""
    if not any(entry.delivery["id"] == digest for entry in entries[: counted.PART]):
        return [entries]
    return [entries[at : at + counted.PART] for at in range(0, len(entries), counted.PART)]


async def write(tx: Tx, entries: Sequence[Entry], digest: str | None, *, settle: bool) -> None:
    await write_attempts(tx, entries)
    if settle:
        await _settle(tx, [entry.delivery for entry in entries], digest, entries[0].verdict)


async def _settle(tx: Tx, rows: Sequence[Row], digest: str | None, verdict: Verdict) -> None:
    """What has ended is held no more; what will be tried again waits for that, with the digest that it belongs to."""
    await tx.execute_many(
        "UPDATE deliveries SET held = CASE WHEN NOT $3 THEN '' WHEN held = 'alone' THEN held ELSE 'turn' END,"
        " folded_into = $4 WHERE id = $1 AND round = $2",
        [(row["id"], row["round"], verdict.wait is not None, digest) for row in rows],
    )


async def halve(tx: Tx, rows: Sequence[Row]) -> None:
    """Let what a digest held go out as two of half its length, and so on, until what is refused is found: it alone is
    dead then, and the others have arrived in few messages."""
    middle = len(rows) // 2
    for half in (rows[:middle], rows[middle:]):
        held, digest = ("turn", half[0]["id"]) if len(half) > 1 else ("alone", None)
        await tx.execute_many(
            f"UPDATE deliveries SET held = $3, folded_into = $4 WHERE id = $1 AND round = $2 AND {OPEN}",
            [(row["id"], row["round"], held, digest) for row in half],
        )


async def unmark(tx: Tx, rows: Sequence[Row]) -> None:
    """What the message had no room for goes into another, with what has come meanwhile."""
    await tx.execute_many(
        "UPDATE deliveries SET folded_into = NULL WHERE id = $1 AND round = $2 AND held <> ''",
        [(row["id"], row["round"]) for row in rows],
    )
