"""Forms and visitors' sessions in people's words, from rows to views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadsbot.clock import DAY
from leadsbot.dashboard import words
from leadsbot.dashboard.views import FormRow, SessionRow
from leadsbot.db import Database
from leadsbot.db.paging import Where
from leadsbot.forms.sessions import is_plain
from leadsbot.leads.present import full_name

COUNTED_MS = 30 * DAY
MOST_FORMS = 50

Row = Mapping[str, Any]


async def counted_forms(database: Database, workspace_id: str, now: int) -> tuple[FormRow, ...]:
    """Give the workspace's forms, latest seen first, with what happened in the 30 days before `now` (ms).

    At most one more than `MOST_FORMS`, so that the caller sees that there are more.
    """
    rows = await database.fetch(_COUNTED, workspace_id, now - COUNTED_MS)
    return tuple(
        FormRow(
            id=row["id"],
            name=row["name"],
            site=row["site_name"],
            page_url=row["page_url"],
            views=int(row["views"]),
            started=int(row["started"]),
            abandoned=int(row["abandoned"]),
            submitted=int(row["submitted"]),
        )
        for row in rows
    )


async def session_rows(database: Database, workspace_id: str, rows: Sequence[Row]) -> tuple[SessionRow, ...]:
    """Give sessions as the list shows them, with the names of their leads."""
    leads = await _leads(database, workspace_id, {row["lead_id"] for row in rows if row["lead_id"]})
    return tuple(_session(row, leads.get(row["lead_id"] or "")) for row in rows)


def _session(row: Row, lead: Row | None) -> SessionRow:
    # One that was sent before the widget could count its fields has none, and did come with a script.
    unwatched = bool(row["fields_total"]) and is_plain(row)
    return SessionRow(
        id=row["id"],
        state=row["state"],
        form=row["form_name"],
        percent=None if unwatched else row["completion_percent"],
        done=0 if unwatched else row["fields_completed"],
        total=0 if unwatched else row["fields_total"],
        last_field=row["last_field"],
        page_url=row["page_url"],
        source=words.source(row["source"]),
        campaign=row["utm_campaign"],
        device=row["device_type"].capitalize(),
        at=row["started_at"],
        lead_id=lead["id"] if lead else "",
        lead_name=(full_name(lead) or lead["email"] or lead["phone"]) if lead else "",
        spam=bool(lead and lead["spam"]),
    )


async def _leads(database: Database, workspace_id: str, ids: set[str]) -> dict[str, Row]:
    """Give the leads that still exist by their ids; only this workspace's."""
    if not ids:
        return {}
    where = Where()
    where.equal("workspace_id", workspace_id)
    where.also(f"id IN ({', '.join(where.value(one) for one in sorted(ids))})")
    rows = await database.fetch(f"SELECT * FROM leads {where}", *where.args)
    return {row["id"]: row for row in rows}


# Views are counted before the join: beside sessions each would be counted as often as there are sessions.
_COUNTED = f"""
SELECT f.id, f.name, f.page_url, f.last_seen_at, sites.name AS site_name,
 (SELECT count(*) FROM form_views v WHERE v.form_id = f.id AND v.at >= $2) AS views,
 count(s.id) AS started,
 coalesce(sum(CASE WHEN s.state = 'abandoned' THEN 1 ELSE 0 END), 0) AS abandoned,
 coalesce(sum(CASE WHEN s.state = 'submitted' THEN 1 ELSE 0 END), 0) AS submitted
FROM (SELECT * FROM forms WHERE workspace_id = $1 ORDER BY last_seen_at DESC, id DESC LIMIT {MOST_FORMS + 1}) f
JOIN sites ON sites.id = f.site_id
LEFT JOIN sessions s ON s.form_id = f.id AND s.started_at >= $2 AND s.workspace_id = $1
GROUP BY f.id, f.name, f.page_url, f.last_seen_at, sites.name
ORDER BY f.last_seen_at DESC, f.id DESC
"""
