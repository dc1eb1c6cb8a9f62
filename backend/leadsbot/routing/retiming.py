"""What channels hold back until an hour on the wall, when the workspace's time zone or hour of summaries changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.routing.destination import Destination
from leadsbot.routing.gates import OPEN, silence, wake
from leadsbot.routing.quiet import last_at_hour, next_at_hour, next_hour

CAUSES: Final = frozenset({"timezone", "summary_hour"})
"""Columns of a workspace."""

Row = Mapping[str, Any]


async def retime(tx: Tx, workspace_id: str) -> None:
    """Let what is held wait for the hours as they are now, in the transaction that has changed them. What would have
    gone with a digest whose hour is over by the new clock goes at once."""
    channels = await tx.fetch(
        "SELECT c.*, w.timezone, w.summary_hour FROM channels c JOIN workspaces w ON w.id = c.workspace_id"
        " WHERE w.id = $1 AND EXISTS"
        f" (SELECT 1 FROM deliveries d WHERE d.channel_id = c.id AND d.held <> '' AND d.{OPEN}) ORDER BY c.id",
        workspace_id,
    )
    for channel in channels:
        await _retime(tx, channel, clock.now())


async def _retime(tx: Tx, channel: Row, now: int) -> None:
    destination, timezone = Destination(channel["kind"], channel), str(channel["timezone"])
    last, coming = _digests(destination, timezone, int(channel["summary_hour"]), now)
    soon, later = (_heard(destination, timezone, at) for at in (now, coming))
    for until, held in ((soon, f"held IN ('quiet', 'mute') OR (held = 'digest' AND created_at < {last})"),
                        (later, f"held = 'digest' AND created_at >= {last}")):  # fmt: skip
        await tx.execute(
            f"UPDATE deliveries SET next_attempt_at = $2 WHERE channel_id = $1 AND held <> '' AND {OPEN}"
            f" AND next_attempt_at <> $2 AND ({held})",
            channel["id"],
            until,
        )
    await wake(tx, str(channel["workspace_id"]), str(channel["id"]), min(soon, later))


def _heard(destination: Destination, timezone: str, at: int) -> int:
    silent = silence(destination, timezone, at)
    return silent.until if silent else at


def _digests(destination: Destination, timezone: str, hour: int, now: int) -> tuple[int, int]:
    """Give when the digest before and after now go out; for a channel without one, now."""
    zone = clock.zone(timezone)
    if destination.options.digest == "daily":
        return last_at_hour(zone, hour, now), next_at_hour(zone, hour, now)
    if destination.options.digest == "hourly":
        return next_hour(zone, now) - clock.HOUR, next_hour(zone, now)
    return now, now
