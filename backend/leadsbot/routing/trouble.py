"""Destinations that stop working by themselves, and work again: who must be told of it, and through what.

A webhook that was switched off is news that other webhooks may have too (`webhook.disabled`, contract, section 5). The
rest is the house's own: it goes to the workspace's other channels, never to webhooks, and never through what failed.
"""

from __future__ import annotations

from typing import Any, Final

from leadsbot import clock
from leadsbot.channels.base import TEST_EVENT
from leadsbot.db import Tx
from leadsbot.events.log import Happening, record
from leadsbot.ids import derived_id
from leadsbot.jobs.queue import enqueue
from leadsbot.outbound import without_query
from leadsbot.routing.destination import Destination, Row
from leadsbot.routing.due import oldest_open
from leadsbot.routing.news import envelope
from leadsbot.routing.present import webhook_json
from leadsbot.routing.tables import Delivery

WEBHOOK_DISABLED: Final = "webhook.disabled"
CHANNEL_DISABLED: Final = "channel.disabled"
RESTORED: Final = "destination.restored"
# News of the house that no webhook hears of.
INTERNAL: Final = frozenset({CHANNEL_DISABLED, RESTORED})
# What somebody must be told, whatever the channels have asked for.
URGENT: Final = INTERNAL | {WEBHOOK_DISABLED}

PROBE: Final = "probe"
# Between probes of what was switched off; the last one again and again.
PROBES_MS: Final = tuple(hours * clock.HOUR for hours in (1, 2, 4, 8, 16, 24))

# A destination's columns that tell of its trouble.
STORY: Final = ("failing_since", "failed_at", "failing_ms", "disabled_at", "probe_at", "probes")
# What an arrival ends, and what switching on forgives, by hand or by itself.
RECOVERED: Final = "failing_since = NULL, failed_at = NULL, failing_ms = 0"
FORGIVEN: Final = f"disabled_reason = '', {RECOVERED}, disabled_at = NULL, probe_at = NULL, probes = 0"
REASON_LENGTH: Final = 500
BY_HAND: Final = "It was switched on by hand."
# What a webhook missed begins a little before: an event is older than its attempt, and nodes' clocks differ.
_MARGIN_MS: Final = clock.MINUTE


async def switch_off(tx: Tx, destination: Destination, delivery: Row, reason: str, *, probed: bool) -> None:
    """Switch a destination off that doesn't work, and tell; of several deliveries that find it broken only the first
    does. `delivery` is that one; `probed` is whether a test goes there now and then until it works again."""
    now, reason = clock.now(), reason[:REASON_LENGTH]
    switched = await tx.execute(
        f"UPDATE {destination.table} SET enabled = FALSE, disabled_reason = $2, disabled_at = $3, probe_at = $4,"
        " probes = 0 WHERE id = $1 AND enabled",
        destination.id,
        reason,
        now,
        now + PROBES_MS[0] if probed else None,
    )
    if not switched:
        return
    if probed:
        _plan_probe(tx, destination, str(delivery["destination"]), now)
    if destination.is_webhook:
        since = destination.row["failing_since"] or delivery["created_at"]
        await note_missed(tx, destination.id, await missed_from(tx, destination.row, since))
        off = {"url": without_query(destination.row["url"]), "enabled": False, "disabled_reason": reason}
        shown = webhook_json({**destination.row, **off})
        record(tx, Happening(destination.workspace_id, WEBHOOK_DISABLED, {"lead": None, "webhook": shown}))
    else:
        more = " It is asked again now and then." if probed else " Once that is mended, switch it on again."
        _tell(tx, destination, CHANNEL_DISABLED, f"Nothing is sent to {_called(destination)} any more", reason + more)


async def switch_on(tx: Tx, destination: Destination, since: str = "took a test now") -> bool:
    """Switch a destination on again that was off by itself, and tell what it did `since`; gives whether it still was
    off. Whoever asks lets a channel go on with what it was due (see `resuming`)."""
    switched = await tx.execute(
        f"UPDATE {destination.table} SET {FORGIVEN}, enabled = TRUE WHERE id = $1 AND NOT enabled AND disabled_at = $2",
        destination.id,
        destination.row["disabled_at"],
    )
    if switched:
        more = " What it missed can be sent again on the Webhooks page." if destination.is_webhook else ""
        title = f"{_called(destination)} works again"
        _tell(tx, destination, RESTORED, title, f"It was switched off, {since}, and is on again.{more}")
    return bool(switched)


