"""Work to be done, in the same database as what it is about."""

from __future__ import annotations

from piccolo.columns import JSON, BigInt, Integer, Text, Varchar
from piccolo.table import Table


class Job(Table, tablename="jobs"):
    """`state`: ready, running, done, dead. `claims` fences: whoever settles must still hold the claim it was given.

    What is ready may be claimed unless it `waits`: for its `time` (`due`), or for its `turn` behind an earlier job of
    its `chain`, in which one is done after the other in order of `position`. `lane` names what the job would hold up
    (a destination): neither a lane nor a workspace ever takes all places. `unique_key` lets a cron tick be enqueued by
    every node and run once.
    """

    id = Varchar(length=36, primary_key=True)
    kind = Varchar(length=64)
    workspace_id = Varchar(length=36, default="")
    lane = Varchar(length=100, default="")
    chain = Varchar(length=80, default="")
    position = BigInt(default=0)
    unique_key = Varchar(length=200, null=True, default=None, unique=True)
    payload = JSON(default="{}")
    state = Varchar(length=8, default="ready")
    waits = Varchar(length=4, default="")
    due = BigInt()
    lease_until = BigInt(null=True, default=None)
    claims = Integer(default=0)
    failures = Integer(default=0)
    error = Text(default="")
    created_at = BigInt()
    done_at = BigInt(null=True, default=None)


class LaneHold(Table, tablename="lane_holds"):
    """A lane of which nothing is begun before `until`: its other side said so."""

    lane = Varchar(length=100, primary_key=True)
    until = BigInt()
