"""The job `import`: a file's rows taken in, some at a time, each part in one transaction with its cursor.

Why not the whole file at once: 50,000 rows would hold the writer, and with it every visitor's submission, for many
seconds. So `CHUNK` rows are one transaction that also moves `cursor`; whoever takes the work over after a crash goes on
there, and nothing is taken in twice (the submissions' ids are derived from import and row besides). A row is whole or
not there at all, and an import that was started ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import msgspec
import structlog
from msgspec.structs import replace

from leadsbot import clock
from leadsbot.capture.arrivals import store
from leadsbot.capture.house_rules import rules_of
from leadsbot.db import Database, Tx
from leadsbot.errors import LeadsBotError
from leadsbot.events.log import topic, unheard
from leadsbot.ids import derived_id
from leadsbot.imports import book
from leadsbot.imports.rows import Context, Judged, judge
from leadsbot.imports.sheet import Line, Sheet
from leadsbot.imports.undo import spare_changed, undo
from leadsbot.jobs.handlers import HasDatabase
from leadsbot.jobs.outcomes import Done, Outcome
from leadsbot.jobs.runner import JobHandler
from leadsbot.leads.tables import ImportRow

CHUNK: Final = 100
_NOT_STORED: Final = "This row couldn't be stored; it was written to the server's log."

log = structlog.get_logger("leadsbot.imports")

Row = dict[str, Any]
Outcomes = list[tuple[Judged, str, str | None]]


class Moved(LeadsBotError):
    """Another worker has taken these rows in already."""


def job_handlers(services: HasDatabase) -> dict[str, JobHandler]:
    async def run(payload: dict[str, Any]) -> Outcome:
        await work(services.database, str(payload["import"]))
        return Done()

    return {book.JOB: run}


async def work(database: Database, import_id: str) -> None:
    """Bring an import to the end that its state asks for, from wherever it stands."""
    row = await database.fetch_one(
        "SELECT workspace_id, state, mapping, options, by FROM imports WHERE id = $1", import_id
    )
    if row is None:
        return
    if row["state"] == book.UNDOING:
        await undo(database, row["workspace_id"], import_id)
    elif row["state"] in (book.WAITING, book.RUNNING):
        found = await book.opened(database, import_id)
        if found is not None:
            await _take_in(database, import_id, row, found)


async def _take_in(database: Database, import_id: str, row: Row, found: Sheet) -> None:
    about = Context(
        import_id=import_id,
        by=row["by"],
        header=found.header,
        mapping=book.decode_mapping(row),
        options=book.options_of(row),
        rules=await rules_of(database, row["workspace_id"]),
        timezone=await book.timezone_of(database, row["workspace_id"]),
    )
    lines = await asyncio.to_thread(lambda: list(found.lines()))
    rehearsal = None
    while True:
        now = await database.fetch_one("SELECT cursor, dry_run, state FROM imports WHERE id = $1", import_id)
        if now is None or now["state"] not in (book.WAITING, book.RUNNING):
            return
        cursor, dry_run = int(now["cursor"]), bool(now["dry_run"])
        # What the workspace has may change meanwhile: a stage that is renamed, a member who leaves.
        about = replace(about, rules=await rules_of(database, about.rules.workspace_id))
        part = lines[cursor : cursor + CHUNK]
        if not part:
            return await _finish(database, about, dry_run)
        if dry_run and rehearsal is None:
            rehearsal = _Rehearsal(database, about, await _judged(about, lines[:cursor]))
        await _part(database, about, await _judged(about, part), cursor, rehearsal)


async def _judged(about: Context, lines: list[Line]) -> list[Judged]:
    return await asyncio.to_thread(lambda: [judge(line, about) for line in lines])


async def _part(
    database: Database, about: Context, judged: list[Judged], cursor: int, rehearsal: _Rehearsal | None
) -> None:
    """Take some rows in; where the database refuses them together, each alone, so that a bad one costs itself."""
    try:
        await _write(database, about, cursor, judged, await rehearsal.of(judged) if rehearsal else None)
    except Moved:
        return
    except LeadsBotError:  # the database is busy: the job is tried again
        raise
    except Exception as error:
        if len(judged) > 1:
            for place, one in enumerate(judged):
                await _part(database, about, [one], cursor + place, rehearsal)
            return
        log.error("imports.row_failed", import_id=about.import_id, row=judged[0].number, exc_info=error)
        broken = Judged(judged[0].number, judged[0].cells, error=_NOT_STORED)
        await _write(database, about, cursor, [broken])


class _Rehearsal:
    """Tells what would become of rows, all before them taken in; `before` are those that were rehearsed already."""

    def __init__(self, database: Database, about: Context, before: list[Judged]) -> None:
        self._database = database
        self._about = about
        self._seen = {one.email for one in before if one.email}

    async def of(self, judged: list[Judged]) -> Outcomes:
        known = self._seen | await _known(self._database, self._about, judged)
        again = "skipped" if self._about.options.update == "skip" else "updated"
        outcomes: Outcomes = []
        for one in judged:
            there = bool(one.email) and one.email in known
            outcomes.append((one, "failed" if one.arrival is None else again if there else "created", None))
            known.add(one.email)
            self._seen |= {one.email} - {""}
        return outcomes


async def _write(
    database: Database, about: Context, cursor: int, judged: list[Judged], known: Outcomes | None = None
) -> None:
    async def unit(tx: Tx) -> None:
        # First of all, and as the fence: of two workers on one import the second finds the rows taken in.
        if not await tx.execute(
            "UPDATE imports SET cursor = $3, state = 'running' WHERE id = $1 AND cursor = $2"
            " AND state IN ('waiting', 'running')",
            about.import_id,
            cursor,
            cursor + len(judged),
        ):
            raise Moved("These rows were taken in already.")
        outcomes = known if known is not None else await _store(tx, about, judged)
        for one, outcome, lead_id in outcomes:
            tx.insert(ImportRow, _row(about, one, outcome, lead_id))
        await _count(tx, about, outcomes)
        tx.signal(topic(about.rules.workspace_id))

    await database.write(unit)


async def _store(tx: Tx, about: Context, judged: list[Judged]) -> Outcomes:
    good = [one for one in judged if one.arrival is not None]
    known = await _known(tx, about, good) if about.options.update == "skip" else set()
    wanted: list[Judged] = []
    outcomes: Outcomes = [(one, "failed", None) for one in judged if one.arrival is None]
    for one in good:
        if one.email and one.email in known:
            outcomes.append((one, "skipped", None))
            continue
        wanted.append(one)
        if about.options.update == "skip":
            known.add(one.email)
    arrivals = [one.arrival for one in wanted if one.arrival is not None]
    await spare_changed(tx, about.rules.workspace_id, about.import_id, sorted({one.email for one in wanted}))
    if about.options.notify:
        taken = await store(tx, arrivals)
    else:
        with unheard(tx):
            taken = await store(tx, arrivals)
        await _mark_read(tx, [str(what.lead_id) for what in taken if what.created])
    outcomes += [
        (one, "created" if what.created else "updated", what.lead_id) for one, what in zip(wanted, taken, strict=True)
    ]
    return sorted(outcomes, key=lambda outcome: outcome[0].number)


async def _mark_read(tx: Tx, lead_ids: list[str]) -> None:
    """What nobody is told of isn't unread either."""
    await tx.flush()
    await tx.execute(f"UPDATE leads SET read_at = $2 WHERE id {tx.one_of(1)}", tx.many(lead_ids), clock.now())


