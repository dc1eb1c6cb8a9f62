"""A summary's figures, and that it is told once, at the workspace's hour, to the channels that asked."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from leadsbot import clock
from leadsbot.db import Database
from leadsbot.routing import destinations
from leadsbot.services import Services
from leadsbot.summaries.figures import Figures, Visits
from leadsbot.summaries.figures import told as summary_of
from leadsbot.summaries.schedule import LATE, tell
from leadsbot.summaries.spans import Span
from leadsbot.workspaces.bootstrap import Created
from tests.api.rows import add_lead, add_session, change_workspace, ms

BERLIN = "Europe/Berlin"
DUE = ms("2026-05-20T06:00Z")
YESTERDAY = ms("2026-05-19T10:00Z")
BEFORE = ms("2026-05-18T10:00Z")


async def chat(services: Services, workspace: Created, *summaries: str, at: int = DUE - clock.DAY) -> str:
    channel = await destinations.create_channel(services, workspace.workspace_id, "telegram", {"chat_id": -1})
    options = msgspec.json.encode({"summaries": summaries}).decode() if summaries else "{}"
    await services.database.write(
        lambda tx: tx.execute(
            "UPDATE channels SET options = $2, created_at = $3 WHERE id = $1", channel["id"], options, at
        )
    )
    return str(channel["id"])


async def told(database: Database) -> list[dict[str, Any]]:
    rows = await database.fetch("SELECT channel_id, body FROM deliveries WHERE event_type = 'summary'")
    return [{**msgspec.json.decode(row["body"])["data"]["summary"], "channel": row["channel_id"]} for row in rows]


async def test_it_says_what_the_day_came_to(services: Services, workspace: Created, stranger: Created) -> None:
    await change_workspace(services.database, workspace, timezone=BERLIN)
    await chat(services, workspace, "daily")
    for at, source in ((YESTERDAY, "google"), (YESTERDAY + 1, "google"), (YESTERDAY + 2, "direct"), (BEFORE, "direct")):
        await add_lead(services.database, workspace, at, source=source, email=f"{source}{at}@example.com")
    await add_lead(services.database, workspace, YESTERDAY, spam=True, email="spam@example.com")
    await add_lead(services.database, stranger, YESTERDAY, email="theirs@example.com")
    await add_session(services.database, workspace, YESTERDAY, state="abandoned")
    assert await tell(services, DUE) == 1
    [summary] = await told(services.database)
    facts = {fact["label"]: fact["value"] for fact in summary["facts"]}
    assert (summary["kind"], summary["from"], summary["to"]) == ("daily", "2026-05-19", "2026-05-19")
    assert summary["title"] == "Lindenhof: Tuesday, 19 May"
    assert facts["New leads"] == "3 (1 the day before)"
    assert facts["Sources"] == "google 2, direct 1"
    assert facts["Forms sent"] == "0 of 1 begun"
    assert facts["Left unsent"] == "1 (0 the day before)"
    assert facts["Waiting"] == "4 leads that nobody has claimed"
    now, before = summary["chart"]["series"]
    assert (now["values"][12], sum(now["values"]), before["values"][12]) == (3, 3, 1)  # noon in Berlin


async def test_a_day_without_anything_is_told_without_a_picture(services: Services, workspace: Created) -> None:
    await chat(services, workspace, "daily")
    await tell(services, ms("2026-05-20T08:00Z"))
    [summary] = await told(services.database)
    assert summary["chart"] is None and summary["title"]
    assert summary["facts"] == [{"label": "New leads", "value": "none, nor the day before"}]


def test_great_numbers_can_be_read() -> None:
    visits, before = Visits(1_234_567, 1_000_000, 234_567), Visits(0, 0, 0)
    span = Span("weekly", date(2026, 5, 18), "UTC")
    found = Figures(span, [1_234_567], [7], [("google", 1_200_000)], visits, before, [("Won", 1_000)], 1_234)
    assert [fact["value"] for fact in summary_of("Lindenhof", found)["facts"]] == [
        "1,234,567 (7 the week before)", "google 1,200,000", "1,000,000 of 1,234,567 begun",
        "234,567 (0 the week before)", "Won 1,000", "1,234 leads that nobody has claimed",
    ]  # fmt: skip


async def test_it_is_told_once_to_whoever_asked(services: Services, workspace: Created) -> None:
    await change_workspace(services.database, workspace, timezone=BERLIN)
    asked = await chat(services, workspace, "daily", "weekly")
    await chat(services, workspace)
    late = await chat(services, workspace, "daily", at=DUE + 1)
    switched_off = await chat(services, workspace, "daily")
    await destinations.update_channel(services, workspace.workspace_id, switched_off, {"enabled": False})
    assert await tell(services, DUE - 1) == 0
    assert [await tell(services, DUE + later) for later in (0, clock.MINUTE, LATE - 1)] == [1, 0, 0]
    assert {summary["channel"] for summary in await told(services.database)} == {asked}
    assert await tell(services, DUE + clock.DAY + LATE) == 0  # off for hours: too late for that day's
    monday = ms("2026-05-25T06:00Z")
    assert await tell(services, monday) == 3
    kinds = sorted((summary["kind"], summary["from"]) for summary in await told(services.database))
    assert kinds == [
        ("daily", "2026-05-19"),
        ("daily", "2026-05-24"),
        ("daily", "2026-05-24"),
        ("weekly", "2026-05-18"),
    ]
    assert late in {summary["channel"] for summary in await told(services.database)}
