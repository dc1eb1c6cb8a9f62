"""Deliveries in people's words: where they go, for whom, and why they didn't get through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from leadsbot.dashboard import words
from leadsbot.dashboard.views import Attempt, Delivery, Place, Toast
from leadsbot.db import Database
from leadsbot.leads.filters import ms_of
from leadsbot.leads.present import full_name
from leadsbot.routing import deliveries

WEBHOOK = "webhook"
FORM_EVENTS: Final = frozenset({"form.started", "form.abandoned", "form.submitted"})
_ANSWER = 120  # of what the other side said to a test

Row = Mapping[str, Any]


class _Session(msgspec.Struct, frozen=True):
    form_name: str = ""


class _Data(msgspec.Struct, frozen=True):
    session: _Session = _Session()


class _Told(msgspec.Struct, frozen=True):
    data: _Data = _Data()


_told = msgspec.json.Decoder(_Told)


@dataclass(frozen=True, slots=True)
class Destinations:
    """The workspace's channels and webhooks by id, as (kind, name); no two bear the same name. `off` are the ids of
    those that are switched off."""

    channels: Mapping[str, tuple[str, str]]
    webhooks: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    off: frozenset[str] = frozenset()

    def there(self, delivery: Row) -> bool:
        """Tell whether where a delivery goes was not deleted since."""
        return delivery["channel_id"] in self.channels or delivery["webhook_id"] in self.webhooks

    def all(self) -> tuple[Place, ...]:
        """Give what a list can be narrowed to, by name."""
        channels = (Place(f"channel:{place_id}", *known) for place_id, known in self.channels.items())
        webhooks = (Place(f"webhook:{place_id}", *known) for place_id, known in self.webhooks.items())
        return tuple(sorted((*channels, *webhooks), key=lambda place: (place.name.lower(), place.key)))

    def name(self, delivery: Row) -> tuple[str, str]:
        """Give kind and name of where a delivery goes; one that was deleted is known by what was written down."""
        if delivery["webhook_id"]:
            gone = (WEBHOOK, f"{words.short(delivery['destination'])}, since removed")
            return self.webhooks.get(delivery["webhook_id"], gone)
        kind, _, rest = delivery["destination"].partition(":")
        gone = (kind, f"{kind.capitalize()}, since removed") if rest else ("", delivery["destination"])
        return self.channels.get(delivery["channel_id"] or "", gone)

    def called(self, key: str) -> str:
        """Give the name of the destination with this key of `Place`."""
        kind, _, place_id = key.partition(":")
        known = self.webhooks if kind == WEBHOOK else self.channels
        return known[place_id][1] if place_id in known else ""


def key_of(delivery: Row) -> str:
    """Give the key of `Place` of where a delivery goes."""
    webhook_id = delivery["webhook_id"]
    return f"webhook:{webhook_id}" if webhook_id else f"channel:{delivery['channel_id']}"


async def destinations(database: Database, workspace_id: str) -> Destinations:
    """Read what the workspace's channels and webhooks are called; of those that are called alike the later are
    numbered."""
    channels = await database.fetch(
        "SELECT id, kind, name, enabled FROM channels WHERE workspace_id = $1 ORDER BY created_at, id", workspace_id
    )
    webhooks = await database.fetch(
        "SELECT id, name, url, enabled FROM webhooks WHERE workspace_id = $1 ORDER BY created_at, id", workspace_id
    )
    seen: Counter[str] = Counter()
    return Destinations(
        {row["id"]: (row["kind"], _apart(row["name"], seen)) for row in channels},
        {row["id"]: (WEBHOOK, _apart(row["name"] or words.short(row["url"]), seen)) for row in webhooks},
        frozenset(row["id"] for row in (*channels, *webhooks) if not row["enabled"]),
    )


def _apart(name: str, seen: Counter[str]) -> str:
    seen[name.lower()] += 1
    times = seen[name.lower()]
    return name if times == 1 else f"{name} ({times})"


async def lead_names(database: Database, lead_ids: Iterable[str | None]) -> dict[str, str]:
    """Give a name for each of these leads: their own, else how to reach them."""
    wanted = sorted({lead_id for lead_id in lead_ids if lead_id})
    if not wanted:
        return {}
    rows = await database.fetch(
        "SELECT id, first_name, last_name, email, phone FROM leads"
        f" WHERE id {database.one_of(1)} AND deleted_at IS NULL",
        database.many(wanted),
    )
    return {row["id"]: full_name(row) or row["email"] or row["phone"] for row in rows}


async def shown(
    database: Database, workspace_id: str, rows: Sequence[Row], places: Destinations | None = None
) -> tuple[Delivery, ...]:
    """Give deliveries, which come as `delivery_json`, with the names that people know."""
    places = places or await destinations(database, workspace_id)
    names = await lead_names(database, (row["lead_id"] for row in rows))
    forms = await _forms(database, [row for row in rows if not row["lead_id"] and row["event_type"] in FORM_EVENTS])
    return tuple(
        delivery_view(row, places, names.get(row["lead_id"] or "", ""), forms.get(row["id"], "")) for row in rows
    )


async def _forms(database: Database, rows: Sequence[Row]) -> dict[str, str]:
    """Give the names of the forms that these deliveries tell of, as they were then."""
    if not rows:
        return {}
    found = await database.fetch(
        f"SELECT id, body FROM deliveries WHERE id {database.one_of(1)}", database.many([row["id"] for row in rows])
    )
    return {row["id"]: _form_of(row["body"]) for row in found}


def _form_of(body: str) -> str:
    try:
        return _told.decode(body).data.session.form_name
    except msgspec.MsgspecError:
        return ""


def delivery_view(row: Row, places: Destinations, lead_name: str = "", form: str = "") -> Delivery:
    """Give one delivery, which comes as `delivery_json`."""
    kind, name = places.name(row)
    return Delivery(
        id=row["id"],
        kind=kind,
        destination=name,
        event=row["event_type"],
        status=row["status"],
        created_at=ms_of(row["created_at"]),
        attempts=tuple(_attempt(one) for one in row["attempts"]),
        next_attempt_at=_ms(row["next_attempt_at"]),
        lead_id=row["lead_id"],
        lead_name=lead_name,
        why=words.phrase(row["reason"]),
        gone=not places.there(row),
        off=(row["webhook_id"] or row["channel_id"]) in places.off,
        place=key_of(row),
        address=row["destination"],
        form=form,
    )


async def retrying(database: Database, row: Row, **place: str) -> int:
    """Count what is to be tried again at a channel or webhook (its `row`), up to `deliveries.MOST_COUNTED`."""
    ((column, place_id),) = place.items()
    found = await database.fetch_one(
        "SELECT count(*) AS found FROM (SELECT 1 AS one FROM deliveries"
        f" WHERE workspace_id = $1 AND {column} = $2 AND status = 'failed' LIMIT {deliveries.MOST_COUNTED}) AS ones",
        row["workspace_id"],
        place_id,
    )
    return int(found["found"]) if found else 0


async def latest(database: Database, row: Row, places: Destinations, **place: str) -> Delivery | None:
    """Give the newest delivery of a channel or webhook (its `row`); while it fails the newest that failed, behind which
    others of the same lead wait."""
    found = (await deliveries.list_deliveries(database, row["workspace_id"], limit=1, **place)).rows
    if found and found[0]["status"] == "pending" and row["failing_since"] is not None:
        failed = await deliveries.list_deliveries(database, row["workspace_id"], status="failed", limit=1, **place)
        found = failed.rows or found
    return delivery_view(found[0], places) if found else None


def outcome(delivery: Row, what: str = "test") -> Toast:
    """Say what became of a test or what else was asked for, which comes as `delivery_json`."""
    if delivery["status"] == "delivered":
        return Toast(f"The {what} has arrived.{_said(delivery)}")
    failed = words.phrase(
        delivery["reason"] or (delivery["attempts"] or [{}])[-1].get("error") or "no reason was given"
    )
    return Toast(f"The {what} didn't get through: {failed}.", "trouble")


def _said(delivery: Row) -> str:
    """Say what the other side answered, where it said more than nothing."""
    attempt = (delivery["attempts"] or [{}])[-1]
    code, answer = attempt.get("status_code"), " ".join(str(attempt.get("answer") or "").split())
    said = ": ".join(filter(None, (str(code or ""), answer[:_ANSWER])))
    return f" The answer was {said}." if said else ""


def _attempt(row: Row) -> Attempt:
    error, answer = words.phrase(row["error"] or ""), row["answer"].strip()
    told = " ".join(answer.split()) in error
    return Attempt(ms_of(row["at"]), row["status_code"], row["latency_ms"], error, "" if told else answer)


def _ms(text: str | None) -> int | None:
    return None if text is None else ms_of(text)
