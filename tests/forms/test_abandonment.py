"""A form left alone for its site's minutes is abandoned, told once, and begun again by coming back."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.forms import abandonment
from leadsbot.forms.abandonment import abandon_idle
from leadsbot.jobs.outcomes import Done
from leadsbot.workspaces.bootstrap import Created
from tests.forms.test_sessions import NOW, reached, row_of, write


async def sweep(database: Database, now: int) -> int:
    async def unit(tx: Tx) -> int:
        return await abandon_idle(tx, now)

    return await database.write(unit)


async def set_minutes(database: Database, minutes: float) -> None:
    async def unit(tx: Tx) -> None:
        await tx.execute("UPDATE sites SET abandon_after_minutes = $1", minutes)

    await database.write(unit)


async def told(database: Database) -> list[dict[str, Any]]:
    return await database.fetch("SELECT * FROM events WHERE type = 'form.abandoned' ORDER BY seq")


@pytest.mark.parametrize(("minutes", "idle"), [(30, 30 * clock.MINUTE), (0.05, 3_000), (1.5, 90_000)])
async def test_a_session_is_abandoned_after_its_sites_minutes_and_not_before(
    database: Database, workspace: Created, minutes: float, idle: int
) -> None:
    await set_minutes(database, minutes)
    one = reached(workspace, "s1", 1, at=NOW)
    await write(database, one)
    assert await sweep(database, NOW + idle - 1) == 0
    assert (await row_of(database, "s1"))["state"] == "started"
    assert await sweep(database, NOW + idle + 1) == 1
    row = await row_of(database, "s1")
    assert (row["state"], row["abandoned_at"]) == ("abandoned", NOW + idle + 1)


async def test_what_was_typed_expires_with_the_session(database: Database, workspace: Created) -> None:
    typed = '[{"value":"Ada"}]'
    await write(database, reached(workspace, "s1", 1, at=NOW, fields=typed))
    assert (await row_of(database, "s1"))["fields"] == typed
    await sweep(database, NOW + clock.HOUR)
    assert (await row_of(database, "s1"))["fields"] is None
    for known in (False, True):  # old news that comes late, to a node that knows the session and to one that doesn't
        late = reached(workspace, "s1", 2 + known, at=NOW + clock.MINUTE, fields=typed)
        await write(database, replace(late, visit=None) if known else late)
        row = await row_of(database, "s1")
        assert (row["state"], row["fields"]) == ("abandoned", None)
    await write(database, reached(workspace, "s1", 9, at=NOW + 2 * clock.HOUR, fields=typed))
    row = await row_of(database, "s1")
    assert (row["state"], row["fields"]) == ("started", typed)


async def test_abandoning_is_told_once_with_the_session(database: Database, workspace: Created) -> None:
    await write(database, reached(workspace, "s1", 4, at=NOW))
    for later in (clock.HOUR, 2 * clock.HOUR):
        await sweep(database, NOW + later)
    (event,) = await told(database)
    data = msgspec.json.decode(event["data"])
    assert data["lead"] is None
    assert (data["session"]["state"], data["session"]["completion_percent"]) == ("abandoned", 40)
    assert (event["session_id"], event["workspace_id"]) == ("s1", workspace.workspace_id)


async def test_a_submitted_session_is_never_abandoned(database: Database, workspace: Created) -> None:
    await write(database, reached(workspace, "s1", 1, at=NOW, submitted=True))
    assert await sweep(database, NOW + clock.DAY) == 0


@pytest.mark.parametrize("known", [True, False])
async def test_coming_back_begins_again_and_may_be_abandoned_again(
    database: Database, workspace: Created, known: bool
) -> None:
    await write(database, reached(workspace, "s1", 1, at=NOW))
    await sweep(database, NOW + clock.HOUR)
    back = reached(workspace, "s1", 2, at=NOW + 2 * clock.HOUR, **({"visit": None} if known else {}))
    await write(database, back)
    row = await row_of(database, "s1")
    assert (row["state"], row["abandoned_at"]) == ("started", None)
    assert await sweep(database, NOW + 3 * clock.HOUR) == 1
    assert len(await told(database)) == 2


@pytest.mark.parametrize("known", [True, False])
async def test_old_news_that_arrives_late_is_no_coming_back(
    database: Database, workspace: Created, known: bool
) -> None:
    await write(database, reached(workspace, "s1", 1, at=NOW))
    await sweep(database, NOW + clock.HOUR)
    late = reached(workspace, "s1", 2, at=NOW + clock.MINUTE, **({"visit": None} if known else {}))
    await write(database, late)
    row = await row_of(database, "s1")
    assert (row["state"], row["abandoned_at"], row["seq"]) == ("abandoned", NOW + clock.HOUR, 2)
    assert await sweep(database, NOW + 2 * clock.HOUR) == 0
    assert len(await told(database)) == 1


async def test_an_abandoned_form_that_is_sent_after_all_is_submitted(database: Database, workspace: Created) -> None:
    await write(database, reached(workspace, "s1", 1, at=NOW))
    await sweep(database, NOW + clock.HOUR)
    await write(database, reached(workspace, "s1", 2, at=NOW + 2 * clock.HOUR, submitted=True))
    row = await row_of(database, "s1")
    assert (row["state"], row["abandoned_at"]) == ("submitted", None)


async def test_each_site_has_its_own_minutes(database: Database, workspace: Created, stranger: Created) -> None:
    async def unit(tx: Tx) -> None:
        await tx.execute("UPDATE sites SET abandon_after_minutes = 1 WHERE id = $1", workspace.site_id)

    await database.write(unit)
    await write(database, reached(workspace, "mine", 1, at=NOW), reached(stranger, "theirs", 1, at=NOW))
    await sweep(database, NOW + 5 * clock.MINUTE)
    assert (await row_of(database, "mine"))["state"] == "abandoned"
    assert (await row_of(database, "theirs"))["state"] == "started"


async def test_the_sweep_takes_all_that_is_idle(database: Database, workspace: Created) -> None:
    class Services:
        def __init__(self) -> None:
            self.database = database

    many = abandonment.AT_ONCE + 20
    await write(database, *(reached(workspace, f"s{n}", 1, at=NOW) for n in range(many)))
    run = abandonment.job_handlers(Services())[abandonment.KIND]
    with clock.freeze(NOW + clock.HOUR):
        assert await run({}) == Done()
    rows = await database.fetch("SELECT id FROM sessions WHERE state = 'abandoned'")
    assert len(rows) == len(await told(database)) == many
