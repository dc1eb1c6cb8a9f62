"""Requests that are made once, however often they are sent: the first answer, kept for a day under the sender's key.

Whoever comes first claims the key, in a row that every node sees; who comes second waits for the answer. A claim whose
node died is free after `CLAIM_MS`, and whoever takes it over goes on under the same `Claim.request_id`: rows with ids
derived from that are made once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import structlog

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.db import sql as dialects
from leadsbot.errors import Conflict, LeadsBotError
from leadsbot.ids import derived_id

KEPT_MS: Final = clock.DAY
CLAIM_MS: Final = 60 * clock.SECOND
# In seconds, ten in all: how long to look again and again for the answer that another request is at.
PAUSES: Final = (0.05, 0.1, 0.15, *[0.2] * 6, *[0.5] * 17)
RETRY_AFTER_S: Final = 5.0
_RELEASED: Final = 0
_SEVERAL: Final = "several"

log = structlog.get_logger("leadsbot.workspaces")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to answer. `request_id` is the same for all who take the request up after each other; `at` fences off
    who lost it; `taken_over` says that somebody may have done the work before."""

    id: str
    at: int
    request_id: str
    taken_over: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is kept: without what is only shown once. `leads` are the ids of those whose data it shows."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    leads: frozenset[str] = frozenset()


async def claim(database: Database, name: str, body_hash: str) -> Claim | Answer:
    """Give the first answer to the request of this name (36 characters), or the right to answer it.

    `Conflict` when it was made with another body, or when somebody is at it and doesn't finish within the `PAUSES`.
    """
    for pause in PAUSES:
        found = await database.write(lambda tx: _try(tx, name, body_hash))
        if found is not None:
            return found
        await asyncio.sleep(pause)
    raise Conflict(
        "A request with this Idempotency-Key is still being answered: send it again shortly.",
        code="idempotency_in_progress",
        retry_after=RETRY_AFTER_S,
    )


async def keep(database: Database, claim: Claim, answer: Answer) -> None:
    """Make this the first answer, unless the claim was lost meanwhile. Never raises: the work is done, and should the
    answer not be kept, whoever asks again does it under the same `request_id`."""
    headers = msgspec.json.encode(answer.headers).decode()

    async def unit(tx: Tx) -> None:
        await tx.execute(
            "UPDATE idempotent_answers SET status = $3, headers = $4, body = $5, lead_id = $6"
            " WHERE id = $1 AND claimed_at = $2 AND status IS NULL",
            claim.id,
            claim.at,
            answer.status,
            headers,
            answer.body,
            _told_of(answer),
        )

    await _quietly(database, unit)


async def release(database: Database, claim: Claim, *, made_nothing: bool) -> None:
    """Give the claim up: the request failed. The key is as new where nothing was made, for another body too; where that
    isn't known, whoever sends the same again takes it up where it was left."""

    async def unit(tx: Tx) -> None:
        mine = "WHERE id = $1 AND claimed_at = $2 AND status IS NULL"
        if made_nothing and not claim.taken_over:
            await tx.execute(f"DELETE FROM idempotent_answers {mine}", claim.id, claim.at)
        else:
            await tx.execute(f"UPDATE idempotent_answers SET claimed_at = {_RELEASED} {mine}", claim.id, claim.at)

    await _quietly(database, unit)


async def forget(tx: Tx, lead_ids: Sequence[str]) -> None:
    """Leave the lead's id alone of each kept answer that tells of one of these leads, in the caller's transaction."""
    one_of = tx.one_of(1)
    await tx.execute(
        f"UPDATE idempotent_answers SET body = '{{\"id\":\"' || lead_id || '\"}}' WHERE lead_id {one_of}",
        tx.many(lead_ids),
    )
    for lead_id in lead_ids:
        await tx.execute(
            f"UPDATE idempotent_answers SET body = $2 WHERE lead_id = '{_SEVERAL}'"
            f" AND {dialects.contains(tx.dialect, 'body', 1)}",
            lead_id,
            msgspec.json.encode({"id": lead_id}).decode(),
        )


def _told_of(answer: Answer) -> str | None:
    return _SEVERAL if len(answer.leads) > 1 else next(iter(answer.leads), None)


async def purge(tx: Tx) -> int:
    """Delete answers older than `KEPT_MS`."""
    return await tx.execute("DELETE FROM idempotent_answers WHERE created_at < $1", clock.now() - KEPT_MS)


async def _try(tx: Tx, name: str, body_hash: str) -> Claim | Answer | None:
    """Give the answer, the claim, or None while somebody else is at it."""
    now = clock.now() + tx.ahead
    if await tx.execute(_NEW, name, body_hash, now, now):
        return _claimed(name, now, now)
    lock = " FOR UPDATE" if tx.dialect == "postgres" else ""
    row = await tx.fetch_one(f"SELECT * FROM idempotent_answers WHERE id = $1{lock}", name)
    if row is None:  # given up a moment ago
        return None
    if now - row["created_at"] >= KEPT_MS or _is_free_for_another(row, body_hash):
        await tx.execute(_ANEW, name, body_hash, now)
        return _claimed(name, now, now)
    if row["body_hash"] != body_hash:
        raise Conflict(
            "This Idempotency-Key was used with another body: send the same body, or a new key.",
            code="idempotency_key_reused",
        )
    if row["status"] is not None:
        return Answer(row["status"], msgspec.json.decode(row["headers"], type=dict[str, str]), row["body"])
    if now - row["claimed_at"] < CLAIM_MS:
        return None
    await tx.execute("UPDATE idempotent_answers SET claimed_at = $2 WHERE id = $1", name, now)
    return _claimed(name, now, row["created_at"], taken_over=True)


def _is_free_for_another(row: Row, body_hash: str) -> bool:
    """Tell whether the first request failed and this is another one, such as a corrected body."""
    return row["status"] is None and row["claimed_at"] == _RELEASED and row["body_hash"] != body_hash


def _claimed(name: str, at: int, since: int, *, taken_over: bool = False) -> Claim:
    return Claim(name, at, derived_id("request", name, str(since)), taken_over)


async def _quietly(database: Database, unit: Any) -> None:
    try:
        await database.write(unit)
    except LeadsBotError as error:
        log.warning("idempotency.unsettled", error=error.message)


_NEW = (
    "INSERT INTO idempotent_answers (id, body_hash, headers, body, created_at, claimed_at)"
    " VALUES ($1, $2, '{}', '', $3, $4) ON CONFLICT (id) DO NOTHING"
)
_ANEW = (
    "UPDATE idempotent_answers SET body_hash = $2, status = NULL, headers = '{}', body = '', lead_id = NULL,"
    " created_at = $3, claimed_at = $3 WHERE id = $1"
)
