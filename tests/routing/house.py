"""A house with its job runner at work, pointed at the test's own servers: fixtures for a conftest, and helpers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

import pytest

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.events.log import Happening, record
from leadsbot.jobs.handlers import handlers_of, modules_in
from leadsbot.jobs.outcomes import Done
from leadsbot.jobs.runner import Runner
from leadsbot.outbound import Outbound
from leadsbot.routing import deliveries, route
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.support.services import put_together
from tests.support.telegram_server import TelegramServer
from tests.support.waiting import PATIENCE_S

R = TypeVar("R")
Make = Callable[..., Services]
Run = Callable[[Services], None]

LEAD = {"id": "0190f3a0-0000-7000-8000-000000000001", "name": "Grace Hopper", "email": "grace@navy.example",
        "stage": "New", "spam": False, "lead_url": ""}  # fmt: skip


@pytest.fixture
async def make_services(database: Database, telegram: TelegramServer) -> AsyncIterator[Make]:
    """Put services together; keyword arguments are settings without their prefix, in lower case."""
    opened: list[Outbound] = []

    def make(**more: str) -> Services:
        given = {
            "public_url": "https://leads.example.com",
            "telegram_token": telegram.token,
            "telegram_api": telegram.base_url,
            "allow_private_targets": "1",
            "retry_schedule": "0.05s,0.05s",
        }
        services = put_together(database, given | more)
        opened.append(services.outbound)
        return services

    yield make
    for outbound in opened:
        await outbound.aclose()


@pytest.fixture
def services(make_services: Make) -> Services:
    return make_services()


@pytest.fixture
async def run(database: Database) -> AsyncIterator[Run]:
    """Start a real job runner with the routing's own handlers; several are several nodes."""
    runners: list[Runner] = []

    def start(services: Services) -> None:
        runners.append(Runner(database, handlers_of(modules_in("leadsbot.routing"), services)))
        runners[-1].start()

    yield start
    for runner in runners:
        await runner.stop()


@pytest.fixture
async def running(services: Services, run: Run) -> Services:
    run(services)
    return services


async def tell(
    services: Services,
    workspace: Created,
    type: str = "lead.created",
    lead: Any = LEAD,
    at: int | None = None,
    **data: Any,
) -> str:
    """Record an event and give its id."""
    lead_id = data.pop("lead_id", None) or (lead["id"] if lead else None)
    happening = Happening(workspace.workspace_id, type, {"lead": lead, **data}, lead_id, at=at)

    async def unit(tx: Tx) -> str:
        return record(tx, happening)[0]

    return await services.database.write(unit)


async def has_failed(services: Services, table: str, ms: int) -> None:
    """Let every destination of `table` have failed for that long until now."""
    sql = f"UPDATE {table} SET failing_since = $1, failed_at = $2, failing_ms = $3"
    now = clock.now()
    await services.database.write(lambda tx: tx.execute(sql, now - ms, now, ms))


async def route_now(services: Services, event_id: str) -> None:
    """Route an event as its job would, without a runner."""
    outcome = await route.route(services, [event_id])
    assert isinstance(outcome, Done) and outcome.writes
    await services.database.write(outcome.writes)


async def until(
    services: Services, workspace: Created, look: Callable[[], Awaitable[R | None]], within: float = PATIENCE_S
) -> R:
    """Give what `look` finds, looking again whenever something in the workspace changes. Fails after `within` s."""
    async with asyncio.timeout(within):
        with services.database.signals.listen(f"events:{workspace.workspace_id}") as changed:
            while True:
                changed.clear()
                found = await look()
                if found is not None:
                    return found
                await changed.wait()


async def settled(services: Services, workspace: Created, status: str, count: int = 1) -> list[dict[str, Any]]:
    """Give the deliveries of a workspace, newest first, once `count` of them have `status`."""

    async def look() -> list[dict[str, Any]] | None:
        rows = (await deliveries.list_deliveries(services.database, workspace.workspace_id)).rows
        return rows if sum(row["status"] == status for row in rows) >= count else None

    return await until(services, workspace, look)


async def in_thread(wait: Callable[[], R]) -> R:
    """Wait for a server's condition without holding up the loop that feeds it."""
    return await asyncio.to_thread(wait)


async def quiet(services: Services, within: float = PATIENCE_S) -> None:
    """Wait until no job is left but probes, which are hours away: whatever was going to be sent has been. Fails after
    `within` s."""
    async with asyncio.timeout(within):
        select = "SELECT id FROM jobs WHERE state IN ('ready', 'running') AND kind <> 'probe' LIMIT 1"
        while await services.database.fetch(select):  # noqa: ASYNC110 (nothing signals the end of a job)
            await asyncio.sleep(0.02)
