"""When a site's plain form was last used, beside when its tag was seen."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import BigInt
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-21T18:33:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A plain form is no tag"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="leadsbot", description=DESCRIPTION)
    manager.add_column(
        table_class_name="Site",
        tablename="sites",
        column_name="last_form_at",
        db_column_name="last_form_at",
        column_class_name="BigInt",
        column_class=BigInt,
        params={
            "default": None,
            "null": True,
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
    return manager
