"""A lead in people's words: the row of a list, and the whole page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from leadsbot.attribution import attribute
from leadsbot.channels.base import plain
from leadsbot.dashboard import words
from leadsbot.dashboard.shown.people import LEFT, names_of, people
from leadsbot.dashboard.shown.sources import sources_of
from leadsbot.dashboard.shown.thread import thread
from leadsbot.dashboard.views import Fact, Lead, LeadRow, Merged, Stage, Touch
from leadsbot.db import Database
from leadsbot.leads import duplicates, merged
from leadsbot.leads.present import full_name
from leadsbot.leads.touches import touch_of
from leadsbot.routing import snoozing

Row = Mapping[str, Any]
Pipeline = tuple[str, ...]

_UTM = (("source", "Source"), ("medium", "Medium"), ("campaign", "Campaign"), ("term", "Term"), ("content", "Content"))
# Fields of the contract's section 6 that have no place of their own on the page.
_MORE = (
    ("event_date", "Event date"),
    ("event_type", "Event type"),
    ("lead_type", "Lead type"),
    ("notes", "Notes"),
)


async def pipeline_of(database: Database, workspace_id: str) -> Pipeline:
    """Give the workspace's stages in order."""
    row = await database.fetch_one("SELECT stages FROM workspaces WHERE id = $1", workspace_id)
    return tuple(msgspec.json.decode(row["stages"], type=list[str])) if row else ()


async def lead_rows(database: Database, rows: Sequence[Row], pipeline: Pipeline) -> tuple[LeadRow, ...]:
    """Give leads of one workspace as lists show them."""
    sources = await sources_of(database, rows)
    owners = await names_of(database, rows[0]["workspace_id"], (row["assigned_to"] for row in rows)) if rows else {}
    return tuple(_lead_row(row, pipeline, sources[row["id"]], owners.get(row["assigned_to"] or "", "")) for row in rows)


async def lead_row(database: Database, row: Row, pipeline: Pipeline) -> LeadRow:
    """Give a lead as lists show it."""
    return (await lead_rows(database, [row], pipeline))[0]


def _lead_row(row: Row, pipeline: Pipeline, source: str, owner: str) -> LeadRow:
    return LeadRow(
        id=row["id"],
        name=full_name(row),
        email=row["email"],
        phone=row["phone"],
        stage=Stage.of(row["stage"], pipeline),
        source=source,
        campaign=row["campaign"],
        percent=row["form_completion_percent"],
        at=row["created_at"],
        unread=row["read_at"] is None and not row["spam"],
        spam=bool(row["spam"]),
        duplicate=row["duplicate_of"] is not None and not row["spam"],
        reason=" · ".join(msgspec.json.decode(row["spam_reasons"], type=list[str])) if row["spam"] else "",
        owner=owner,
    )


async def lead_page(database: Database, row: Row) -> Lead:
    """Give a lead's page with everything that hangs on it."""
    pipeline = await pipeline_of(database, row["workspace_id"])
    # Its session's id is the browser's word: it may name one of another workspace.
    session = await database.fetch_one(
        "SELECT touch, client FROM sessions WHERE id = $1 AND workspace_id = $2",
        row["session_id"] or "",
        row["workspace_id"],
    )
    touches, client = _json(session, "touch"), _json(session, "client")
    team, owner = await people(database, row["workspace_id"]), row["assigned_to"] or ""
    sleep = await snoozing.asleep(database, dict(row))
    return Lead(
        id=row["id"],
        name=full_name(row),
        email=row["email"],
        phone=row["phone"],
        company=row["company"],
        message=row["message"],
        stage=Stage.of(row["stage"], pipeline),
        stages=tuple(Stage.of(name, pipeline) for name in pipeline),
        at=row["created_at"],
        source=(await sources_of(database, [row]))[row["id"]],
        campaign=row["campaign"],
        page_url=row["page_url"],
        form_name=row["form_name"],
        device=_device(row),
        percent=row["form_completion_percent"],
        fields_done=row["form_fields_completed"] or 0,
        fields_total=row["form_fields_total"] or 0,
        confirmed=row["confirmation"] == "confirmed",
        place=", ".join(str(client[name]) for name in ("lang", "tz") if client.get(name)),
        first=_touch(_json(row, "first_touch")),
        last=_touch(touches.get("last")),
        custom=_custom(row),
        timeline=await thread(database, row, pipeline),
        spam=bool(row["spam"]),
        spam_reasons=tuple(msgspec.json.decode(row["spam_reasons"], type=list[str])),
        twins=await lead_rows(database, await duplicates.offered(database, dict(row)), pipeline),
        merged=await _merged(database, row),
        claimed_by=dict(team).get(owner, LEFT) if owner else "",
        owner_id=owner,
        people=team,
        snoozed_until=sleep.until if sleep else None,
        snoozed_by=sleep.by if sleep else "",
    )


async def _merged(database: Database, row: Row) -> Merged | None:
    made = await merged.last_merge(database, row["workspace_id"], row["id"])
    if made is None:
        return None
    other = msgspec.json.decode(made["merged"])
    return Merged(made["id"], full_name(other) or other["email"] or other["phone"], made["at"], made["by"])


def _json(row: Row | None, column: str) -> dict[str, Any]:
    found = msgspec.json.decode(row[column]) if row and row[column] else {}
    return found if isinstance(found, dict) else {}


def _device(row: Row) -> str:
    kind = row["device_type"].capitalize()
    return " · ".join(part for part in (kind, row["os"], row["browser"]) if part)


def _touch(told: Any) -> Touch | None:
    touch = touch_of(told)
    if touch is None:
        return None
    origin = attribute(touch.url, touch.ref, touch.utm, touch.ids)
    facts = [Fact(label, touch.utm[name]) for name, label in _UTM if touch.utm.get(name)]
    facts += [Fact(name, value) for name, value in origin.click_ids.items()]
    return Touch(touch.at, words.source(origin.source), touch.url, touch.ref, tuple(facts))


def _custom(row: Row) -> tuple[Fact, ...]:
    facts = [Fact(label, row[name]) for name, label in _MORE if row[name]]
    facts += [Fact(label, plain(value)) for label, value in _json(row, "custom_data").items()]
    tags = msgspec.json.decode(row["tags"], type=list[str])
    return (*facts, *((Fact("Tags", ", ".join(tags)),) if tags else ()))
