"""The job `edit_message`: one message in a chat, made to show its lead as that stands now.

Each run shows the whole of it, so it makes no difference how many changes it comes after, in which order, or how often.
An edit waits for its turn in the chat like any message, and is logged once Telegram has said so, not before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
import structlog

from leadsbot import clock
from leadsbot.channels.base import DeliveryFailed, Edits, Parcel, Receipt, Standing
from leadsbot.db import Tx
from leadsbot.errors import LeadsBotError
from leadsbot.jobs.outcomes import Again, Done, Outcome
from leadsbot.jobs.runner import JobHandler
from leadsbot.routing import pace, standing
from leadsbot.routing.attempt import parcel_of
from leadsbot.routing.deliver import load
from leadsbot.routing.destination import Destination
from leadsbot.routing.messages import EDIT, refresh_later
from leadsbot.services import Services

# After the first failure, the second, …; then the message stays as it is until the next change. What is to go because
# its lead was deleted is tried on, every hour for some days.
RETRY_MS: Final = tuple(seconds * clock.SECOND for seconds in (5, 30, 120, 600, 3_600))
TRIES_TO_ERASE: Final = 120
SPARE: Final = 1
"""Of a group's messages in a row, so that a new lead is told at once while a thousand edits wait."""
_KEPT: Final = ("shown", "tries", "edited_at", "edit_error")
_ERASED: Final = '{"timestamp": "1970-01-01T00:00:00Z", "data": {}}'

Row = Mapping[str, Any]

log = structlog.get_logger("leadsbot.routing")


@dataclass(frozen=True, slots=True)
class _Edit:
    """A message's `row`, where it stands, and what it is to show; a `digest` is left with these."""

    row: Row
    destination: Destination
    channel: Edits
    parcel: Parcel
    digest: Sequence[Parcel] = ()

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = msgspec.json.decode(self.row["state"])
        return found

    @property
    def of_deleted(self) -> bool:
        return self.parcel.standing is None or self.parcel.standing.deleted


def job_handlers(services: Services) -> dict[str, JobHandler]:
    async def run(payload: Mapping[str, Any]) -> Outcome:
        return await edit(services, payload["message"])

    return {EDIT: run}


async def edit(services: Services, message_id: str) -> Outcome:
    """Let a message show how its lead stands; nothing is sent where it does so already."""
    wanted = await _wanted(services, message_id)
    if wanted is None:
        return Done()
    if wanted.state.get("shown") == wanted.channel.shown(wanted.parcel):
        return _settled(wanted, wanted.state)
    if wait := await pace.turn(services, wanted.destination, SPARE):
        return Again(wait)
    try:
        receipt = await _told(services, wanted)
    except DeliveryFailed as failed:
        return _failed(services, wanted, failed)
    except LeadsBotError as error:
        return _failed(services, wanted, DeliveryFailed(error.message))
    log.info("message.edited", **_named(wanted), status=receipt.status_code)
    return _settled(wanted, {**receipt.state, "tries": 0, "edited_at": clock.now(), "edit_error": ""})


async def _told(services: Services, wanted: _Edit) -> Receipt:
    if wanted.digest:
        return await wanted.channel.edit_digest(wanted.digest, wanted.state, services.outbound)
    return await wanted.channel.edit(wanted.parcel, wanted.state, services.outbound)


async def _wanted(services: Services, message_id: str) -> _Edit | None:
    """Give what is to be edited; None where there is nothing (any more). A channel that is switched off keeps still,
    but what it says of a lead that was deleted goes all the same. A digest shows what there was, of leads that still
    are."""
    database = services.database
    row = await database.fetch_one("SELECT * FROM messages WHERE id = $1", message_id)
    if row is None or not row["lead_id"] or not row["delivery_id"]:
        return None
    found = await database.fetch_one("SELECT * FROM channels WHERE id = $1", row["channel_id"])
    delivery = await load(database, row["delivery_id"])
    if found is None or delivery is None:
        return None
    channel: object = services.channels.get(found["kind"])
    stands = await standing.load(database, row["workspace_id"], row["lead_id"], row)
    if stands is None or stands.deleted:
        stands, delivery = Standing(row["lead_id"], deleted=True), {**delivery, "body": _ERASED}
    elif not found["enabled"] or not delivery["body"] or msgspec.json.decode(row["state"]).get("digest"):
        return None
    if not isinstance(channel, Edits):
        return None
    destination = Destination(found["kind"], found)
    told, _ = await parcel_of(services, destination, delivery, stands)
    left = await _left(services, destination, delivery) if stands.deleted else ()
    return _Edit(row, destination, channel, told, left)


