"""Making one lead part of another, and taking that back, each in one transaction with its events.

The merged lead's row leaves `leads`, so that two of one person count as one; all that it takes to bring it back stands
in `merges` for `UNDO_MS` (see `merged`). What hung on it (submissions, sessions, history, notes, deliveries) hangs on
the kept one.
"""

from __future__ import annotations

from typing import Any

import msgspec

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.errors import Conflict, InvalidInput, NotFound
from leadsbot.events.log import Happening, record
from leadsbot.ids import new_id
from leadsbot.leads import merge_rows, merge_stages
from leadsbot.leads.belongings import STEP, hand_back, hand_over
from leadsbot.leads.matching import email_id
from leadsbot.leads.merge_stages import PIPELINE
from leadsbot.leads.merged import UNDO_MS
from leadsbot.leads.present import lead_json
from leadsbot.leads.tables import Lead, Merge, StageChange
from leadsbot.workspaces import lists
from leadsbot.workspaces.lists import STAGES, Listing

Row = dict[str, Any]


class Undone(msgspec.Struct, frozen=True):
    """Both leads' rows as they are again; `edited` names the kept one's fields that somebody changed since the merge,
    which therefore stay."""

    kept: Row
    restored: Row
    edited: list[str]


async def merge(database: Database, workspace_id: str, lead_id: str, other_id: str, by: str) -> tuple[Row, str]:
    """Make `other_id` part of `lead_id`; gives the kept lead's row and the merge's id.

    Raises NotFound where one of them isn't there (any more), InvalidInput where both are the same.
    """
    if lead_id == other_id:
        raise InvalidInput("A lead can't be merged with itself.", fields=["lead_id"])

    async def unit(tx: Tx) -> tuple[Row, str]:
        # The workspace first, as whoever renames a stage holds it.
        stages = lists.listing_of(await lists.held(tx, workspace_id), STAGES)
        kept, other = await _both(tx, workspace_id, lead_id, other_id)
        row = merge_rows.merged(kept, other, stages.names, clock.now())
        moved = await hand_over(tx, other_id, lead_id)
        moved[PIPELINE] = merge_stages.kept(stages)
        if row["stage"] != kept["stage"]:
            moved[STEP] = [_step(tx, kept["stage"], row, by)]
        await tx.execute("DELETE FROM leads WHERE id = $1", other_id)
        await _write(tx, lead_id, {name: new for name, (_, new) in merge_rows.written(kept, row).items()})
        merge_id = _keep(tx, kept, row, other, moved, by)
        record(tx, *_told(kept, row, other_id))
        return row, merge_id

    return await database.write(unit)


async def undo(database: Database, workspace_id: str, merge_id: str) -> Undone:
    """Take a merge back. Raises NotFound, or Conflict where it was undone, is too old, or the kept lead is gone."""

    async def unit(tx: Tx) -> Undone:
        stages = lists.listing_of(await lists.held(tx, workspace_id), STAGES)
        made = await _held(tx, workspace_id, merge_id)
        kept = await _kept(tx, made)
        restored, before, after = _as_they_were(made, stages)
        back, edited = merge_rows.unmerged(kept, before, after)
        tx.insert(Lead, restored)
        await tx.flush()
        await hand_back(tx, made)
        if back:
            await _write(tx, kept["id"], back)
        await tx.execute("UPDATE merges SET undone_at = $2 WHERE id = $1", merge_id, clock.now())
        row = {**kept, **back}
        record(tx, _happening(row, "lead.updated"), _happening(restored, "lead.updated", unmerged_from=row["id"]))
        return Undone(row, restored, edited)

    return await database.write(unit)


async def _both(tx: Tx, workspace_id: str, lead_id: str, other_id: str) -> tuple[Row, Row]:
    """Read both and hold them until this transaction ends, in the order in which intake holds leads: two merges that
    cross wait for each other, and the second finds one lead gone."""
    rows = await tx.fetch(
        f"SELECT * FROM leads WHERE workspace_id = $1 AND id {tx.one_of(2)} AND deleted_at IS NULL"
        f" ORDER BY id{_lock(tx)}",
        workspace_id,
        tx.many([lead_id, other_id]),
    )
    found = {row["id"]: row for row in rows}
    if lead_id not in found:
        raise NotFound("There is no such lead.")
    if other_id not in found:
        raise NotFound("There is no lead with this lead_id; it may have been merged already.", fields=["lead_id"])
    return found[lead_id], found[other_id]


