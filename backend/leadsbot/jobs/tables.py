"""Work to be done, in the same database as what it is about."""

from __future__ import annotations

from piccolo.columns import JSON, BigInt, Integer, Text, Varchar
from piccolo.table import Table


class Job(Table, tablename="jobs"):
    """`state`: ready, running, done, dead. `claims` fences: whoever settles must still hold the claim it was given.

    `lane` names what the job would hold up (a destination); one lane never takes all slots. `unique_key` lets a cron
    tick be enqueued by every node and run once.
    """

    id = Varchar(length=36, primary_key=True)
    kind = Varchar(length=64)
    lane = Varchar(length=100, default="")
    unique_key = Varchar(length=200, null=True, default=None, unique=True)
    payload = JSON(default="{}")
    state = Varchar(length=8, default="ready")
    due = BigInt()
    lease_until = BigInt(null=True, default=None)
    claims = Integer(default=0)
    failures = Integer(default=0)
    error = Text(default="")
    created_at = BigInt()
    done_at = BigInt(null=True, default=None)
