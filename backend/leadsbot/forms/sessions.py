"""Writing down how far visitors got. Updates are cumulative and numbered: in any order, the highest `seq` holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from leadsbot.db import Tx
from leadsbot.events.log import Happening
from leadsbot.forms import hours
from leadsbot.forms.present import session_json
from leadsbot.forms.tables import Session
from leadsbot.forms.visit import Visit

NO_VISIT = Visit()
STARTED, ABANDONED, SUBMITTED = "started", "abandoned", "submitted"
ENDED = 2**62  # beyond every `seq`

# A visitor who comes back to an abandoned form is at it again, unless it is old news that arrives late; a submitted
# one stays submitted. Neither keeps values. The last word on the percent counts, as an answer may be taken back; tries
# never fall; what a word leaves out stands as it was.
_BEGUN = """ON CONFLICT (id) DO UPDATE SET
 seq = excluded.seq, fields_completed = excluded.fields_completed, fields_total = excluded.fields_total,
 completion_percent = excluded.completion_percent,
 tries = CASE WHEN sessions.tries > excluded.tries THEN sessions.tries ELSE excluded.tries END,
 wait_ms = COALESCE(excluded.wait_ms, sessions.wait_ms),
 field_stats = COALESCE(excluded.field_stats, sessions.field_stats), page_url = excluded.page_url,
 fields = CASE WHEN sessions.state = 'submitted' OR sessions.abandoned_at >= excluded.last_activity_at
  THEN NULL ELSE excluded.fields END,
 last_field = CASE WHEN excluded.last_field = '' THEN sessions.last_field ELSE excluded.last_field END,
 lead_id = COALESCE(excluded.lead_id, sessions.lead_id),
 state = CASE WHEN sessions.state = 'submitted' OR sessions.abandoned_at >= excluded.last_activity_at
  THEN sessions.state ELSE excluded.state END,
 abandoned_at = CASE WHEN sessions.abandoned_at >= excluded.last_activity_at THEN sessions.abandoned_at END,
 last_activity_at = excluded.last_activity_at, submitted_at = COALESCE(sessions.submitted_at, excluded.submitted_at)
 WHERE excluded.seq > sessions.seq AND excluded.site_id = sessions.site_id"""


# Of a session that is known to be written, only what moves: a third of the columns and no index but the sweep's.
_MOVED = """UPDATE sessions SET seq = $2, fields_completed = $4, fields_total = $5, completion_percent = $3,
 tries = CASE WHEN tries > $14 THEN tries ELSE $14 END,
 wait_ms = COALESCE($15, wait_ms), field_stats = COALESCE($16, field_stats),
 last_field = CASE WHEN $6 = '' THEN last_field ELSE $6 END, page_url = $7,
 fields = CASE WHEN state = 'submitted' OR abandoned_at >= $9 THEN NULL ELSE $8 END, last_activity_at = $9,
 state = CASE WHEN state = 'submitted' OR abandoned_at >= $9 THEN state ELSE $10 END,
 abandoned_at = CASE WHEN abandoned_at >= $9 THEN abandoned_at END,
 submitted_at = COALESCE(submitted_at, $11), lead_id = COALESCE($12, lead_id)
 WHERE id = $1 AND seq < $2 AND site_id = $13"""

# That it was submitted holds whatever its number: it may be overtaken by a progress on the way.
_SUBMITTED = f"""UPDATE sessions SET state = '{SUBMITTED}', submitted_at = $2, lead_id = COALESCE($3, lead_id),
 fields = NULL, abandoned_at = NULL WHERE id = $1 AND site_id = $4 AND state <> '{SUBMITTED}'"""


class Reached(Struct, frozen=True, gc=False):
    """How far one session has come, as the widget last said. Times in ms; `fields` is JSON, or None to keep none.

    `visit` may be left out (None) once the session is known to be written: where it came from doesn't change.
    `stats` is JSON with an array per field, in the form's order: `[name, label, entered, time, hesitation, corrections,
    deletions, refocuses, invalids, state]`. It is None, as `wait` is, where the widget didn't say.
    """

    session_id: str
    workspace_id: str
    site_id: str
    form_id: str | None
    form_name: str
    seq: int
    percent: int
    completed: int
    total: int
    last_field: str
    page_url: str
    started_at: int
    at: int
    visit: Visit | None
    submitted: bool = False
    lead_id: str | None = None
    fields: str | None = None
    tries: int = 0
    wait: int | None = None
    stats: str | None = None


async def write(tx: Tx, reached: Sequence[Reached]) -> list[Happening]:
    """Store the last word per session; gives what is worth telling: attempts that have begun.

    Rows go in sorted by id, so that two nodes never wait for each other crosswise.
    """
    latest = _latest(reached)
    await tx.execute_many(
        _SUBMITTED, [(key, one.at, one.lead_id, one.site_id) for key, one in sorted(latest.items()) if one.submitted]
    )
    await tx.execute_many(_MOVED, [_moved(one) for _, one in sorted(latest.items()) if one.visit is None])
    begun = await _begin(tx, {key: one for key, one in latest.items() if one.visit is not None})
    late = [key for key, one in latest.items() if hours.may_be_late(one.started_at)]
    if late:
        await tx.flush()
        await hours.outdate(tx, late)
    return begun


def is_plain(row: Mapping[str, object]) -> bool:
    """Tell whether a session is known by its end alone: its form was sent without a script, and nobody saw how."""
    return row["state"] == SUBMITTED and row["started_at"] == row["submitted_at"] and row["field_stats"] is None


async def standing(tx: Tx, ids: Sequence[str]) -> dict[str, int]:
    """Give the `seq` up to which each known session was heard; `ENDED` once it was submitted."""
    rows = await tx.fetch(f"SELECT id, seq, state FROM sessions WHERE id {tx.one_of(1)}", tx.many(ids))
    return {row["id"]: ENDED if row["state"] == SUBMITTED else row["seq"] for row in rows}


async def _begin(tx: Tx, latest: dict[str, Reached]) -> list[Happening]:
    if not latest:
        return []
    rows = await tx.fetch(f"SELECT id FROM sessions WHERE id {tx.one_of(1)}", tx.many(list(latest)))
    known = {row["id"] for row in rows}
    begun = []
    for session_id in sorted(latest):
        one = latest[session_id]
        row = _row(one, one.visit or NO_VISIT)
        tx.insert(Session, row, _BEGUN)
        if session_id not in known and not one.submitted:
            begun.append(_happening("form.started", row))
    return begun


def _latest(reached: Sequence[Reached]) -> dict[str, Reached]:
    """Merge what one batch says of a session: the highest `seq`, and that it was submitted if anything says so."""
    latest: dict[str, Reached] = {}
    for one in reached:
        other = latest.setdefault(one.session_id, one)
        if other is one or other.site_id != one.site_id:  # of two sites with one id, the first to come has it
            continue
        first, last = (other, one) if one.seq > other.seq else (one, other)
        latest[one.session_id] = replace(
            last,
            submitted=one.submitted or other.submitted,
            fields=None if one.submitted or other.submitted else last.fields,
            lead_id=last.lead_id or one.lead_id or other.lead_id,
            visit=last.visit or one.visit or other.visit,
            started_at=min(one.started_at, other.started_at),
            tries=max(one.tries, other.tries),
            wait=last.wait if last.wait is not None else first.wait,
            stats=last.stats or first.stats,
        )
    return latest


def session_of(reached: Reached, visit: Visit, lead_id: str) -> dict[str, object]:
    """Give a session as events carry it, from what was reached and by whom."""
    return session_json({**_row(reached, visit), "lead_id": lead_id})


def _happening(kind: str, row: dict[str, object]) -> Happening:
    return Happening(
        workspace_id=str(row["workspace_id"]),
        type=kind,
        data={"lead": None, "session": session_json(row)},
        session_id=str(row["id"]),
    )


def _moved(one: Reached) -> tuple[object, ...]:
    return (
        one.session_id,
        one.seq,
        one.percent,
        one.completed,
        one.total,
        one.last_field,
        one.page_url,
        one.fields,
        one.at,
        SUBMITTED if one.submitted else STARTED,
        one.at if one.submitted else None,
        one.lead_id,
        one.site_id,
        one.tries,
        one.wait,
        one.stats,
    )


def _row(one: Reached, visit: Visit) -> dict[str, object]:
    return {
        "id": one.session_id,
        "workspace_id": one.workspace_id,
        "site_id": one.site_id,
        "visit_id": visit.id,
        "form_id": one.form_id,
        "form_name": one.form_name,
        "lead_id": one.lead_id,
        "state": SUBMITTED if one.submitted else STARTED,
        "seq": one.seq,
        "completion_percent": one.percent,
        "fields_completed": one.completed,
        "fields_total": one.total,
        "tries": one.tries,
        "wait_ms": one.wait,
        "field_stats": one.stats,
        "last_field": one.last_field,
        "page_url": one.page_url,
        "referrer": visit.referrer,
        "source": visit.source,
        "utm_source": visit.utm_source,
        "utm_medium": visit.utm_medium,
        "utm_campaign": visit.utm_campaign,
        "utm_term": visit.utm_term,
        "utm_content": visit.utm_content,
        "device_type": visit.device_type,
        "ip_address": visit.ip_address,
        "touch": visit.touch,
        "client": visit.client,
        "fields": one.fields,
        "started_at": one.started_at,
        "last_activity_at": one.at,
        "abandoned_at": None,
        "submitted_at": one.at if one.submitted else None,
    }
