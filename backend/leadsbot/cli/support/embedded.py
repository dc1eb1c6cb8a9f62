"""Copies of the embedded database, whole and consistent, while it is in use (SQLite's online backup)."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from leadsbot.errors import Conflict, InvalidInput

# Piccolo's own record of what ran.
_RAN = "SELECT name FROM migration WHERE app_name = 'leadsbot'"


class DatabaseInUse(Conflict):
    """Another process holds the embedded database open."""


def backup(database: Path, to: Path) -> int:
    """Write the database at `database` to `to`, which holds it whole or is left alone; gives its size in bytes.

    A backup that stands there already is replaced, any other file is not. The copy is for its owner's eyes (0600).
    Raises InvalidInput.
    """
    migrations_in(database)
    if to.exists():
        if to.samefile(database):
            raise InvalidInput(f"{to} is the database itself: name another file.")
        migrations_in(to)
    handle, draft = tempfile.mkstemp(prefix=f".{to.name}-", dir=to.parent)  # made with mode 0600
    os.close(handle)
    try:
        _copy(database, Path(draft))
        os.replace(draft, to)
    except BaseException:
        os.unlink(draft)
        raise
    return to.stat().st_size


def restore(database: Path, source: Path) -> None:
    """Put the backup `source` in the place of what `database` holds, all of it or nothing.

    Raises DatabaseInUse while a process has `database` open, and lets none open it before the end.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    with closing(_read_only(source)) as copy, closing(sqlite3.connect(database, isolation_level=None)) as into:
        _hold(into)
        copy.backup(into)
        into.execute("PRAGMA journal_mode = WAL")


def migrations_in(path: Path) -> set[str]:
    """Give the migrations that ran on the database at `path`. Raises InvalidInput unless it is a sound one of ours."""
    if not path.is_file():
        raise InvalidInput(f"{path} does not exist.")
    try:
        with closing(_read_only(path)) as connection:
            names = {name for (name,) in connection.execute(_RAN)}
            sound = connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
    except sqlite3.DatabaseError:
        names = set()
    if not names:
        raise InvalidInput(f"{path} is no database of LeadsBot.")
    if not sound:
        raise InvalidInput(f"{path} is damaged: SQLite's own check of it fails.")
    return names


def _copy(database: Path, draft: Path) -> None:
    with closing(_read_only(database)) as live, closing(sqlite3.connect(draft, isolation_level=None)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing left beside it
    with open(draft, "rb") as written:
        os.fsync(written.fileno())


def _hold(connection: sqlite3.Connection) -> None:
    """Take the database for this connection alone: leaving WAL needs that nobody else has it open."""
    connection.execute("PRAGMA busy_timeout = 0")
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        raise DatabaseInUse("The database is in use: stop `leadsbot serve` and `leadsbot worker` first.") from error


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
