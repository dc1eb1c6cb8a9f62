"""`leadsbot demo` (`make run`): the product with a demo workspace, and a demo site on an origin of its own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import click

from leadsbot.cli.support.configured import configured
from leadsbot.errors import InvalidInput, LeadsBotError
from leadsbot.settings import Settings

if TYPE_CHECKING:
    import socket

    from leadsbot.cli.support.demo_workspace import Demo

SITE_HOST = "localhost"  # another origin than 127.0.0.1, and there on every machine


@click.command("demo")
def command() -> None:
    """Serve LeadsBot with a demo workspace and a demo site. For a first look, not for production."""
    settings = configured()
    settings.ensure_secret_key()

    from leadsbot.app import PUBLIC
    from leadsbot.cli.support import server
    from leadsbot.cli.support.demo_site import DemoSite
    from leadsbot.cli.support.listening import listen

    folder = PUBLIC.parent / "demo-site"
    if not folder.is_dir():
        raise InvalidInput(f"{folder} is not there: the demo runs from a checkout. Use `leadsbot serve`.")
    site_port = _site_port(settings)
    sockets, site_sockets = listen(settings.host, settings.port), _listen_for_site(site_port)
    site_url = f"http://{SITE_HOST}:{site_port}"
    demo = asyncio.run(_prepared(settings, site_url))
    site = DemoSite(folder, leadsbot_url=settings.public_url, token=demo.token)
    server.serve(
        lambda: [
            server.Site(server.make_app(settings, True), sockets),
            server.Site(site, site_sockets, lifespan="off"),
        ],
        settings,
        ready=lambda: click.echo(_welcome(settings, site_url, demo)),
    )


def _site_port(settings: Settings) -> int:
    return settings.port + 1 if settings.port < 65_535 else settings.port - 1


def _listen_for_site(port: int) -> list[socket.socket]:
    from leadsbot.cli.support.listening import CannotListen, listen

    try:
        return listen(SITE_HOST, port)
    except CannotListen as error:
        sentence = f"The demo site needs port {port} beside LEADSBOT_PORT. {error.message}"
        raise CannotListen(sentence) from error


async def _prepared(settings: Settings, site_url: str) -> Demo:
    from leadsbot.cli.support.demo_workspace import ensure
    from leadsbot.cli.support.opening import opened
    from leadsbot.db.migrate import migrate

    async with opened(settings) as database:
        await migrate(database)
        try:
            return await ensure(database, settings, site_url)
        except OSError as error:
            raise LeadsBotError(f"{settings.data_dir} can't be written to: {error.strerror}.") from error


def _welcome(settings: Settings, site_url: str, demo: Demo) -> str:
    from leadsbot.workspaces.site_editing import script_tag

    key = f"  API key      {demo.api_key}    (shown this once)\n" if demo.api_key else ""
    return f"""
  LeadsBot is running. Ctrl-C stops it.

  Dashboard    {settings.public_url}
  Email        {demo.email}
  Password     {demo.password}    (kept in {demo.login_file})
{key}
  Demo site    {site_url}
               Send its contact form and see the lead arrive.

  Your own page: paste this before </head>, then allow its origin under Sites.

{script_tag(settings.public_url, demo.token)}
"""
