"""Channels that hold back what they are told, and their job that lets it out."""

from __future__ import annotations

from typing import Any

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.events.log import Happening, record
from leadsbot.ids import new_id
from leadsbot.jobs.outcomes import Again, Done, Outcome, settle
from leadsbot.routing import deliver, destinations, folding
from leadsbot.routing.destination import Destination
from leadsbot.routing.news import envelope
from leadsbot.routing.tables import Delivery
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.routing.house import LEAD, route_now, tell

CHAT = -1001
NOON = 1_777_896_000_000  # Monday, 4 May 2026, 12:00 UTC
QUIET = {"quiet_hours": {"start": "11:00", "end": "13:00"}}
Row = dict[str, Any]


async def chat(services: Services, workspace: Created, options: Row | None = None, chat_id: int = CHAT) -> str:
    row = await destinations.create_channel(services, workspace.workspace_id, "telegram", {"chat_id": chat_id})
    if options:
        await destinations.update_channel(services, workspace.workspace_id, row["id"], {"options": options})
    return str(row["id"])


def lead(number: int) -> Row:
    return {**LEAD, "id": new_id(), "name": f"Lead {number:03d}", "email": f"lead{number}@x.example"}


async def burst(services: Services, workspace: Created, count: int, first: int = 0) -> None:
    """Let so many leads begin in one transaction."""
    leads = [lead(first + number) for number in range(count)]

    async def unit(tx: Any) -> None:
        record(tx, *(Happening(workspace.workspace_id, "lead.created", {"lead": one}, one["id"]) for one in leads))

    await services.database.write(unit)


async def waiting(services: Services, workspace: Created, count: int) -> list[Row]:
    """Let so many leads begin and their deliveries be tried, without a runner; gives these as they are then."""
    for number in range(count):
        await route_now(services, await tell(services, workspace, lead=lead(number)))
    rows = await services.database.fetch("SELECT * FROM deliveries WHERE held = '' AND status = 'pending'")
    for row in rows:
        outcome = await deliver.deliver(services, row["id"], row["round"])
        assert isinstance(outcome, Done) and outcome.writes
        await services.database.write(outcome.writes)
    await services.database.write(lambda tx: tx.execute("DELETE FROM jobs WHERE kind = 'deliver'"))  # as they are done
    return await of(services)


async def of(services: Services) -> list[Row]:
    return await services.database.fetch("SELECT * FROM deliveries ORDER BY created_at, event_id")


async def released(services: Services, channel_id: str) -> int:
    """Run the channel's job once and settle it; gives in how many ms it wants to come by again."""
    outcome = await folding.release(services, channel_id)
    assert isinstance(outcome, Again)
    if outcome.writes:
        await services.database.write(outcome.writes)
    return outcome.after


async def settled_by(outcome: Outcome, tx: Tx) -> None:
    await settle(tx, [([], outcome)])


async def backlog(services: Services, workspace: Created, channel_id: str, count: int) -> None:
    """Let so many deliveries be held until quiet hours end, as they are stored."""
    row = await destinations.get_channel(services.database, workspace.workspace_id, channel_id)
    destination = Destination("telegram", row)
    held = {"held": "quiet", "next_attempt_at": NOON + clock.HOUR}

    async def unit(tx: Tx) -> None:
        for number in range(count):
            one = {**LEAD, "id": new_id(), "name": f"Lead {number:04d}"}
            event = {"id": f"{number:05d}", "type": "lead.created", "lead_id": one["id"], "at": NOON}
            body = envelope({**event, "workspace_id": workspace.workspace_id}, {"lead": one})
            tx.insert(Delivery, destination.delivery("telegram:-1001", event, body, **held))

    await services.database.write(unit)


def names(text: str) -> list[str]:
    return sorted(f"Lead {number:03d}" for number in range(300) if f"Lead {number:03d}" in text)
