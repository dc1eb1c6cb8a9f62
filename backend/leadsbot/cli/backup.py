"""`leadsbot backup FILE`: a consistent copy of the embedded database, while it is in use."""

from __future__ import annotations

from pathlib import Path

import click

from leadsbot.cli.support.configured import configured
from leadsbot.errors import InvalidInput


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def command(file: Path) -> None:
    """Copy the embedded database to FILE. The server may go on running."""
    settings = configured()
    if settings.database_kind != "sqlite":
        raise InvalidInput("This makes copies of the embedded database; for PostgreSQL use pg_dump.")

    from leadsbot.cli.support import embedded

    if not file.parent.is_dir():
        raise InvalidInput(f"{file.parent} is no folder.")
    size = embedded.backup(settings.sqlite_path, file)
    click.echo(f"Wrote {file} ({size / 1_000_000:.1f} MB).")
    if (key := settings.data_dir / "secret.key").exists():
        click.echo(f"Keep a copy of {key} with it: without the key its stored secrets can't be read.")
