"""Taking a channel or webhook out, and putting it back within a month as it was.

While it is out nothing finds it: what was still due ends as `dead`. Put back, a channel sends that after all (see
`resuming`), and reminds of what it was to remind of, at once where that time came up to `REMINDED_LATE` ago; a webhook
offers what it missed (see `replay`), as that may be much.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.events.log import topic
from leadsbot.jobs.queue import enqueue
from leadsbot.outbound import without_query
from leadsbot.routing import gates, kinds, resuming, trouble
from leadsbot.routing.destination import Destination
from leadsbot.routing.messages import ESCALATE, REMIND, refresh
from leadsbot.routing.owned import held
from leadsbot.routing.replay import under_way
from leadsbot.routing.resuming import DIED
from leadsbot.routing.tables import Channel, Message, Webhook
from leadsbot.workspaces import removals

CHANNEL: Final = "channel"
WEBHOOK: Final = "webhook"
# Of the messages that stand in its chat, so that buttons below them go on working.
MOST_MESSAGES: Final = 1_000
REMINDED_LATE: Final = clock.DAY

_TIMES: Final = {"escalate_at": ESCALATE, "snoozed_until": REMIND}

Row = dict[str, Any]


async def delete_channel(database: Database, workspace_id: str, channel_id: str, by: str = "") -> None:
    """Take a channel out; what it was still due ends as `dead`. Raises NotFound."""

    async def unit(tx: Tx) -> None:
        row = await held(tx, CHANNEL, workspace_id, channel_id)
        messages = await tx.fetch(
            f"SELECT * FROM messages WHERE channel_id = $1 ORDER BY created_at DESC, id DESC LIMIT {MOST_MESSAGES}",
            channel_id,
        )
        removals.keep(tx, CHANNEL, row, row["name"], by, {"messages": messages})
        await trouble.end_probe(tx, channel_id, row["disabled_at"], gates.GONE)
        await tx.execute("DELETE FROM channels WHERE id = $1", channel_id)
        tx.signal(topic(workspace_id))

    await database.write(unit)


async def delete_webhook(database: Database, workspace_id: str, webhook_id: str, by: str = "") -> None:
    """Take a webhook out; what it was still due ends as `dead`. Raises NotFound."""

    async def unit(tx: Tx) -> None:
        row = await held(tx, WEBHOOK, workspace_id, webhook_id)
        removals.keep(tx, WEBHOOK, row, row["name"] or without_query(row["url"]), by)
        await trouble.end_probe(tx, webhook_id, row["disabled_at"], gates.GONE)
        await tx.execute("DELETE FROM webhooks WHERE id = $1", webhook_id)
        tx.signal(topic(workspace_id))

    await database.write(unit)


async def put_back_channel(tx: Tx, removal: Row) -> None:
    """Put a channel back under its id, and send what died because it was gone."""
    row = removal["row"]
    row |= await trouble.ask_again(tx, Destination(row["kind"], row))
    tx.insert(Channel, removals.fitting(Channel, row))
    await tx.flush()
    await _stand_again(tx, removal["more"]["messages"])
    await resuming.after_removal(tx, Destination(row["kind"], row))
    tx.signal(topic(row["workspace_id"]))


async def put_back_webhook(tx: Tx, removal: Row) -> None:
    """Put a webhook back under its id and with its secret."""
    row = removal["row"]
    oldest = await tx.fetch_one(
        f"SELECT min(event_id) AS id FROM deliveries WHERE webhook_id = $1 AND {DIED}", row["id"]
    )
    died = UUID(oldest["id"]).int >> 80 if oldest and oldest["id"] else None  # a UUIDv7 begins with its time (RFC 9562)
    replay = under_way(row)
    missed = (row["missed_since"], removal["at"], died, replay.since if replay else None)
    row |= {"missed_since": min(one for one in missed if one is not None), "replay": "{}"}
    row |= await trouble.ask_again(tx, Destination(kinds.WEBHOOK, row))
    tx.insert(Webhook, removals.fitting(Webhook, row))
    tx.signal(topic(row["workspace_id"]))


async def _stand_again(tx: Tx, messages: list[Row]) -> None:
    """Remember the messages in its chat again. About whom each is by now its delivery knows, which a merge took along;
    those about leads that were deleted meanwhile will say no more than that, and those whose snooze is long over won't
    speak of it."""
    rows = await tx.fetch(
        "SELECT d.id, d.lead_id, l.deleted_at FROM deliveries d JOIN leads l ON l.id = d.lead_id"
        f" WHERE d.id {tx.one_of(1)}",
        tx.many([message["delivery_id"] for message in messages if message["delivery_id"]]),
    )
    about = {row["id"]: row for row in rows}
    stale: list[Row] = []
    for message in messages:
        told = about.get(message["delivery_id"])
        if told is None and message["lead_id"]:
            continue
        row = message | {"lead_id": told and told["lead_id"]}
        deleted = told and told["deleted_at"] is not None
        row |= dict.fromkeys(_TIMES) if deleted else _still_due(row)
        stale += [row] if deleted or row["snoozed_until"] != message.get("snoozed_until") else []
        tx.insert(Message, removals.fitting(Message, row))
        _remind_again(tx, row)
    await tx.flush()
    refresh(tx, stale)


def _still_due(message: Row) -> Row:
    """Give when its chat is to hear of it again, as far as that isn't long gone by."""
    oldest = clock.now() - REMINDED_LATE
    return {name: at if (at := message.get(name)) and at > oldest else None for name in _TIMES}


def _remind_again(tx: Tx, message: Row) -> None:
    """Enqueue what is due about a message that stands again: its job may have come and gone meanwhile. Done twice, it
    is done once."""
    for name, kind in _TIMES.items():
        if at := message[name]:
            what = {"message": message["id"]} | ({"until": at} if kind == REMIND else {})
            enqueue(tx, kind, what, due=max(at, clock.now()), workspace_id=message["workspace_id"])
