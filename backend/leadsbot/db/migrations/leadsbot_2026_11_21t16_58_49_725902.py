from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Varchar
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-21T16:58:49:725902"
VERSION = "1.38.0"
DESCRIPTION = "The name of somebody invited"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="leadsbot", description=DESCRIPTION
    )

    manager.add_column(
        table_class_name="Invitation",
        tablename="invitations",
        column_name="name",
        db_column_name="name",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 200,
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
