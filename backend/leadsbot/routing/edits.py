"""The job `edit_message`: one message in a chat, made to show its lead as that stands now.

Each run shows the whole of it, so it makes no difference how many changes it comes after, in which order, or how often.
An edit waits for its turn in the chat like any message, and is logged once Telegram has said so, not before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import structlog

from leadsbot import clock
from leadsbot.channels.base import DeliveryFailed, Edits, Parcel, Standing
from leadsbot.db import Tx
from leadsbot.errors import LeadsBotError
from leadsbot.jobs.outcomes import Again, Done, Outcome
from leadsbot.jobs.runner import JobHandler
from leadsbot.routing import pace, standing
from leadsbot.routing.attempt import parcel_of
from leadsbot.routing.deliver import load
from leadsbot.routing.destination import Destination
from leadsbot.routing.messages import EDIT
from leadsbot.services import Services

# After the first failure, the second, …; then the message stays as it is until the next change.
RETRY_MS: Final = tuple(seconds * clock.SECOND for seconds in (5, 30, 120, 600, 3_600))
_ERASED: Final = '{"timestamp": "1970-01-01T00:00:00Z", "data": {}}'

Row = Mapping[str, Any]

log = structlog.get_logger("leadsbot.routing")


@dataclass(frozen=True, slots=True)
class _Edit:
    """A message's `row`, where it stands, and what it is to show."""

    row: Row
    destination: Destination
    channel: Edits
    parcel: Parcel

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
    if wait := await pace.turn(services, wanted.destination):
        return Again(wait)
    try:
        receipt = await wanted.channel.edit(wanted.parcel, wanted.state, services.outbound)
    except DeliveryFailed as failed:
        return _failed(services, wanted, failed)
    except LeadsBotError as error:
        return _failed(services, wanted, DeliveryFailed(error.message))
    log.info("message.edited", **_named(wanted), status=receipt.status_code)
    return _settled(wanted, {**receipt.state, "tries": 0})


async def _wanted(services: Services, message_id: str) -> _Edit | None:
    """Give what is to be edited; None where there is nothing (any more). A channel that is switched off keeps still,
    but what it says of a lead that was deleted goes all the same."""
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
    elif not found["enabled"] or not delivery["body"]:
        return None
    if not isinstance(channel, Edits):
        return None
    destination = Destination(found["kind"], found)
    told, _ = await parcel_of(services, destination, delivery, stands)
    return _Edit(row, destination, channel, told)


def _settled(wanted: _Edit, state: Row) -> Outcome:
    """Keep what the message shows. Who looks after a lead needs no reminder; of a deleted one nothing is kept."""
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
            **{key: state[key] for key in ("shown", "tries") if key in state},
        }
        await tx.execute(
            f"UPDATE messages SET state = $2{', snoozed_until = NULL' if awake else ''} WHERE id = $1",
            wanted.row["id"],
            msgspec.json.encode(shown).decode(),
        )

    return Done(writes=write)


def _failed(services: Services, wanted: _Edit, failed: DeliveryFailed) -> Outcome:
    """Try again when that may help; a message that can't be edited any more is forgotten."""
    log.warning("message.not_edited", **_named(wanted), status=failed.status_code, error=failed.message)
    if failed.permanent or failed.moved:
        return Done(writes=lambda tx: _drop(tx, wanted))
    if failed.retry_after is not None:
        wait = int(failed.retry_after * clock.SECOND) + 1
        limits = pace.limits_of(services, wanted.destination)
        return Again(wait, writes=lambda tx: pace.pause(tx, limits, wait), error=failed.message)
    tries = int(wanted.state.get("tries", 0))
    if tries >= len(RETRY_MS):
        return Done()
    return Again(RETRY_MS[tries], writes=lambda tx: _count(tx, wanted, tries + 1), error=failed.message)


async def _drop(tx: Tx, wanted: _Edit) -> None:
    await tx.execute("DELETE FROM messages WHERE id = $1", wanted.row["id"])


async def _count(tx: Tx, wanted: _Edit, tries: int) -> None:
    state = msgspec.json.encode({**wanted.state, "tries": tries}).decode()
    await tx.execute("UPDATE messages SET state = $2 WHERE id = $1", wanted.row["id"], state)


def _named(wanted: _Edit) -> dict[str, Any]:
    return {"message": wanted.row["place"], "channel": wanted.destination.id, "lead": wanted.row["lead_id"]}