async def _known(tx: Tx | Database, about: Context, judged: Sequence[Judged]) -> set[str]:
    """Give which of these emails are a lead's already."""
    emails = sorted({one.email for one in judged if one.email})
    rows = await tx.fetch(
        f"SELECT DISTINCT email_key FROM leads WHERE workspace_id = $1 AND email_key {tx.one_of(2)} AND NOT spam",
        about.rules.workspace_id,
        tx.many(emails),
    )
    return {str(row["email_key"]) for row in rows}


async def _count(tx: Tx, about: Context, outcomes: Outcomes) -> None:
    counts = {name: sum(1 for _, outcome, _ in outcomes if outcome == name) for name in _OUTCOMES}
    failed = [{"row": one.number, "error": one.error} for one, outcome, _ in outcomes if outcome == "failed"]
    row = await tx.fetch_one("SELECT failed FROM imports WHERE id = $1", about.import_id)
    shown: list[Any] = msgspec.json.decode(row["failed"]) if row else []
    shown += failed[: max(0, book.MOST_FAILURES_SHOWN - len(shown))]
    await tx.execute(
        "UPDATE imports SET created = created + $2, updated = updated + $3, skipped = skipped + $4,"
        " failed_rows = failed_rows + $5, failed = $6 WHERE id = $1",
        about.import_id,
        *counts.values(),
        msgspec.json.encode(shown).decode(),
    )


_OUTCOMES: Final = ("created", "updated", "skipped", "failed")


def _row(about: Context, one: Judged, outcome: str, lead_id: str | None) -> Row:
    return {
        "id": derived_id("import row", about.import_id, str(one.number)),
        "import_id": about.import_id,
        "row": one.number,
        "outcome": outcome,
        "lead_id": lead_id,
        "error": one.error[:2000],
        "cells": msgspec.json.encode(one.cells if outcome == "failed" else []).decode(),
    }


async def _finish(database: Database, about: Context, dry_run: bool) -> None:
    """Say that it is done, and let go of the file unless it was only checked."""

    async def unit(tx: Tx) -> None:
        kept = "" if dry_run else ", content = ''"
        await tx.execute(
            f"UPDATE imports SET state = '{book.DONE}', finished_at = $2{kept}"
            " WHERE id = $1 AND state IN ('waiting', 'running')",
            about.import_id,
            clock.now(),
        )
        tx.signal(topic(about.rules.workspace_id))

    await database.write(unit)
