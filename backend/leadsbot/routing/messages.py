"""Messages that stand in chats: remembered once the service has taken them, and kept current as their lead changes.

A row is written in the transaction that settles the delivery. Whatever changes the lead afterwards, in a chat, the
dashboard, the API or a workflow, is an event, and routing it enqueues an edit of each message (`routing.edits`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.ids import derived_id
from leadsbot.jobs.queue import enqueue
from leadsbot.routing import kinds, options
from leadsbot.routing.destination import Destination, lane_of
from leadsbot.routing.news import News
from leadsbot.routing.tables import Message

EDIT: Final = "edit_message"
ESCALATE: Final = "escalate"
REMIND: Final = "remind"
# Telegram lets a bot edit its own messages for ever (https://core.telegram.org/bots/api#editmessagetext: the 48 hours
# there are for business messages of others); but nobody scrolls back that far. A deleted lead's are edited however old.
EDITED_FOR: Final = 30 * clock.DAY
MOST_EDITED: Final = 5
GONE: Final = "lead.deleted"
"""Says of nobody who it was, so nothing is to be kept current in it."""
_CHANGES: Final = frozenset({"lead.updated", "lead.stage_changed"})
# Nodes' clocks differ; what changed about when the message was sent may have come too late for it.
_CLOCKS_APART: Final = 2 * clock.SECOND

Row = Mapping[str, Any]
Ready = Mapping[str, Sequence[tuple[Destination, str]]]

_NAMED: Final = "id, workspace_id, lead_id, channel_id"


async def remember(tx: Tx, destination: Destination, delivery: Row, state: Row, at: int) -> None:
    """Note that a delivery about a lead stands in a chat, in the transaction that settles it; `state` is its receipt's,
    `at` when the attempt began. What happened to the lead meanwhile is shown by an edit at once.
    """
    if destination.kind != kinds.TELEGRAM or "message_id" not in state or delivery["event_type"] == GONE:
        return
    told = await tx.fetch_one("SELECT lead_id, body FROM deliveries WHERE id = $1", delivery["id"])
    if told is None or not told["lead_id"]:
        return
    lead = await _held(tx, told["lead_id"])
    if lead is None and told["body"]:
        return
    row = _row(destination, delivery, told["lead_id"], state, lead)
    tx.insert(Message, row, "ON CONFLICT (id) DO NOTHING")
    if row["escalate_at"]:
        enqueue(tx, ESCALATE, {"message": row["id"]}, due=row["escalate_at"], workspace_id=destination.workspace_id)
    if lead is None or lead["deleted_at"] or _changed(lead, at):
        refresh(tx, [row])


async def about(database: Database, happened: Iterable[News], ready: Ready) -> list[Row]:
    """Give the messages that show what is no longer so, of each lead the newest `MOST_EDITED`; `ready` has the
    destinations that can be reached, by workspace."""
    chatty = {id for id, there in ready.items() if any(one.kind == kinds.TELEGRAM for one, _ in there)}
    changed = [one for one in happened if one.type in _CHANGES and one.workspace_id in chatty]
    leads = sorted({str(one.event["lead_id"]) for one in changed if one.event["lead_id"]})
    if not leads:
        return []
    rows = await database.fetch(
        f"SELECT {_NAMED} FROM messages WHERE lead_id {database.one_of(1)} AND created_at > $2"
        " ORDER BY created_at DESC, id",
        database.many(leads),
        clock.now() - EDITED_FOR,
    )
    counted: Counter[str] = Counter()
    found: list[Row] = []
    for row in rows:
        counted[row["lead_id"]] += 1
        if counted[row["lead_id"]] <= MOST_EDITED:
            found.append(row)
    return found


async def last_edit(database: Database, lead_id: str, delivery_id: str) -> tuple[int | None, str]:
    """Give when (ms) a delivery's message was last made to show its lead as that stood then, and why it doesn't show
    what has changed since; None and "" where it says what was sent."""
    row = await database.fetch_one(
        "SELECT state FROM messages WHERE lead_id = $1 AND delivery_id = $2 ORDER BY created_at DESC, id LIMIT 1",
        lead_id,
        delivery_id,
    )
    state = msgspec.json.decode(row["state"], type=dict[str, Any]) if row else {}
    return state.get("edited_at"), str(state.get("edit_error", ""))


def refresh(tx: Tx, rows: Iterable[Row]) -> None:
    """Let these messages be edited, in the caller's transaction; those of a channel one after the other, so that a
    thousand of them don't all ask for its next turn."""
    for row in rows:
        chain = f"edit:{row['channel_id']}"
        enqueue(tx, EDIT, {"message": row["id"]}, lane=_lane(row), workspace_id=row["workspace_id"], chain=chain)


def refresh_later(tx: Tx, row: Row, wait: int) -> None:
    """Let a message be edited in `wait` ms; the others of its channel don't wait for that."""
    due = clock.now() + wait
    enqueue(tx, EDIT, {"message": row["id"]}, due=due, lane=_lane(row), workspace_id=row["workspace_id"])


async def forget(tx: Tx, lead_ids: Sequence[str]) -> None:
    """Take deleted leads out of all chats, in the caller's transaction: every message of theirs will say no more than
    that, and its row goes."""
    where = f"WHERE lead_id {tx.one_of(1)}"
    ids = tx.many(list(lead_ids))
    rows = await tx.fetch(f"SELECT {_NAMED} FROM messages {where} ORDER BY id", ids)
    if rows:
        await tx.execute(f"UPDATE messages SET escalate_at = NULL, snoozed_until = NULL {where}", ids)
        refresh(tx, rows)


async def _held(tx: Tx, lead_id: str) -> Row | None:
    """Read the lead and hold it: a change that comes later finds the message's row."""
    lock = " FOR SHARE" if tx.dialect == "postgres" else ""
    return await tx.fetch_one(
        f"SELECT stage, assigned_to, spam, deleted_at, created_at, updated_at FROM leads WHERE id = $1{lock}", lead_id
    )


def _row(destination: Destination, delivery: Row, lead_id: str, state: Row, lead: Row | None) -> dict[str, Any]:
    place = f"{state['chat_id']}:{state['message_id']}"
    now = clock.now()
    config_thread = state.get("thread_id")
    return {
        "id": derived_id("message", destination.id, place, lead_id),
        "workspace_id": destination.workspace_id,
        "channel_id": destination.id,
        "delivery_id": delivery["id"],
        "lead_id": lead_id,
        "event_type": delivery["event_type"],
        "place": place,
        "thread_id": config_thread,
        "state": msgspec.json.encode({**state, "stage": lead["stage"] if lead else ""}).decode(),
        "snoozed_until": None,
        "escalate_at": _escalates_at(destination, delivery, lead, now),
        "created_at": now,
    }


def _escalates_at(destination: Destination, delivery: Row, lead: Row | None, now: int) -> int | None:
    minutes = options.read(destination.row["options"]).escalate_after_minutes
    if not minutes or delivery["event_type"] != "lead.created":
        return None
    if lead is None or lead["deleted_at"] or lead["assigned_to"] or lead["spam"]:
        return None
    return now + minutes * clock.MINUTE


def _changed(lead: Row, at: int) -> bool:
    return bool(lead["updated_at"] > lead["created_at"] and lead["updated_at"] > at - _CLOCKS_APART)


def _lane(row: Row) -> str:
    return lane_of({"webhook_id": None, "channel_id": row["channel_id"]})