def _lock(tx: Tx) -> str:
    return " FOR UPDATE" if tx.dialect == "postgres" else ""


def _as_they_were(made: Row, stages: Listing) -> tuple[Row, Row, Row]:
    """Give the merged lead, and the kept one before and after, with their stages as they are called now."""
    names = merge_stages.names_now(msgspec.json.decode(made["moved"]).get(PIPELINE, ()), stages)
    merged, before, after = (
        merge_stages.moved(msgspec.json.decode(made[column]), names, stages)
        for column in ("merged", "kept_before", "kept_after")
    )
    return merged, before, after


def _step(tx: Tx, before: str, row: Row, by: str) -> str:
    step_id = new_id()
    tx.insert(
        StageChange,
        {
            "id": step_id,
            "lead_id": row["id"],
            "from_stage": before,
            "to_stage": row["stage"],
            "at": row["updated_at"],
            "by": by,
            "reason": "merged with another lead",
        },
    )
    return step_id


def _keep(tx: Tx, kept: Row, row: Row, other: Row, moved: dict[str, list[str]], by: str) -> str:
    merge_id = new_id()
    tx.insert(
        Merge,
        {
            "id": merge_id,
            "workspace_id": kept["workspace_id"],
            "lead_id": kept["id"],
            "merged_id": other["id"],
            "kept_before": _encode(kept),
            "kept_after": _encode(row),
            "merged": _encode(other),
            "moved": _encode(moved),
            "by": by,
            "at": row["updated_at"],
            "email_id": email_id(kept["workspace_id"], other["email_key"]) if other["email_key"] else "",
        },
    )
    return merge_id


async def _held(tx: Tx, workspace_id: str, merge_id: str) -> Row:
    made = await tx.fetch_one(
        f"SELECT * FROM merges WHERE id = $1 AND workspace_id = $2{_lock(tx)}", merge_id, workspace_id
    )
    if made is None:
        raise NotFound("There is no such merge.")
    if made["undone_at"] is not None:
        raise Conflict("This merge was undone already.", code="undone")
    if made["at"] <= clock.now() - UNDO_MS:
        raise Conflict("A merge can be undone for 30 days; this one is older.", code="too_late")
    return made


async def _kept(tx: Tx, made: Row) -> Row:
    row = await tx.fetch_one(
        f"SELECT * FROM leads WHERE id = $1 AND workspace_id = $2 AND deleted_at IS NULL{_lock(tx)}",
        made["lead_id"],
        made["workspace_id"],
    )
    if row is None:
        raise Conflict(
            "The lead that was kept is gone: it was deleted, or merged into another since. Undo that merge first.",
            code="kept_lead_gone",
        )
    return row


async def _write(tx: Tx, lead_id: str, changes: Row) -> None:
    assignments = ", ".join(f"{column} = ${number}" for number, column in enumerate(changes, 2))
    await tx.execute(f"UPDATE leads SET {assignments} WHERE id = $1", lead_id, *changes.values())


def _told(before: Row, row: Row, other_id: str) -> list[Happening]:
    """What happened: the one changed, perhaps moved, and the other's id is gone."""
    told = [_happening(row, "lead.updated")]
    if row["stage"] != before["stage"]:
        told.append(_happening(row, "lead.stage_changed", from_stage=before["stage"], to_stage=row["stage"]))
    gone = {"lead": {"id": other_id}, "merged_into": row["id"]}
    told.append(Happening(row["workspace_id"], "lead.deleted", gone, other_id, at=row["updated_at"]))
    return told


def _happening(row: Row, kind: str, **more: str) -> Happening:
    return Happening(row["workspace_id"], kind, {"lead": lead_json(row), **more}, row["id"], at=clock.now())


def _encode(value: Any) -> str:
    return msgspec.json.encode(value).decode()
