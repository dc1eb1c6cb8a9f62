"""Sending again what a webhook was due from some time on, the delivered too, or only what it missed.

What it was due is in the log of events, whether there was a delivery (it keeps its id) or none, because the webhook was
off. It goes on in the background, some events to a transaction, in their order; how far it has gone stands on the
webhook, so one replay is under way at a time, however often somebody asks. What is still on its way, is about spam, or
about a lead that was deleted, is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.errors import Conflict, InvalidInput
from leadsbot.events.log import topic
from leadsbot.ids import derived_id, new_id
from leadsbot.jobs.outcomes import Done, Outcome
from leadsbot.jobs.queue import enqueue
from leadsbot.jobs.runner import JobHandler
from leadsbot.leads.filters import first_moment
from leadsbot.routing import due, kinds, news
from leadsbot.routing.deliveries import begin_anew
from leadsbot.routing.destination import Destination
from leadsbot.routing.due import Stretch
from leadsbot.routing.owned import held, owned
from leadsbot.routing.route import is_too_late, leads_of, queue
from leadsbot.routing.tables import Delivery
from leadsbot.routing.trouble import note_missed
from leadsbot.routing.wants import wants
from leadsbot.services import Services

KIND: Final = "replay"
# For whoever looks at a page: of more than that nobody needs the number.
MOST_COUNTED: Final = 1_000
# As one begins, whoever asked waits for the count; of more than that `due` grows with what is `queued`.
MOST_PLANNED: Final = 50_000
# One whose job has died is under way no more.
STALE_MS: Final = clock.HOUR

Row = dict[str, Any]


class Replay(Stretch, frozen=True):
    """What is being sent again, as far as that has gone: of `due` deliveries as counted at the beginning `queued` are
    on their way; `at` (ms) is when it last went on."""

    id: str
    due: int
    queued: int
    at: int


def job_handlers(services: Services) -> dict[str, JobHandler]:
    async def run(payload: Mapping[str, Any]) -> Outcome:
        return await step(services, payload["webhook"], payload["replay"])

    return {KIND: run}


def under_way(webhook: Mapping[str, Any]) -> Replay | None:
    """Give the replay that a webhook's row tells of."""
    stored = webhook["replay"]
    return None if stored in ("", "{}") else msgspec.json.decode(stored, type=Replay)


async def begin(database: Database, workspace_id: str, webhook_id: str, since: int, *, missed: bool = False) -> Row:
    """Begin to send again what happened from `since` (ms) on; gives the webhook's row. One that is under way goes on
    instead. Raises NotFound, InvalidInput, or Conflict for a webhook that is off."""
    row = await owned(database, "webhook", workspace_id, webhook_id)
    if since > clock.now():
        raise InvalidInput("since lies in the future.", fields=["since"])
    planned = await _planned(database, row, since, missed)

    async def unit(tx: Tx) -> Row:
        now = await held(tx, "webhook", workspace_id, webhook_id)
        if not now["enabled"]:
            raise Conflict("This webhook is switched off. Switch it on first.", code="destination_disabled")
        running = under_way(now)
        if running and clock.now() - running.at < STALE_MS:
            return now
        if now["missed_since"] is not None and since <= now["missed_since"]:
            now["missed_since"] = None
            await tx.execute("UPDATE webhooks SET missed_since = NULL WHERE id = $1", webhook_id)
        await _store(tx, webhook_id, planned)
        _go_on(tx, now, planned)
        tx.signal(topic(workspace_id))
        return {**now, "replay": msgspec.json.encode(planned).decode()}

    return await database.write(unit)


async def begin_since(
    database: Database, workspace_id: str, webhook_id: str, since: str, *, missed: bool = False
) -> Row:
    """Do the same from a date (the whole day in the workspace's time zone) or an RFC 3339 time on."""
    workspace = await database.fetch_one("SELECT timezone FROM workspaces WHERE id = $1", workspace_id)
    try:
        at = first_moment(since, workspace["timezone"] if workspace else "UTC")
    except InvalidInput:
        message = "since is a time like 2026-05-31T09:30:00Z, or a date like 2026-05-31."
        raise InvalidInput(message, fields=["since"]) from None
    return await begin(database, workspace_id, webhook_id, at, missed=missed)


