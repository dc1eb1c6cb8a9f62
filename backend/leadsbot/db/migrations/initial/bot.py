from __future__ import annotations

from piccolo.columns import BigInt, ForeignKey, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from leadsbot.db.migrations.initial.workspaces import User


class Lease(Table, tablename="leases"):
    id = Varchar(length=100, primary_key=True)
    holder = Varchar(length=36)
    ends_at = BigInt()


class Account(Table, tablename="telegram_accounts"):
    id = Varchar(length=36, primary_key=True)
    user = ForeignKey(User, on_delete=OnDelete.cascade, db_column_name="user_id", null=False)
    telegram_id = BigInt(unique=True)
    username = Varchar(length=64, default="")
    name = Varchar(length=200, default="")
    linked_at = BigInt()
