"""Brings a database up to date: all that is pending in one transaction, or nothing."""

from __future__ import annotations

import io
import os
from collections.abc import Collection
from contextlib import redirect_stdout
from typing import Any

from piccolo.apps.migrations.commands.base import BaseMigrationManager
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager
from piccolo.apps.migrations.tables import Migration
from piccolo.engine.sqlite import TransactionType

from leadsbot.db.database import Database
from leadsbot.db.sqlite import PooledSQLiteEngine
from leadsbot.errors import LeadsBotError

_APP = "leadsbot"
_LOCK = 7_310_226  # any number that only migrations use
_UNFINISHED = (
    "The database was made by an unreleased LeadsBot, and its way from there is no longer part of this one: run"
    " `leadsbot migrate` of the source at commit e4ad312 once, then start this one again."
)


class DatabaseBehind(LeadsBotError):
    """The database lacks migrations that this code relies on; `leadsbot migrate` brings them."""


def known() -> list[str]:
    """Give the ids of every migration that this code brings, oldest first."""
    from leadsbot.db.piccolo_app import APP_CONFIG

    return sorted(BaseMigrationManager().get_migration_modules(APP_CONFIG.resolved_migrations_folder_path))


def missing(ran: Collection[str]) -> list[str]:
    """Give the ids of the migrations that a database lacks on which these `ran`, oldest first.

    Raises DatabaseBehind where some ran that are now part of the first one, and not all of them: the rest is gone.
    """
    ids = known()
    if ran and ids[0] not in ran:
        raise DatabaseBehind(_UNFINISHED, code="database_behind")
    return [name for name in ids if name not in ran]


async def pending(database: Database) -> list[str]:
    """Give the ids of the migrations that `database` lacks, oldest first; raises as `missing` does."""
    _point_piccolo_at(database)
    if not await Migration.table_exists().run():
        return missing(())
    return missing(await Migration.get_migrations_which_ran(app_name=_APP))


async def migrate(database: Database) -> list[str]:
    """Run what is pending and give its ids. Two nodes may start at once: the second finds nothing left to do."""
    lacking = await pending(database)
    if lacking:
        await _run(database)
    return lacking


async def require_current(database: Database) -> None:
    """Raise `DatabaseBehind` unless every migration has run."""
    lacking = await pending(database)
    if lacking:
        raise DatabaseBehind(
            f"The database is {len(lacking)} migration(s) behind: run `leadsbot migrate`, then start again.",
            code="database_behind",
        )


def _point_piccolo_at(database: Database) -> None:
    os.environ["PICCOLO_CONF"] = "leadsbot.db.piccolo_conf"
    from leadsbot.db import piccolo_conf

    piccolo_conf.DB = database.engine
    Migration._meta.db = database.engine
    database.bind()


async def _run(database: Database) -> None:
    engine = database.engine
    if isinstance(engine, PooledSQLiteEngine):
        transaction: Any = engine.transaction(transaction_type=TransactionType.immediate)
    else:
        transaction = engine.transaction()
    with redirect_stdout(io.StringIO()):
        async with transaction:
            if database.dialect == "postgres":
                await engine.run_ddl(f"SELECT pg_advisory_xact_lock({_LOCK})")
            result = await ForwardsMigrationManager(app_name=_APP).run()
    if not result.success:
        raise LeadsBotError(f"A migration failed: {result.message}", code="migration_failed")
