"""`leadsbot bootstrap`: a workspace with its owner, one site, one API key and one inbound endpoint."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import click

from leadsbot.cli.support.configured import configured
from leadsbot.errors import InvalidInput
from leadsbot.settings import Settings

if TYPE_CHECKING:
    from leadsbot.workspaces.bootstrap import Created, NewWorkspace

LONGEST_NAME = 200


@click.command("bootstrap")
@click.option("--workspace", "name", required=True, metavar="NAME", help="The workspace's name.")
@click.option("--email", required=True, help="The owner's address, to sign in with.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for where left out.")
@click.option("--origin", "origins", multiple=True, metavar="ORIGIN", help="A site that may send leads; repeatable.")
@click.option("--pipeline", type=click.Choice(["leads", "applications"]), default="leads", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(name: str, email: str, password: str, origins: tuple[str, ...], pipeline: str, as_json: bool) -> None:
    """Create a workspace: owner, site, API key with every scope, inbound endpoint."""
    settings = configured()

    from leadsbot.capture.guards.origins import check_pattern
    from leadsbot.workspaces.bootstrap import NewWorkspace

    allowed = [check_pattern(origin) for origin in origins]
    settings.ensure_secret_key()
    new = NewWorkspace(_checked_name(name), checked_email(email), password, allowed, pipeline)
    made = _described(settings, asyncio.run(_bootstrap(settings, new)))
    if as_json:
        click.echo(json.dumps(made))
    else:
        click.echo("".join(f"{label:<14} {value}\n" for label, value in made.items()), nl=False)
        click.echo("The API key is shown this once.")


def checked_email(text: str) -> str:
    """Give an address in the form that signing in looks it up by. Raises InvalidInput.

    Whether its domain takes mail is not asked: a server may stand where no name server answers.
    """
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(text, check_deliverability=False, globally_deliverable=False, test_environment=True)
    except EmailNotValidError as error:
        raise InvalidInput(f"“{text}” is not an email address: {error}", fields=["email"]) from None
    return found.normalized.lower()


async def _bootstrap(settings: Settings, new: NewWorkspace) -> Created:
    from leadsbot.cli.support.new_workspace import add_workspace
    from leadsbot.cli.support.opening import is_new, opened
    from leadsbot.db.migrate import migrate, require_current

    async with opened(settings) as database:
        if await is_new(database):
            await migrate(database)
        await require_current(database)
        return await add_workspace(database, new)


def _checked_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise InvalidInput(f"A workspace's name has 1 to {LONGEST_NAME} characters.", fields=["workspace"])
    return name


def _described(settings: Settings, created: Created) -> dict[str, str]:
    """Give what the contract's section 1 promises of `--json`, in its order."""
    return {
        "workspace_id": created.workspace_id,
        "user_email": created.user_email,
        "site_id": created.site_id,
        "public_token": created.public_token,
        "api_key": created.api_key,
        "api_key_id": created.api_key_id,
        "endpoint_id": created.endpoint_id,
        "inbound_url": f"{settings.public_url}/api/inbound/w/{created.endpoint_id}/leads",
    }
