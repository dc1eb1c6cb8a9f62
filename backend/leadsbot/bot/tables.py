"""Who listens to Telegram: of several nodes only one may ask for updates at a time."""

from __future__ import annotations

from piccolo.columns import BigInt, Varchar
from piccolo.table import Table


class Lease(Table, tablename="leases"):
    """What one node holds alone until `ends_at`, by the database's clock, unless it renews."""

    id = Varchar(length=100, primary_key=True)
    holder = Varchar(length=36)
    ends_at = BigInt()
