"""A lead's story as one thread: first touch, forms begun and left, submissions, stages, notes, whose it became, whether
somebody called it spam, and until when its alert was snoozed.

What was sent about it afterwards is known to `routing`, above; whoever shows the thread adds that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import msgspec

from leadsbot.clock import rfc3339
from leadsbot.db import Database
from leadsbot.db.tx import Row
from leadsbot.leads import deeds, reading
from leadsbot.leads.changes import ASSIGNED, NOT_SPAM, SNOOZED, SPAM, WOKEN
from leadsbot.leads.touches import touch_of

Kind = Literal["touch", "started", "abandoned", "submitted", "stage", "assigned", "spam", "snoozed", "note", "delivery"]

MOST_DEEDS: Final = 200

# What stands at one millisecond is told in the order in which it comes about.
_ORDER: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened at `at` (ms); what `data` holds depends on `kind`."""

    kind: Kind
    at: int
    data: Mapping[str, Any]


def in_order(entries: list[Entry]) -> list[Entry]:
    """Sort a thread: oldest first."""
    return sorted(entries, key=lambda entry: (entry.at, _ORDER.index(entry.kind)))


def entry_json(entry: Entry) -> dict[str, Any]:
    return {"kind": entry.kind, "at": rfc3339(entry.at), **entry.data}


async def timeline(database: Database, lead: Row) -> list[Entry]:
    """Give the thread of a lead's row, oldest first."""
    lead_id = lead["id"]
    sessions = await database.fetch("SELECT * FROM sessions WHERE lead_id = $1 ORDER BY started_at, id", lead_id)
    submissions = await database.fetch("SELECT * FROM submissions WHERE lead_id = $1 ORDER BY received_at, id", lead_id)
    notes = await database.fetch("SELECT * FROM notes WHERE lead_id = $1 ORDER BY at, id", lead_id)
    entries = _touch(lead)
    for row in sessions:
        entries += _session(row)
    entries += [Entry("submitted", row["received_at"], _submission(row)) for row in submissions]
    entries += [_stage(row) for row in await reading.history(database, lead_id)]
    entries += [Entry("note", row["at"], {"text": row["text"], "by": row["author"]}) for row in notes]
    entries += await _deeds(database, lead_id)
    return in_order(entries)


async def _deeds(database: Database, lead_id: str) -> list[Entry]:
    """Tell whose the lead became, when it was called spam or snoozed, as the log has it, the latest `MOST_DEEDS`."""
    logged = await deeds.latest(database, lead_id, MOST_DEEDS)
    owners = {str(data["lead"]["assigned_to"]) for _, data in logged if data["did"] == ASSIGNED}
    people = await database.fetch(
        f"SELECT id, email FROM users WHERE id {database.one_of(1)}", database.many(sorted(owners))
    )
    emails = {row["id"]: row["email"] for row in people}
    found = []
    for at, data in reversed(logged):
        deed, by = data["did"], data.get("by", "")
        if deed == ASSIGNED:
            owner = data["lead"]["assigned_to"]
            found.append(Entry("assigned", at, {"to": owner, "email": emails.get(owner, ""), "by": by}))
        elif deed in (SPAM, NOT_SPAM):
            found.append(Entry("spam", at, {"spam": deed == SPAM, "by": by}))
        elif deed in (SNOOZED, WOKEN):
            found.append(Entry("snoozed", at, {"until": data.get("until"), "by": by}))
    return found


def _touch(lead: Row) -> list[Entry]:
    first = msgspec.json.decode(lead["first_touch"])
    touch = touch_of(first)
    # The visitor's clock may run ahead; nobody's first touch comes after what they did next.
    return [Entry("touch", min(touch.at, lead["created_at"]), {"touch": first})] if touch else []


def _session(row: Row) -> list[Entry]:
    about = {name: row[name] for name in ("form_id", "form_name", "page_url")} | {"session_id": row["id"]}
    # A plain form is known by its end alone.
    entries = [] if row["submitted_at"] == row["started_at"] else [Entry("started", row["started_at"], about)]
    if row["abandoned_at"] is not None:
        reached = {"completion_percent": row["completion_percent"], "last_field": row["last_field"]}
        entries.append(Entry("abandoned", row["abandoned_at"], about | reached))
    return entries


def _submission(row: Row) -> dict[str, Any]:
    told = {name: row[name] for name in ("form_id", "form_name", "page_url", "door", "confirmation", "session_id")}
    return {"submission_id": row["id"], **told, "fields": msgspec.json.decode(row["fields"])}


def _stage(row: Row) -> Entry:
    told = {name: row[name] for name in ("from_stage", "to_stage", "by", "reason")}
    return Entry("stage", row["at"], told)
