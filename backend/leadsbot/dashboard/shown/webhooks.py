"""Webhooks in people's words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import msgspec

from leadsbot import clock
from leadsbot.dashboard.shown.deliveries import Destinations, latest, retrying
from leadsbot.dashboard.views import EventChoice, Form, Replaying, Webhook
from leadsbot.db import Database
from leadsbot.routing import replay

Row = dict[str, Any]

CHOICES: Final = (
    ("lead.created", "A lead comes in"),
    ("lead.updated", "A lead changes"),
    ("lead.stage_changed", "A lead moves to another stage"),
    ("lead.deleted", "A lead is deleted"),
    ("form.started", "Somebody begins a form"),
    ("form.abandoned", "Somebody leaves a form half-way"),
    ("form.submitted", "A form is sent"),
    ("webhook.disabled", "A webhook is switched off"),
)


def choices(chosen: Collection[str]) -> tuple[EventChoice, ...]:
    """Give what a webhook can hear of, with what it does ticked."""
    return tuple(EventChoice(name, words, name in chosen) for name, words in CHOICES)


async def webhook_view(
    database: Database,
    row: Row,
    places: Destinations,
    form: Form | None = None,
    chosen: list[str] | None = None,
) -> Webhook:
    """Give a webhook's row, by the name that tells it from others; `form` and `chosen` are what was typed into its
    settings, where that can't be."""
    events = msgspec.json.decode(row["events"], type=list[str])
    missed_since = row["missed_since"]
    missed = await replay.count(database, row, missed_since, missed=True) if missed_since is not None else 0
    return Webhook(
        id=row["id"],
        url=row["url"],
        name=places.called(f"webhook:{row['id']}"),
        events=tuple(events),
        enabled=bool(row["enabled"]),
        disabled_reason=row["disabled_reason"],
        last=await latest(database, row, places, webhook_id=row["id"]),
        probe_at=row["probe_at"],
        missed=missed,
        retrying=await retrying(database, row, webhook_id=row["id"]),
        replaying=_replaying(row),
        previous_until=row["previous_until"] if (row["previous_until"] or 0) > clock.now() else None,
        choices=choices(events if chosen is None else chosen),
        form=form or Form({"url": row["url"], "name": row["name"]}),
    )


def _replaying(row: Mapping[str, Any]) -> Replaying | None:
    found = replay.under_way(row)
    return Replaying(found.since, found.due, found.queued) if found else None
