"""`leadsbot serve`: the web server, with the background work in the same process unless told otherwise."""

from __future__ import annotations

import click

from leadsbot.cli.support.configured import configured, local_url
from leadsbot.errors import InvalidInput


@click.command("serve")
@click.option("--host", help="The address to listen on (default: LEADSBOT_HOST).")
@click.option("--port", type=click.IntRange(1, 65_535), help="The port to listen on (default: LEADSBOT_PORT).")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes; >1: PostgreSQL.")
@click.option("--no-jobs", is_flag=True, help="Leave background jobs to `leadsbot worker`.")
def command(host: str | None, port: int | None, workers: int, no_jobs: bool) -> None:
    """Serve pages, doors and the API."""
    settings = configured(host, port)
    if workers > 1 and settings.database_kind == "sqlite":
        raise InvalidInput(
            "More than one worker needs PostgreSQL, since the embedded database has one writer:"
            " set LEADSBOT_DATABASE_URL to a postgresql:// address, or leave out --workers."
        )
    settings.ensure_secret_key()

    from leadsbot.cli.support import server
    from leadsbot.cli.support.listening import listen

    sockets = listen(settings.host, settings.port)
    where = local_url(settings.host, settings.port)
    if workers > 1:
        _say(f"LeadsBot starts {workers} workers on {where}")
        server.serve_in_processes(settings, sockets, jobs=not no_jobs, workers=workers)
    else:
        server.serve(
            lambda: [server.Site(server.make_app(settings, not no_jobs), sockets)],
            settings,
            ready=lambda: _say(f"LeadsBot is up on {where}"),
        )


def _say(sentence: str) -> None:
    import structlog

    structlog.get_logger("leadsbot").info(sentence)
