"""Leads that nobody looks after: an alert that nobody has acted on is answered, once; so is one that was snoozed.

What answers is a delivery like any other, recorded with its attempts; its id belongs to the message that it answers, so
that any number of nodes and restarts make one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from leadsbot import clock
from leadsbot.channels.base import REMINDER, UNCLAIMED
from leadsbot.db import Tx
from leadsbot.events.log import topic
from leadsbot.ids import derived_id
from leadsbot.jobs.outcomes import Done, Outcome
from leadsbot.jobs.runner import JobHandler
from leadsbot.leads import pipeline
from leadsbot.leads.present import lead_json
from leadsbot.routing import options
from leadsbot.routing.destination import Destination
from leadsbot.routing.messages import ESCALATE, REMIND, refresh
from leadsbot.routing.news import envelope
from leadsbot.routing.route import queue
from leadsbot.routing.tables import Delivery
from leadsbot.services import Services
from leadsbot.vault import Undecipherable

Row = Mapping[str, Any]

_DUE: Final = {UNCLAIMED: "escalate_at", REMINDER: "snoozed_until"}


def job_handlers(services: Services) -> dict[str, JobHandler]:
    async def escalate(payload: Mapping[str, Any]) -> Outcome:
        return Done(writes=lambda tx: answer(tx, services, payload["message"], UNCLAIMED))

    async def remind(payload: Mapping[str, Any]) -> Outcome:
        return Done(writes=lambda tx: answer(tx, services, payload["message"], REMINDER, payload["until"]))

    return {ESCALATE: escalate, REMIND: remind}


async def answer(tx: Tx, services: Services, message_id: str, what: str, until: int | None = None) -> None:
    """Answer a message in its chat, in the transaction that settles the job, unless that is no longer called for; of a
    snooze only the last one, `until`, is."""
    message = await tx.fetch_one("SELECT * FROM messages WHERE id = $1", message_id)
    if message is None or message[_DUE[what]] is None or (until is not None and message["snoozed_until"] != until):
        return
    await tx.execute(f"UPDATE messages SET {_DUE[what]} = NULL WHERE id = $1", message_id)
    if what == REMINDER:
        refresh(tx, [message])
    row = await tx.fetch_one("SELECT * FROM channels WHERE id = $1 AND enabled", message["channel_id"])
    lead = await _held(tx, message)
    if row is None or lead is None:
        return
    destination = Destination(row["kind"], row)
    if not _is_due(destination, message, lead, what):
        return
    made = _delivery(services, destination, message, lead, what)
    tx.insert(Delivery, made, "ON CONFLICT (id) DO NOTHING")
    queue(tx, made["id"], destination.lane)
    tx.signal(topic(destination.workspace_id))


async def _held(tx: Tx, message: Row) -> dict[str, Any] | None:
    lock = " FOR SHARE OF l" if tx.dialect == "postgres" else ""
    return await tx.fetch_one(
        "SELECT l.*, w.stages FROM leads l JOIN workspaces w ON w.id = l.workspace_id"
        f" WHERE l.id = $1 AND l.workspace_id = $2 AND l.deleted_at IS NULL{lock}",
        message["lead_id"],
        message["workspace_id"],
    )


def _is_due(destination: Destination, message: Row, lead: Row, what: str) -> bool:
    """Tell whether somebody should hear of it again. A lead that was moved is looked after, whoever did it, unless it
    was only the visitor who finished the form."""
    if lead["assigned_to"] or lead["spam"]:
        return False
    if what == REMINDER:
        return True
    told_at = msgspec.json.decode(message["state"], type=dict[str, Any]).get("stage")
    arrived = pipeline.arrived(msgspec.json.decode(lead["stages"], type=list[str]))
    unmoved = lead["stage"] in (told_at, arrived)
    return unmoved and options.read(destination.row["options"]).escalate_after_minutes is not None


def _delivery(services: Services, destination: Destination, message: Row, lead: Row, what: str) -> dict[str, Any]:
    when = str(message["snoozed_until"] or "") if what == REMINDER else ""
    delivery_id = derived_id(what, message["id"], when)
    event = {
        "id": derived_id("event", delivery_id),
        "type": what,
        "lead_id": lead["id"],
        "workspace_id": destination.workspace_id,
        "at": clock.now(),
    }
    data = {"lead": lead_json(lead, services.settings.public_url), **_answered(services, destination, message)}
    return destination.delivery(destination.name(services), event, envelope(event, data), id=delivery_id)


def _answered(services: Services, destination: Destination, message: Row) -> dict[str, int]:
    """Say which message is answered; none, where the channel leads to another chat or topic by now."""
    state = msgspec.json.decode(message["state"], type=dict[str, Any])
    try:
        config = destination.config(services.vault)
    except Undecipherable:
        return {}
    there = (config.get("chat_id"), config.get("thread_id"))
    return {"reply_to": int(state["message_id"])} if there == (state["chat_id"], message["thread_id"]) else {}
