"""`leadsbot worker`: the background work alone, for deployments with several nodes."""

from __future__ import annotations

import asyncio

import click

from leadsbot.cli.support.configured import configured
from leadsbot.settings import Settings


@click.command("worker")
def command() -> None:
    """Run background jobs without a web server."""
    settings = configured()
    settings.ensure_secret_key()

    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work(settings))


async def _work(settings: Settings) -> None:
    import structlog

    from leadsbot.app import House
    from leadsbot.cli.support.opening import check_current
    from leadsbot.cli.support.server import on_stop

    await check_current(settings)
    house = House(settings)
    stopping = asyncio.Event()
    on_stop(stopping.set)
    await house.start()
    try:
        structlog.get_logger("leadsbot").info("LeadsBot works on background jobs")
        await stopping.wait()
    finally:
        await house.stop()