async def missed_from(tx: Tx, webhook: Row, since: int) -> int:
    """Give from when (ms) on events are to be looked through for what a webhook misses that is off from `since` on:
    what was still on its way by then doesn't arrive either, and what happened just before may not be routed yet."""
    oldest = await oldest_open(tx, webhook["workspace_id"], webhook["id"])
    return (since if oldest is None else min(since, oldest)) - _MARGIN_MS


async def note_missed(tx: Tx, webhook_id: str, since: int) -> None:
    """Remember that a webhook may have missed what happened from `since` (ms) on, unless it has since before that."""
    await tx.execute(
        "UPDATE webhooks SET missed_since = $2 WHERE id = $1 AND (missed_since IS NULL OR missed_since > $2)",
        webhook_id,
        since,
    )


def by_hand(enabled: bool) -> dict[str, Any]:
    """Give the columns that somebody changes who switches a destination on, which forgives what had failed, or off,
    which ends the probes."""
    recovered = {"failing_since": None, "failed_at": None, "failing_ms": 0}
    forgiven = {"disabled_reason": "", **recovered} if enabled else {}
    return {"enabled": enabled, "disabled_at": None, "probe_at": None, "probes": 0, **forgiven}


async def end_probe(tx: Tx, destination_id: str, disabled_at: int | None, why: str = BY_HAND) -> None:
    """Close the delivery of the probes: somebody was quicker."""
    if disabled_at is None:
        return
    await tx.execute(
        "UPDATE deliveries SET status = 'withheld', reason = $2, next_attempt_at = NULL, round = round + 1"
        " WHERE id = $1 AND status = 'failed'",
        _probe_id(destination_id, disabled_at),
        why,
    )


async def ask_again(tx: Tx, destination: Destination) -> dict[str, Any]:
    """Begin the probes of one anew that was removed while it was asked, and is put back; gives the columns that say
    so, none where it wasn't. Who still has the job of before finds that it is no longer meant."""
    row = destination.row
    if row.get("probe_at") is None:
        return {}
    now = max(clock.now(), row["disabled_at"] + 1)
    before = _probe_id(destination.id, row["disabled_at"])
    asked = await tx.fetch_one("SELECT destination FROM deliveries WHERE id = $1", before)
    _plan_probe(tx, destination, asked["destination"] if asked else "", now)
    return {"disabled_at": now, "probe_at": now + PROBES_MS[0], "probes": 0}


def _plan_probe(tx: Tx, destination: Destination, name: str, disabled_at: int) -> None:
    delivery_id = _probe_id(destination.id, disabled_at)
    whose = {"id": delivery_id, "workspace_id": destination.workspace_id, "lead_id": None}
    event = {**whose, "type": TEST_EVENT, "at": disabled_at}
    due = disabled_at + PROBES_MS[0]
    row = destination.delivery(name, event, envelope(event, {"lead": None}), id=delivery_id, status="failed")
    tx.insert(Delivery, {**row, "next_attempt_at": due}, "ON CONFLICT (id) DO NOTHING")
    payload = {"delivery": delivery_id, "disabled_at": disabled_at}
    enqueue(tx, PROBE, payload, due=due, lane=destination.lane, workspace_id=destination.workspace_id)


def _probe_id(destination_id: str, disabled_at: int) -> str:
    return derived_id("probe", destination_id, str(disabled_at))


def _called(destination: Destination) -> str:
    row = destination.row
    return without_query(row["url"]) if destination.is_webhook else str(row["name"] or destination.kind)


def _tell(tx: Tx, destination: Destination, type: str, title: str, text: str) -> None:
    kind = "webhook" if destination.is_webhook else "channel"
    about: dict[str, Any] = {"id": destination.id, "kind": destination.kind}
    alert = {"title": title, "text": text, "path": f"/{kind}s", "opens": f"Open the {kind}s"}
    record(tx, Happening(destination.workspace_id, type, {"lead": None, kind: about, "alert": alert}))
