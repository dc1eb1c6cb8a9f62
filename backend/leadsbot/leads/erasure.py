"""Deleting a lead: all that is personal goes, in every table that this layer and those below it keep.

Its row stays, with where it came from, where it stood and how far its form was filled in: those count on in analytics
and in the form's report. So do its submissions' rows, without what was in them: whatever sends one of them again makes
no second lead of it. `routing.erasure` does the same for what was sent, and tells who wants to know.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.forms import forgetting
from leadsbot.leads import merged
from leadsbot.leads.rows import hold
from leadsbot.workspaces import idempotency

Row = dict[str, Any]

# What a deleted lead's row holds instead. The rest is what is counted: times, stage, source, campaign, device, form.
_BLANK: Final[dict[str, Any]] = {
    **dict.fromkeys(
        ("first_name", "last_name", "email", "email_key", "phone", "phone_e164", "company", "message", "notes"), ""
    ),
    **dict.fromkeys(("event_date", "domain", "page_url", "landing_page", "referrer", "ip_address", "user_agent"), ""),
    **dict.fromkeys(("utm_term", "utm_content", "browser", "os"), ""),
    **dict.fromkeys(("click_ids", "first_touch", "custom_data"), "{}"),
    **dict.fromkeys(("tags", "spam_reasons"), "[]"),
    **dict.fromkeys(("visit_id", "session_id", "assigned_to", "duplicate_of"), None),
}
# As the index `events_early` has it. Beside it the workspace's own index is no help, which SQLite can't know.
_EARLY: Final = "type IN ('form.started', 'form.abandoned')"


async def erase(tx: Tx, workspace_id: str, lead_id: str) -> list[str]:
    """Erase a lead in the caller's transaction; gives its id and those of the leads that were merged into it.

    Raises NotFound.
    """
    row = await hold(tx, workspace_id, lead_id)
    ids, addresses = await _with_merged(tx, row)
    await merged.forget(tx, lead_id)
    await tx.execute("DELETE FROM merges WHERE merged_id = $1", lead_id)
    await _forget_sessions(tx, row)
    await tx.execute("UPDATE submissions SET fields = '[]', page_url = '' WHERE lead_id = $1", lead_id)
    await tx.execute("UPDATE stage_changes SET reason = '' WHERE lead_id = $1", lead_id)
    await tx.execute("DELETE FROM notes WHERE lead_id = $1", lead_id)
    await tx.execute(f"DELETE FROM events WHERE lead_id {tx.one_of(1)}", tx.many(ids))
    await _forget_refused(tx, workspace_id, addresses)
    await idempotency.forget(tx, ids)
    blank = {**_BLANK, "updated_at": clock.now(), "deleted_at": clock.now()}
    assignments = ", ".join(f"{column} = ${number}" for number, column in enumerate(blank, 2))
    await tx.execute(f"UPDATE leads SET {assignments} WHERE id = $1", lead_id, *blank.values())
    return ids


async def _with_merged(tx: Tx, row: Row) -> tuple[list[str], list[str]]:
    """Give the ids of the lead and of all that are part of it, through any number of merges, and their addresses."""
    ids, addresses = [str(row["id"])], {str(row["ip_address"])}
    for one in ids:
        merged = await tx.fetch("SELECT merged_id, merged FROM merges WHERE lead_id = $1 AND undone_at IS NULL", one)
        ids += [str(made["merged_id"]) for made in merged if made["merged_id"] not in ids]
        addresses |= {str(msgspec.json.decode(made["merged"]).get("ip_address", "")) for made in merged}
    return ids, sorted(addresses - {""})


async def _forget_sessions(tx: Tx, lead: Row) -> None:
    """Blank the lead's sessions, and drop what was told of them before they had a lead. What was sent of that becomes
    the lead's, so that it is emptied like the rest."""
    rows = await tx.fetch(
        "SELECT id FROM sessions WHERE workspace_id = $1 AND (lead_id = $2 OR id = $3)",
        lead["workspace_id"],
        lead["id"],
        lead["session_id"] or "",
    )
    ids = tx.many([str(row["id"]) for row in rows])
    await tx.execute(f"UPDATE sessions SET lead_id = NULL, {forgetting.BLANK} WHERE id {tx.one_of(1)}", ids)
    early = f"FROM events WHERE session_id {tx.one_of(1)} AND {_EARLY} AND workspace_id || '' = $2"
    await tx.execute(
        f"UPDATE deliveries SET lead_id = $3 WHERE event_id IN (SELECT id {early})",
        ids,
        lead["workspace_id"],
        lead["id"],
    )
    await tx.execute(f"DELETE {early}", ids, lead["workspace_id"])


async def _forget_refused(tx: Tx, workspace_id: str, addresses: Sequence[str]) -> None:
    """Take the person out of what was turned away at the doors."""
    if addresses:
        await tx.execute(
            f"UPDATE refused_requests SET address = '' WHERE workspace_id = $1 AND address {tx.one_of(2)}",
            workspace_id,
            tx.many(addresses),
        )
