"""Several earlier secrets of a webhook, each with its own end; how long a destination has failed, not since when."""

from __future__ import annotations

import json

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import BigInt
from piccolo.columns.indexes import IndexMethod
from piccolo.engine import engine_finder

ID = "2026-11-21T23:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Earlier secrets of webhooks, times of failing"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="leadsbot", description=DESCRIPTION)
    _add_columns(manager)
    manager.rename_column(
        table_class_name="Webhook",
        tablename="webhooks",
        old_column_name="previous_secret",
        new_column_name="previous_secrets",
        old_db_column_name="previous_secret",
        new_db_column_name="previous_secrets",
        schema=None,
    )

    async def list_secrets() -> None:
        """Give the secret that signs along, where there is one, the form of several. The column is renamed after."""
        engine = engine_finder()
        assert engine is not None
        rows = await engine.run_ddl("SELECT id, previous_secret, previous_until FROM webhooks")
        for row in rows or ():
            if row["previous_secret"]:
                kept = json.dumps([{"secret": row["previous_secret"], "until": row["previous_until"] or 0}])
                await engine.run_ddl(f"UPDATE webhooks SET previous_secret = '{kept}' WHERE id = '{row['id']}'")

    manager.add_raw(list_secrets)
    return manager


def _add_columns(manager: MigrationManager) -> None:
    for class_name, table in (("Channel", "channels"), ("Webhook", "webhooks")):
        for column, default in (("failed_at", None), ("failing_ms", 0)):
            manager.add_column(
                table_class_name=class_name,
                tablename=table,
                column_name=column,
                db_column_name=column,
                column_class_name="BigInt",
                column_class=BigInt,
                params={
                    "default": default,
                    "null": default is None,
                    "primary_key": False,
                    "unique": False,
                    "index": False,
                    "index_method": IndexMethod.btree,
                    "choices": None,
                    "db_column_name": None,
                    "secret": False,
                },
                schema=None,
            )