async def _left(services: Services, destination: Destination, delivery: Row) -> list[Parcel]:
    """Give what a digest still names once this delivery has been emptied; nothing where it was none."""
    if not delivery["folded_into"]:
        return []
    rows = await services.database.fetch(
        "SELECT d.*, w.name, w.timezone FROM deliveries d JOIN workspaces w ON w.id = d.workspace_id"
        " WHERE d.folded_into = $1 AND d.channel_id || '' = $2 AND d.status = 'delivered' AND d.body <> ''"
        " ORDER BY d.created_at, d.event_id",
        delivery["folded_into"],
        destination.id,
    )
    as_they_were = Standing("", deleted=True)
    parcels = [await parcel_of(services, destination, row, as_they_were) for row in rows]
    return [replace(parcel, text="", standing=None) for parcel, _ in parcels]


def _settled(wanted: _Edit, state: Row) -> Outcome:
    """Keep what the message shows. Who looks after a lead needs no reminder, unless somebody has asked for one since
    the lead was read; of a deleted one nothing is kept."""
    now = wanted.parcel.standing
    awake = now is None or now.claimed or now.spam

    async def write(tx: Tx) -> None:
        if wanted.of_deleted:
            await tx.execute("DELETE FROM messages WHERE id = $1", wanted.row["id"])
            return
        kept = await tx.fetch_one("SELECT state FROM messages WHERE id = $1", wanted.row["id"])
        if kept is None:
            return
        shown = {
            **msgspec.json.decode(kept["state"]),
            **{key: state[key] for key in _KEPT if key in state},
        }
        about = (wanted.row["id"], msgspec.json.encode(shown).decode())
        await tx.execute("UPDATE messages SET state = $2 WHERE id = $1", *about)
        if awake and wanted.row["snoozed_until"]:
            over = "UPDATE messages SET snoozed_until = NULL WHERE id = $1 AND snoozed_until = $2"
            await tx.execute(over, wanted.row["id"], wanted.row["snoozed_until"])

    return Done(writes=write)


def _failed(services: Services, wanted: _Edit, failed: DeliveryFailed) -> Outcome:
    """Try again when that may help; a message that can't be edited any more is forgotten. A chat that lets nobody write
    may do so again: the next change shows what this one would have."""
    log.warning("message.not_edited", **_named(wanted), status=failed.status_code, error=failed.message)
    if failed.disable and not wanted.of_deleted:
        return Done(writes=lambda tx: _note(tx, wanted, edit_error=failed.message))
    if (failed.permanent and not failed.disable) or failed.moved:
        return Done(writes=lambda tx: _drop(tx, wanted))
    if failed.retry_after is not None:
        wait = int(failed.retry_after * clock.SECOND) + 1
        limits = pace.limits_of(services, wanted.destination)
        return Again(wait, writes=lambda tx: pace.pause(tx, limits, wait), error=failed.message)
    tries = int(wanted.state.get("tries", 0))
    if tries >= (TRIES_TO_ERASE if wanted.of_deleted else len(RETRY_MS)):
        return Done(writes=lambda tx: _note(tx, wanted, edit_error=failed.message))
    return Done(writes=lambda tx: _later(tx, wanted, tries, failed.message))


async def _drop(tx: Tx, wanted: _Edit) -> None:
    await tx.execute("DELETE FROM messages WHERE id = $1", wanted.row["id"])


async def _later(tx: Tx, wanted: _Edit, tries: int, error: str) -> None:
    refresh_later(tx, wanted.row, RETRY_MS[min(tries, len(RETRY_MS) - 1)])
    await _note(tx, wanted, tries=tries + 1, edit_error=error)


async def _note(tx: Tx, wanted: _Edit, **more: Any) -> None:
    state = msgspec.json.encode({**wanted.state, **more}).decode()
    await tx.execute("UPDATE messages SET state = $2 WHERE id = $1", wanted.row["id"], state)


def _named(wanted: _Edit) -> dict[str, Any]:
    return {"message": wanted.row["place"], "channel": wanted.destination.id, "lead": wanted.row["lead_id"]}
