"""The job `route`: from events to deliveries, one for each destination that wants to know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from leadsbot.db import Tx
from leadsbot.events.log import ROUTE, topic
from leadsbot.ids import derived_id
from leadsbot.jobs.chains import withdraw
from leadsbot.jobs.outcomes import Done, Outcome
from leadsbot.jobs.queue import enqueue
from leadsbot.jobs.runner import JobHandler, Together
from leadsbot.routing import kinds, messages, news, trouble_mail
from leadsbot.routing.destination import Destination, enabled_in
from leadsbot.routing.news import News
from leadsbot.routing.tables import Delivery
from leadsbot.routing.wants import wants
from leadsbot.services import Services
from leadsbot.vault import Undecipherable

DELIVER = "deliver"
SPAM = "This lead looks like spam. Try again to send it all the same."

Row = dict[str, Any]


def job_handlers(services: Services) -> dict[str, JobHandler]:
    async def run(payloads: Sequence[Mapping[str, Any]]) -> Outcome:
        return await route(services, [event_id for payload in payloads for event_id in payload["events"]])

    return {ROUTE: Together(run)}


async def route(services: Services, event_ids: list[str]) -> Outcome:
    """Give the outcome that stores a delivery for whoever wants one of these events, and a job for each to be sent."""
    ready = await _ready(services, await news.workspaces_of(services.database, event_ids))
    if not ready and not services.settings.smtp_url:
        return Done()
    happened = await news.load(services.database, event_ids, services.settings.public_url)
    unheard = [one for one in happened if trouble_mail.unheard(one, ready.get(one.workspace_id, ()))]
    mailed = unheard if services.settings.smtp_url else []
    for_all = [] if mailed else [one.event["id"] for one in unheard]
    made = [
        (_delivery(one, destination, name), destination.lane)
        for one in happened
        for destination, name in ready.get(one.workspace_id, ())
        if wants(destination, one) or (one.event["id"] in for_all and not destination.is_webhook)
    ]

    standing = await messages.about(services.database, happened, ready)

    async def write(tx: Tx) -> None:
        await _write(tx, made)
        messages.refresh(tx, standing)
        for one in mailed:
            trouble_mail.mail(tx, one)

    return Done(writes=write if made or mailed or standing else None)


def queue(tx: Tx, delivery_id: str, lane: str, round: int = 0, *, at_once: bool = False) -> None:
    """Enqueue the work of sending a delivery, in the caller's transaction, in its place among those of its lead and
    destination; work of an earlier round that nobody has begun is withdrawn. `at_once`: in quiet hours too."""
    tx.gather(DELIVER, [(delivery_id, lane, round, at_once)], _enqueue)


async def _enqueue(tx: Tx, queued: list[tuple[str, str, int, bool]]) -> None:
    await withdraw(tx, [job_of(delivery_id, round - 1) for delivery_id, _, round, _ in queued if round])
    await tx.flush()
    ids = [delivery_id for delivery_id, *_ in queued]
    rows = await tx.fetch(
        f"SELECT id, workspace_id, line, position FROM deliveries WHERE id {tx.one_of(1)}", tx.many(ids)
    )
    places = {row["id"]: row for row in rows}
    before: set[str] = set()
    for delivery_id, lane, round, at_once in sorted(queued, key=lambda one: places[one[0]]["position"]):
        row = places[delivery_id]
        # What has no line (a test, a summary) waits for nobody.
        chain = f"{row['line']}:{lane.rpartition(':')[2]}" if row["line"] else ""
        enqueue(
            tx,
            DELIVER,
            {"delivery": delivery_id, "round": round} | ({"at_once": True} if at_once else {}),
            lane=lane,
            workspace_id=row["workspace_id"],
            chain=chain,
            position=row["position"],
            behind=bool(chain) and chain in before,
            id=job_of(delivery_id, round),
        )
        before.add(chain)


def job_of(delivery_id: str, round: int) -> str:
    """Give the id of the job that sends a delivery in this round: there is one at most."""
    return derived_id(DELIVER, delivery_id, str(round))


async def _ready(services: Services, workspace_ids: set[str]) -> Mapping[str, list[tuple[Destination, str]]]:
    """Give the destinations that can be reached, with their names, by workspace."""
    ready: defaultdict[str, list[tuple[Destination, str]]] = defaultdict(list)
    for destination in await enabled_in(services.database, sorted(workspace_ids)):
        if _reachable(services, destination):
            ready[destination.workspace_id].append((destination, destination.name(services)))
    return ready


def _reachable(services: Services, destination: Destination) -> bool:
    if destination.is_webhook:
        return True
    try:
        return kinds.reachable(services.settings, destination.kind, destination.config(services.vault))
    except Undecipherable:  # the delivery itself will say so, where its owner sees it
        return True


def _delivery(one: News, destination: Destination, name: str) -> Row:
    """Make the row; its id belongs to event and destination, so that no event is ever routed there twice."""
    delivery_id = derived_id("delivery", one.event["id"], destination.id)
    withheld = {"status": "withheld", "reason": SPAM} if one.spam else {}
    return destination.delivery(name, one.event, one.body, id=delivery_id, **withheld)


async def _write(tx: Tx, made: list[tuple[Row, str]]) -> None:
    there = await tx.fetch(
        f"SELECT id FROM deliveries WHERE id {tx.one_of(1)}", tx.many([row["id"] for row, _ in made])
    )
    known = {row["id"] for row in there}
    leads = await leads_of(tx, [row for row, _ in made])
    for row, lane in made:
        lead = leads.get(row["lead_id"] or "")
        if row["id"] in known or is_too_late(row, lead):
            continue
        row = _as_it_is_now(row, lead)
        tx.insert(Delivery, row, "ON CONFLICT (id) DO NOTHING")
        tx.signal(topic(row["workspace_id"]))
        if row["status"] == "pending":
            queue(tx, row["id"], lane)


def _as_it_is_now(row: Row, lead: Row | None) -> Row:
    """Withhold what its lead has become spam for since the event, and don't where that was taken back."""
    if lead is None or row["event_type"] == messages.GONE:
        return row
    if row["status"] == "withheld" and not lead["spam"]:
        return {**row, "status": "pending", "reason": "", "body": news.not_spam(row["body"])}
    if row["status"] == "pending" and lead["spam"]:
        return {**row, "status": "withheld", "reason": SPAM}
    return row


async def leads_of(tx: Tx, rows: Sequence[Row]) -> dict[str, Row]:
    """Give whether the leads of deliveries that are about to be written are `spam` or `deleted_at`, and hold them until
    that is written: whoever deletes one, or takes it back from the spam, a moment later finds these deliveries."""
    ids = sorted({str(row["lead_id"]) for row in rows if row["lead_id"]})
    if not ids:
        return {}
    lock = " FOR SHARE" if tx.dialect == "postgres" else ""
    found = await tx.fetch(
        f"SELECT id, spam, deleted_at FROM leads WHERE id {tx.one_of(1)} ORDER BY id{lock}", tx.many(ids)
    )
    return {row["id"]: row for row in found}


def is_too_late(row: Row, lead: Row | None) -> bool:
    """Tell whether a delivery would tell of a lead that has been deleted since its event was read."""
    return lead is not None and lead["deleted_at"] is not None and row["event_type"] != messages.GONE
