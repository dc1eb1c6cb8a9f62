"""Brings a database up to date: all that is pending in one transaction, or nothing."""

from __future__ import annotations

import io
import os
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


class DatabaseBehind(LeadsBotError):
    """The database lacks migrations that this code relies on; `leadsbot migrate` brings them."""


async def pending(database: Database) -> list[str]:
    """Give the ids of the migrations that `database` lacks, oldest first."""
    from leadsbot.db.piccolo_app import APP_CONFIG

    _point_piccolo_at(database)
    if not await Migration.table_exists().run():
        ran: list[str] = []
    else:
        ran = await Migration.get_migrations_which_ran(app_name=_APP)
    modules = BaseMigrationManager().get_migration_modules(APP_CONFIG.resolved_migrations_folder_path)
    return sorted(set(modules) - set(ran))


async def migrate(database: Database) -> list[str]:
    """Run what is pending and give its ids. Two nodes may start at once: the second finds nothing left to do."""
    missing = await pending(database)
    if missing:
        await _run(database)
    return missing


async def require_current(database: Database) -> None:
    """Raise `DatabaseBehind` unless every migration has run."""
    missing = await pending(database)
    if missing:
        raise DatabaseBehind(
            f"The database is {len(missing)} migration(s) behind: run `leadsbot migrate`, then start again.",
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
