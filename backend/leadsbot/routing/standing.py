"""How a lead stands now, for messages in a chat: at which stage, whose it is, and who did what to it last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import msgspec

from leadsbot.channels.base import Deed, Edits, Parcel, Standing
from leadsbot.clock import to_datetime, zone
from leadsbot.db import Database
from leadsbot.leads import changes, pipeline
from leadsbot.routing.destination import Destination
from leadsbot.services import Services

Row = Mapping[str, Any]

# What a visitor did by sending a form is nobody's deed.
_DOORS: Final = frozenset({"widget", "form"})
_LOOKED_THROUGH: Final = 5


async def placed(services: Services, destination: Destination, delivery: Row, parcel: Parcel) -> Parcel:
    """Give the parcel with how its lead stands, where the channel's messages show it and there is such a lead."""
    if not delivery["lead_id"] or not isinstance(services.channels.get(destination.kind), Edits):
        return parcel
    found = await load(services.database, delivery["workspace_id"], delivery["lead_id"])
    return parcel if found is None else standing_in(parcel, found)


def standing_in(parcel: Parcel, standing: Standing) -> Parcel:
    """Give a parcel that says of its lead, as it was at the event, at which stage it is now; what was sent stays."""
    data, lead = parcel.data, parcel.data.get("lead")
    if lead and not standing.deleted:
        now = {"stage": standing.stage} | ({} if standing.spam else {"spam": False})
        data = {**data, "lead": {**lead, **now}}
    return replace(parcel, payload={**parcel.payload, "data": data}, standing=standing)


async def load(database: Database, workspace_id: str, lead_id: str, sleep: Row | None = None) -> Standing | None:
    """Give how a lead stands; None where it was never here, or is part of another. `sleep` is the row of a message,
    which may be snoozed."""
    row = await database.fetch_one(
        "SELECT l.id, l.stage, l.assigned_to, l.spam, l.deleted_at, w.stages, w.timezone FROM leads l"
        " JOIN workspaces w ON w.id = l.workspace_id WHERE l.id = $1 AND l.workspace_id = $2",
        lead_id,
        workspace_id,
    )
    if row is None:
        return None
    if row["deleted_at"] is not None:
        return Standing(lead_id, deleted=True)
    stages = tuple(msgspec.json.decode(row["stages"], type=list[str]))
    claimed, spam = bool(row["assigned_to"]), bool(row["spam"])
    deeds = await _deeds(database, workspace_id, row, stages, None if claimed or spam else sleep)
    return Standing(lead_id, row["stage"], stages, claimed, spam, tuple(deeds))


async def _deeds(
    database: Database, workspace_id: str, row: Row, stages: tuple[str, ...], sleep: Row | None
) -> list[tuple[Deed, str]]:
    moved = await _moved_by(database, row, stages)
    claimed = await _did(database, row["id"], changes.ASSIGNED) if row["assigned_to"] else ""
    spam = await _did(database, row["id"], changes.SPAM) if row["spam"] else ""
    state = msgspec.json.decode(sleep["state"]) if sleep and sleep["snoozed_until"] else {}
    sleeper = str(state.get("snoozed_by", ""))
    people = await _people(database, workspace_id, [moved or "", claimed, spam, sleeper], row["assigned_to"])
    deeds: list[tuple[Deed, str]] = []
    if moved is not None:
        who = people.called(moved)
        deeds.append(("moved", f"{who} moved it to {row['stage']}" if who else f"Moved to {row['stage']}"))
    if row["assigned_to"]:
        deeds.append(("claimed", people.claim(row["assigned_to"], claimed)))
    if sleep and sleep["snoozed_until"]:
        deeds.append(("snoozed", _by(f"Snoozed until {_time(sleep, row)}", people.called(sleeper))))
    if row["spam"]:
        deeds.append(("spam", _by("Marked as spam" if spam else "Taken for spam", people.called(spam))))
    return deeds


async def _moved_by(database: Database, row: Row, stages: tuple[str, ...]) -> str | None:
    """Give who moved the lead to where it stands; None where nobody did, "" where that isn't known."""
    last = await database.fetch_one(
        "SELECT from_stage, to_stage, by FROM stage_changes WHERE lead_id = $1 ORDER BY at DESC, id DESC LIMIT 1",
        row["id"],
    )
    if last is None or last["from_stage"] is None or last["to_stage"] != row["stage"]:
        return None
    if last["by"] in _DOORS and last["to_stage"] == pipeline.arrived(stages):
        return None
    return "" if last["by"] in _DOORS else str(last["by"])


async def _did(database: Database, lead_id: str, deed: str) -> str:
    """Give who did `deed` to the lead last, as the log knows it; "" where it doesn't."""
    rows = await database.fetch(
        "SELECT data FROM events WHERE lead_id = $1 AND type = 'lead.updated' AND CAST(data AS TEXT) LIKE $2"
        f" ORDER BY seq DESC LIMIT {_LOOKED_THROUGH}",
        lead_id,
        f'%"did":"{deed}"%',
    )
    for row in rows:  # a visitor's own field may be called like ours, further down in the lead
        data = msgspec.json.decode(row["data"], type=dict[str, Any])
        if data.get("did") == deed:
            return str(data.get("by", ""))
    return ""


class _People:
    """Names of those who act, by their email, and of members by their id."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._by_email = {row["email"]: row["name"] or row["email"] for row in rows}
        self._by_id = {row["id"]: row for row in rows}

    def called(self, by: str) -> str:
        """Give somebody's name; who is no member (a key, a workflow) is called as the history calls them."""
        return str(self._by_email.get(by, by))

    def claim(self, user_id: str, by: str) -> str:
        user = self._by_id.get(user_id)
        if user is None:
            return "Claimed by somebody who has left"
        name = self.called(user["email"])
        if not by or by in (user["email"], name):
            return f"Claimed by {name}"
        return f"Given to {name} by {self.called(by)}"


async def _people(database: Database, workspace_id: str, emails: list[str], user_id: str | None) -> _People:
    asked = sorted({email for email in emails if "@" in email})
    if not asked and not user_id:
        return _People([])
    rows = await database.fetch(
        "SELECT u.id, u.email, u.name FROM users u JOIN members m ON m.user_id = u.id"
        f" WHERE m.workspace_id = $1 AND (u.id = $3 OR u.email {database.one_of(2)})",
        workspace_id,
        database.many(asked),
        user_id or "",
    )
    return _People(rows)


def _time(sleep: Row, row: Row) -> str:
    moment = to_datetime(sleep["snoozed_until"]).astimezone(zone(row["timezone"]))
    return f"{moment.day} {moment:%b, %H:%M}"


def _by(what: str, who: str) -> str:
    return f"{what} by {who}" if who else what
