"""`leadsbot password`: another password for somebody, set by whoever runs the server."""

from __future__ import annotations

import asyncio

import click

from leadsbot.cli.support.configured import configured
from leadsbot.errors import NotFound
from leadsbot.settings import Settings


@click.command("password")
@click.option("--email", required=True, help="The address that they sign in with.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for where left out.")
def command(email: str, password: str) -> None:
    """Set somebody's password, and sign them out everywhere."""
    asyncio.run(_set(configured(), email.strip().lower(), password))
    click.echo(f"{email} signs in with the new password from now on.")


async def _set(settings: Settings, email: str, password: str) -> None:
    from leadsbot.cli.support.opening import opened
    from leadsbot.db.migrate import require_current
    from leadsbot.workspaces.own_account import set_password
    from leadsbot.workspaces.passwords import Proven

    async with opened(settings) as database:
        await require_current(database)
        user = await database.fetch_one("SELECT id AS user_id, password_hash FROM users WHERE email = $1", email)
        if user is None or not await set_password(database, Proven(**user), password):
            raise NotFound(f"Nobody signs in as {email}.")
