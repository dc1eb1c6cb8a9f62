from __future__ import annotations

from piccolo.columns import JSON, BigInt, Integer, Text, Varchar
from piccolo.table import Table


class Job(Table, tablename="jobs"):
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
    lane = Varchar(length=100, primary_key=True)
    until = BigInt()


INDEXES = (
    "INDEX jobs_chain ON jobs (chain, position) WHERE chain <> '' AND state IN ('ready', 'running')",
    "INDEX jobs_lanes ON jobs (workspace_id, lane, due) WHERE state = 'ready' AND waits = ''",
    "INDEX jobs_leases ON jobs (lease_until) WHERE state = 'running'",
    "INDEX jobs_parked ON jobs (due) WHERE state = 'ready' AND waits = 'turn'",
    "INDEX jobs_timed ON jobs (due) WHERE state = 'ready' AND waits = 'time'",
)
