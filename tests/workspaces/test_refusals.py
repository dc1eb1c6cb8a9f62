"""What a door turned away is counted for the site's owner, and nobody fills the table with it."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

from leadsbot import clock, housekeeping
from leadsbot.db import Database
from leadsbot.ids import new_id
from leadsbot.workspaces import refusals
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.refusals import (
    CSP,
    KEPT_MS,
    MAX_CSP_PER_DOOR,
    MAX_PER_DOOR,
    MAX_REQUESTS_PER_DOOR,
    Doorway,
    Refused,
    Tally,
)
from tests.support.waiting import until


def refused(workspace: Created, origin: str, at: int = 1_000, hint: str = "not on the list") -> Refused:
    door = Doorway(workspace.workspace_id, "site", workspace.site_id)
    return Refused(door, "origin", origin, hint, at)


async def count(database: Database, *said: Refused) -> None:
    await asyncio.gather(*(database.put(refusals.count, one) for one in said))


async def lines(database: Database, workspace: Created) -> list[dict[str, Any]]:
    return await database.fetch("SELECT * FROM door_refusals WHERE door_id = $1 ORDER BY origin", workspace.site_id)


async def test_the_same_refusal_is_one_line_that_counts(database: Database, workspace: Created) -> None:
    await count(database, *(refused(workspace, "https://a.example") for _ in range(3)))
    await count(database, refused(workspace, "https://a.example", at=2_000, hint="still not"))
    (line,) = await lines(database, workspace)
    assert (line["times"], line["first_at"], line["last_at"], line["hint"]) == (4, 1_000, 2_000, "still not")


async def test_another_origin_is_another_line(database: Database, workspace: Created) -> None:
    await count(database, refused(workspace, "https://a.example"), refused(workspace, "https://b.example"))
    assert [line["origin"] for line in await lines(database, workspace)] == ["https://a.example", "https://b.example"]


async def test_a_site_has_so_many_lines_and_counts_on_in_them(
    database: Database, workspace: Created, stranger: Created
) -> None:
    origins = [f"https://{n:03}.example" for n in range(MAX_PER_DOOR + 10)]
    await count(database, *(refused(workspace, origin) for origin in origins))
    before = await lines(database, workspace)
    assert len(before) == MAX_PER_DOOR
    await count(database, refused(workspace, before[0]["origin"]), refused(workspace, "https://new.example"))
    after = await lines(database, workspace)
    assert [line["times"] for line in after] == [2] + [1] * (MAX_PER_DOOR - 1)
    await count(database, refused(stranger, "https://new.example"))
    assert len(await lines(database, stranger)) == 1


async def test_a_site_that_is_gone_does_not_cost_others_their_counts(database: Database, workspace: Created) -> None:
    tally = Tally(database)
    tally.note(Refused(Doorway(new_id(), "site", new_id()), "origin", "https://a.example", "deleted meanwhile", 1_000))
    tally.note(refused(workspace, "https://b.example"))
    assert [line["origin"] for line in await until(lambda: lines(database, workspace))] == ["https://b.example"]
    tally.note(refused(workspace, "https://c.example"))

    async def both() -> bool:
        return len(await lines(database, workspace)) == 2

    assert await until(both)


async def test_an_origin_as_long_as_a_header_is_cut(database: Database, workspace: Created) -> None:
    await count(database, refused(workspace, "https://" + "a" * 9_000))
    assert len((await lines(database, workspace))[0]["origin"]) == refusals.ORIGIN_LENGTH


async def test_blocked_pages_have_lines_of_their_own_and_crowd_out_nothing(
    database: Database, workspace: Created
) -> None:
    said = [refused(workspace, f"https://{n:03}.example") for n in range(MAX_PER_DOOR)]
    await count(database, *(replace(one, reason=CSP) for one in said))
    assert len(await lines(database, workspace)) == MAX_CSP_PER_DOOR
    await count(database, *said)
    reasons = Counter(line["reason"] for line in await lines(database, workspace))
    assert reasons == {CSP: MAX_CSP_PER_DOOR, "origin": MAX_PER_DOOR}


async def test_what_is_refused_no_more_vanishes(database: Database, workspace: Created) -> None:
    now = clock.now()
    await count(database, refused(workspace, "https://a.example", at=now))
    await count(database, refused(workspace, "https://b.example", at=now + 1))
    with clock.freeze(now + KEPT_MS + 1):
        await database.write(housekeeping.purge)
    assert [line["origin"] for line in await lines(database, workspace)] == ["https://b.example"]


async def requests(database: Database, door_id: str) -> list[dict[str, Any]]:
    return await database.fetch("SELECT * FROM refused_requests WHERE door_id = $1 ORDER BY at", door_id)


async def test_each_request_is_a_line_of_its_own_and_the_last_ones_are_kept(
    database: Database, workspace: Created, stranger: Created
) -> None:
    tally = Tally(database)
    tally.note(refused(stranger, "https://a.example"))
    for number in range(3):
        tally.note(replace(refused(workspace, "https://a.example", at=number), address=f"203.0.113.{number}"))

    async def three() -> bool:
        return len(await requests(database, workspace.site_id)) == 3

    assert await until(three)
    assert [one["address"] for one in await requests(database, workspace.site_id)] == [
        "203.0.113.0",
        "203.0.113.1",
        "203.0.113.2",
    ]
    for number in range(3, MAX_REQUESTS_PER_DOOR + 50):
        tally.note(refused(workspace, "https://a.example", at=number))

    async def latest() -> list[dict[str, Any]]:
        found = await requests(database, workspace.site_id)
        return found if found[-1]["at"] == MAX_REQUESTS_PER_DOOR + 49 else []

    assert [one["at"] for one in await until(latest)] == list(range(50, MAX_REQUESTS_PER_DOOR + 50))
    assert len(await requests(database, stranger.site_id)) == 1
    assert (await lines(database, workspace))[0]["times"] == MAX_REQUESTS_PER_DOOR + 50


async def test_what_a_page_says_of_its_policy_is_no_request(database: Database, workspace: Created) -> None:
    tally = Tally(database)
    tally.note(replace(refused(workspace, "https://a.example"), reason=CSP))
    assert await until(lambda: lines(database, workspace))
    tally.note(refused(workspace, "https://a.example"))
    (one,) = await until(lambda: requests(database, workspace.site_id))
    assert one["reason"] == "origin"
    assert await refusals.by_hour(database, workspace.site_id) == {0: 1}


async def test_refusals_are_counted_by_the_hour_and_door(
    database: Database, workspace: Created, stranger: Created
) -> None:
    said = [refused(workspace, f"https://{n}.example", at=n * clock.HOUR // 2) for n in range(4)]
    await count(database, *said, replace(said[0], times=7), refused(stranger, "https://a.example"))
    assert await refusals.by_hour(database, workspace.site_id) == {0: 9, 1: 2}
    assert await refusals.by_hour(database, stranger.site_id) == {0: 1}


async def test_what_was_noted_last_is_written_before_the_end(database: Database, workspace: Created) -> None:
    tally = Tally(database)
    await tally.close()
    tally.note(refused(workspace, "https://a.example"))
    await until(lambda: lines(database, workspace))
    tally.note(refused(workspace, "https://b.example"))
    await tally.close()
    assert [line["times"] for line in await lines(database, workspace)] == [1, 1]
    assert len(await requests(database, workspace.site_id)) == 2
