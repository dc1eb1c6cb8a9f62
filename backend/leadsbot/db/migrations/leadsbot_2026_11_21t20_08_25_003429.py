from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Varchar
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-21T20:08:25:003429"
VERSION = "1.38.0"
DESCRIPTION = "What deliveries are held back by"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="leadsbot", description=DESCRIPTION)

    manager.add_column(
        table_class_name="Delivery",
        tablename="deliveries",
        column_name="held",
        db_column_name="held",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 8,
            "default": "",
            "null": False,
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
