"""How a lead stands now, for messages in a chat: at which stage, whose it is, and who did what to it last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import msgspec

from leadsbot.channels.base import Deed, Edits, Parcel, Standing
from leadsbot.clock import to_datetime, zone
from leadsbot.db import Database
from leadsbot.leads import changes, deeds, pipeline
from leadsbot.routing.destination import Destination
from leadsbot.services import Services

Row = Mapping[str, Any]

# What a visitor did by sending a form is nobody's deed.
_DOORS: Final = frozenset({"widget", "form"})
_OPPOSITES: Final = frozenset({changes.SPAM, changes.NOT_SPAM})
_LOOKED_THROUGH: Final = 20


async def placed(services: Services, destination: Destination, delivery: Row, parcel: Parcel) -> Parcel:
    """Give the parcel with how its lead stands, where the channel's messages show it and there is such a lead."""
    if not delivery["lead_id"] or delivery["event_type"] == "lead.deleted":
        return parcel
    if not isinstance(services.channels.get(destination.kind), Edits):
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
        "SELECT l.id, l.stage, l.assigned_to, l.spam, l.created_at, l.updated_at, l.deleted_at, w.stages, w.timezone"
        " FROM leads l JOIN workspaces w ON w.id = l.workspace_id WHERE l.id = $1 AND l.workspace_id = $2",
        lead_id,
        workspace_id,
    )
    if row is None:
        return None
    if row["deleted_at"] is not None:
        return Standing(lead_id, deleted=True)
    stages = tuple(msgspec.json.decode(row["stages"], type=list[str]))
    claimed, spam = bool(row["assigned_to"]), bool(row["spam"])
    asleep = sleep if sleep and sleep["snoozed_until"] and not (claimed or spam) else None
    deeds = await _deeds(database, workspace_id, row, stages, asleep)
    return Standing(lead_id, row["stage"], stages, claimed, spam, tuple(deeds))


async def _deeds(
    database: Database, workspace_id: str, row: Row, stages: tuple[str, ...], sleep: Row | None
) -> list[tuple[Deed, str]]:
    moved = await _moved_by(database, row, stages)
    did = await _did(database, row)
    sleeper = str(msgspec.json.decode(sleep["state"]).get("snoozed_by", "")) if sleep else ""
    people = await _people(database, workspace_id, [moved or "", sleeper, *did.values()], row["assigned_to"])
    given, spam, cleared = (did.get(deed) for deed in (changes.ASSIGNED, changes.SPAM, changes.NOT_SPAM))
    deeds: list[tuple[Deed, str]] = []
    if moved is not None:
        who = people.called(moved)
        deeds.append(("moved", f"{who} moved it to {row['stage']}" if who else f"Moved to {row['stage']}"))
    if row["assigned_to"]:
        deeds.append(("claimed", people.claim(row["assigned_to"], given or "")))
    elif given is not None:
        deeds.append(("released", _by("Given back", people.called(given))))
    if sleep:
        deeds.append(("snoozed", _by(f"Snoozed until {_time(sleep, row)}", people.called(sleeper))))
    if row["spam"]:
        deeds.append(("spam", _by("Taken for spam" if spam is None else "Marked as spam", people.called(spam or ""))))
    elif cleared is not None:
        deeds.append(("not_spam", _by("Taken back from the spam", people.called(cleared))))
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


async def _did(database: Database, row: Row) -> dict[str, str]:
    """Give who did what to the lead last, by deed, as the log knows it: of marking as spam and taking that back the
    later alone."""
    if row["updated_at"] == row["created_at"]:
        return {}
    done: dict[str, str] = {}
    for _, data in await deeds.latest(database, row["id"], _LOOKED_THROUGH):
        deed = str(data["did"])
        if not (deed in _OPPOSITES and done.keys() & _OPPOSITES):
            done.setdefault(deed, str(data.get("by", "")))
    return done


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
