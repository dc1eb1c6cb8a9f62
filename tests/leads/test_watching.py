"""Doors are watched: an unusual one has one open alert, tells it once to the channels that want it, and closes it."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.ids import new_id
from leadsbot.jobs.outcomes import Done
from leadsbot.leads.tables import Lead, Submission
from leadsbot.leads.unusual import LEAST_REFUSED, WEEK_H
from leadsbot.leads.watching import ALERT, KIND, SAME_STORY_MS, TICKS, job_handlers
from leadsbot.workspaces import refusals
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.refusals import Doorway, Refused

NOW = 500_000 * clock.HOUR + 20 * clock.MINUTE


class Services:
    def __init__(self, database: Database) -> None:
        self.database = database


async def watch(database: Database, at: int) -> None:
    with clock.freeze(at):
        outcome = await job_handlers(Services(database))[KIND]({})
        assert isinstance(outcome, Done)
        if outcome.writes:
            await database.write(outcome.writes)


async def alerts(database: Database) -> list[dict[str, Any]]:
    return await database.fetch("SELECT * FROM door_alerts ORDER BY begun_at")


async def told(database: Database) -> list[dict[str, Any]]:
    rows = await database.fetch("SELECT data FROM events WHERE type = $1 ORDER BY seq", ALERT)
    return [msgspec.json.decode(row["data"])["alert"] for row in rows]


async def grown_up(database: Database) -> None:
    """Let every door be half a year old."""

    async def unit(tx: Tx) -> None:
        for table in ("sites", "endpoints"):
            await tx.execute(f"UPDATE {table} SET created_at = $1", NOW - 180 * clock.DAY)

    await database.write(unit)


async def take_in(database: Database, workspace: Created, hours: range, door: str = "widget") -> None:
    """One lead with a submission for each of these hours."""

    async def unit(tx: Tx) -> None:
        for hour in hours:
            at, lead_id = hour * clock.HOUR, new_id()
            whose = {"workspace_id": workspace.workspace_id, "id": lead_id}
            tx.insert(Lead, {**whose, "created_at": at, "updated_at": at, "stage": "New"})
            site_id, door_id = (workspace.site_id, None) if door == "widget" else (None, workspace.endpoint_id)
            place = {"site_id": site_id, "door_id": door_id, "door": door, "lead_id": lead_id}
            tx.insert(Submission, {**whose, **place, "id": new_id(), "submitted_at": at, "received_at": at})

    await database.write(unit)


async def turn_away(database: Database, workspace: Created, times: int, at: int, kind: str = "site") -> None:
    door_id = workspace.site_id if kind == "site" else workspace.endpoint_id
    door = Doorway(workspace.workspace_id, kind, door_id)  # type: ignore[arg-type]
    one = Refused(door, "origin", "https://www.example.com", "did you mean to add https://www.example.com?", at)
    for handler in (refusals.count, refusals.keep):
        await asyncio.gather(*(database.put(handler, one) for _ in range(times)))


@pytest.mark.parametrize("kind", ["site", "endpoint"])
async def test_a_wave_of_refusals_is_told_once_and_closes_by_itself(
    database: Database, workspace: Created, stranger: Created, kind: str
) -> None:
    await grown_up(database)
    await watch(database, NOW)
    assert await alerts(database) == []
    await turn_away(database, workspace, LEAST_REFUSED, NOW - 1, kind)
    for later in range(3):
        await watch(database, NOW + later * clock.MINUTE)
    (alert,) = await alerts(database)
    assert (alert["workspace_id"], alert["door_kind"], alert["kind"]) == (workspace.workspace_id, kind, "refusals")
    assert alert["ended_at"] is None and "https://www.example.com" in alert["text"]
    (said,) = await told(database)
    assert said["title"].endswith(": much is turned away") and said["text"] == alert["text"]
    await watch(database, NOW + 3 * clock.HOUR)
    assert (await alerts(database))[0]["ended_at"] == NOW + 3 * clock.HOUR


async def test_what_begins_again_within_a_day_is_one_story(database: Database, workspace: Created) -> None:
    await grown_up(database)
    await turn_away(database, workspace, LEAST_REFUSED, NOW)
    for at in (NOW, NOW + 3 * clock.HOUR):
        await watch(database, at)
    again = NOW + 10 * clock.HOUR
    await turn_away(database, workspace, 4 * LEAST_REFUSED, again)
    await watch(database, again)
    (alert,) = await alerts(database)
    assert alert["ended_at"] is None and len(await told(database)) == 1
    await watch(database, again + 3 * clock.HOUR)
    later = again + 3 * clock.HOUR + SAME_STORY_MS + clock.HOUR
    await turn_away(database, workspace, 20 * LEAST_REFUSED, later)
    await watch(database, later)
    assert len(await alerts(database)) == len(await told(database)) == 2


@pytest.mark.parametrize("door", ["widget", "endpoint"])
async def test_a_silence_is_told_and_ends_with_the_next_lead(database: Database, workspace: Created, door: str) -> None:
    await grown_up(database)
    hour = NOW // clock.HOUR
    await take_in(database, workspace, range(hour - 15 * 24 - WEEK_H // 7, hour), door)
    await watch(database, NOW)
    assert await alerts(database) == []
    quiet = NOW + 12 * clock.HOUR
    await watch(database, quiet)
    (alert,) = await alerts(database)
    assert (alert["kind"], alert["door_kind"]) == ("silence", "site" if door == "widget" else "endpoint")
    assert "12 hours" in alert["text"]
    assert [one["kind"] for one in await told(database)] == ["silence"]
    await take_in(database, workspace, range(hour + 13, hour + 14), door)
    await watch(database, quiet + 2 * clock.HOUR)
    assert (await alerts(database))[0]["ended_at"] is not None


async def test_a_new_site_and_a_quiet_one_are_let_alone(database: Database, workspace: Created) -> None:
    for later in range(0, 30):
        await watch(database, NOW + later * clock.DAY)
    assert await alerts(database) == [] == await told(database)


def test_it_looks_every_quarter_of_an_hour() -> None:
    assert [(tick.kind, tick.every) for tick in TICKS] == [(KIND, 15 * clock.MINUTE)]
