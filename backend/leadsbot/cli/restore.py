"""`leadsbot restore FILE`: puts a backup in the place of the embedded database."""

from __future__ import annotations

from pathlib import Path

import click

from leadsbot.cli.support.configured import configured
from leadsbot.errors import InvalidInput


@click.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def command(file: Path) -> None:
    """Replace the embedded database by the backup FILE. Stop the server first."""
    settings = configured()
    if settings.database_kind != "sqlite":
        raise InvalidInput("This restores the embedded database; for PostgreSQL use psql or pg_restore.")

    from leadsbot.cli.support import embedded
    from leadsbot.db.migrate import known, missing

    database, ran = settings.sqlite_path, embedded.migrations_in(file)
    if database.exists() and file.samefile(database):
        raise InvalidInput(f"{file} is the database itself: name a backup.")
    if max(ran) > known()[-1]:
        raise InvalidInput(f"{file} was made by a newer LeadsBot: upgrade this one, then restore.")
    lacking = missing(ran)
    embedded.restore(database, file)
    click.echo(f"Restored {database} from {file}.")
    if lacking:
        click.echo("It is older than this LeadsBot: run `leadsbot migrate` before you start.")
