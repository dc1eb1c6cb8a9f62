"""Opening the database on behalf of a command: what goes wrong becomes a sentence, not a traceback."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from piccolo.apps.migrations.tables import Migration

from leadsbot.db import Database
from leadsbot.db.migrate import pending, require_current
from leadsbot.errors import LeadsBotError, Unavailable
from leadsbot.settings import Settings


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """Give the open database, or raise `Unavailable` with what the system says and which variable to check."""
    try:
        database = Database(settings.database_url)
        await database.open()
    except (OSError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Unavailable(f"The database can't be opened ({reason(error)}): check LEADSBOT_DATABASE_URL.") from error
    try:
        yield database
    finally:
        await database.close()


async def check_current(settings: Settings) -> None:
    """Raise a LeadsBotError unless the database can be opened and has every migration."""
    async with opened(settings) as database:
        await require_current(database)


async def is_new(database: Database) -> bool:
    """Tell whether no migration has ever run on the open `database`: whoever begins with it may migrate it."""
    await pending(database)  # points Piccolo at this database
    return not await Migration.table_exists().run() or not await Migration.exists().run()


def reason(error: Exception) -> str:
    """Give the system's own words for what went wrong, without a full stop and without an address of ours."""
    if isinstance(error, LeadsBotError):
        return error.message.rstrip(".")
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text.rstrip(".") or type(error).__name__