async def step(services: Services, webhook_id: str, replay_id: str) -> Outcome:
    """Send the next batch of it on its way."""
    row = await services.database.fetch_one("SELECT * FROM webhooks WHERE id = $1", webhook_id)
    replay = under_way(row) if row else None
    if row is None or replay is None or replay.id != replay_id:
        return Done()
    destination = Destination(kinds.WEBHOOK, row)
    found = await due.following(services.database, row, replay) if row["enabled"] else []
    made = await _made(services, destination, [one["event_id"] for one in found if one["delivery_id"] is None])

    async def write(tx: Tx) -> None:
        queued = await _send(tx, destination, found, made)
        if not row["enabled"]:  # what it didn't come to is missed as before
            await note_missed(tx, webhook_id, replay.since)
        if len(found) < due.BATCH:
            await _store(tx, webhook_id, None)
        else:
            queued += replay.queued
            seen = max(replay.due, queued)
            later = msgspec.structs.replace(replay, after=found[-1]["seq"], due=seen, queued=queued, at=clock.now())
            await _store(tx, webhook_id, later)
            _go_on(tx, row, later)
        tx.signal(topic(row["workspace_id"]))

    return Done(writes=write)


async def count(database: Database, webhook: Row, since: int, *, missed: bool) -> int:
    """Count what a replay would send, up to `MOST_COUNTED`."""
    part = await due.stretch(database, webhook, since, missed=missed)
    return await due.count(database, webhook, part, MOST_COUNTED)


async def _planned(database: Database, webhook: Row, since: int, missed: bool) -> Replay:
    part = await due.stretch(database, webhook, since, missed=missed)
    how_many = await due.count(database, webhook, part, MOST_PLANNED)
    return Replay(part.since, part.after, part.until, missed, new_id(), how_many, 0, clock.now())


async def _made(services: Services, destination: Destination, event_ids: Sequence[str]) -> dict[str, Row]:
    """Make the deliveries of events that there are none of, by event."""
    if not event_ids:
        return {}
    happened = await news.load(services.database, list(event_ids), services.settings.public_url)
    name = destination.name(services)
    made = {}
    for one in happened:
        if wants(destination, one):
            body = news.not_spam(one.body.decode()).encode() if one.spam else one.body
            delivery_id = derived_id("delivery", one.event["id"], destination.id)
            made[str(one.event["id"])] = destination.delivery(name, one.event, body, id=delivery_id)
    return made


async def _send(tx: Tx, destination: Destination, found: Sequence[Row], made: Mapping[str, Row]) -> int:
    """Begin what there is anew, under its id, and add what there wasn't, in the order of events; gives how many."""
    rounds = await begin_anew(tx, [one["delivery_id"] for one in found if one["delivery_id"]])
    there = await tx.fetch(
        f"SELECT id FROM deliveries WHERE id {tx.one_of(1)}", tx.many([row["id"] for row in made.values()])
    )
    known = {row["id"] for row in there}
    leads = await leads_of(tx, list(made.values()))
    queued = 0
    for one in found:
        fresh = made.get(one["event_id"])
        if one["delivery_id"] in rounds:
            queue(tx, one["delivery_id"], destination.lane, rounds[one["delivery_id"]])
        elif fresh and fresh["id"] not in known and not is_too_late(fresh, leads.get(fresh["lead_id"] or "")):
            tx.insert(Delivery, fresh, "ON CONFLICT (id) DO NOTHING")
            queue(tx, fresh["id"], destination.lane)
        else:
            continue
        queued += 1
    return queued


async def _store(tx: Tx, webhook_id: str, replay: Replay | None) -> None:
    stored = msgspec.json.encode(replay).decode() if replay else "{}"
    await tx.execute("UPDATE webhooks SET replay = $2 WHERE id = $1", webhook_id, stored)


def _go_on(tx: Tx, webhook: Mapping[str, Any], replay: Replay) -> None:
    payload = {"webhook": webhook["id"], "replay": replay.id}
    enqueue(tx, KIND, payload, lane=f"replay:{webhook['id']}", workspace_id=webhook["workspace_id"])
