"""The append-only log: what happened, in order."""

from __future__ import annotations

from piccolo.columns import JSON, BigInt, BigSerial, Varchar
from piccolo.table import Table


class Event(Table, tablename="events"):
    """`seq` is the order of writing on one node, and never given twice; `data` is what webhooks carry under `data`
    (contract, section 5)."""

    seq = BigSerial(primary_key=True)
    id = Varchar(length=36, unique=True)
    workspace_id = Varchar(length=36)
    type = Varchar(length=32)
    lead_id = Varchar(length=36, null=True, default=None)
    session_id = Varchar(length=36, null=True, default=None)
    data = JSON(default="{}")
    at = BigInt()
