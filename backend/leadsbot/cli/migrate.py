"""`leadsbot migrate`: brings the database up to date."""

from __future__ import annotations

import asyncio

import click

from leadsbot.cli.support.configured import configured
from leadsbot.settings import Settings


@click.command("migrate")
def command() -> None:
    """Bring the database up to date, in one transaction."""
    ran = asyncio.run(_migrate(configured()))
    if ran:
        click.echo(f"Ran {len(ran)} migration(s). The database is up to date.")
    else:
        click.echo("The database is up to date already.")


async def _migrate(settings: Settings) -> list[str]:
    from leadsbot.cli.support.opening import opened
    from leadsbot.db.migrate import migrate

    async with opened(settings) as database:
        return await migrate(database)
