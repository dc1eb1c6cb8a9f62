"""What people do to a lead by hand: move it, write about it, call it spam, read it. Each with its event, in one
transaction, so that whoever watches or is told learns of all of it or nothing."""

from __future__ import annotations

from typing import Any

import msgspec

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.errors import Conflict, InvalidInput, NotFound
from leadsbot.events.log import record, topic
from leadsbot.ids import new_id
from leadsbot.leads import pipeline
from leadsbot.leads.rows import happening, hold, step, write
from leadsbot.leads.tables import Note, StageChange

MAX_NOTE = 20_000
BY_HAND = "marked by hand"
# What a person did, in an event's `did` beside `by`: for those who are told in a chat, and no part of what goes out.
ASSIGNED, SPAM, NOT_SPAM = "assigned", "spam", "not_spam"
SNOOZED, WOKEN = "snoozed", "woken"

Row = dict[str, Any]


async def move(
    database: Database,
    workspace_id: str,
    lead_id: str,
    stage: str,
    by: str,
    reason: str = "",
    *,
    forward_only: bool = False,
    only_from: str | None = None,
) -> str:
    """Move a lead to any stage of the pipeline; gives the stage it stood at, the same where nothing moved.

    `by` is who moved it, for the history. Raises NotFound, or InvalidInput for an unknown stage. With `forward_only`
    it raises Conflict where the lead stands beyond that stage by now; with `only_from` it moves only where it stands
    there still.
    """

    async def unit(tx: Tx) -> str:
        row = await hold(tx, workspace_id, lead_id)
        stages = msgspec.json.decode(row["stages"], type=list[str])
        before, after = row["stage"], pipeline.find(stages, stage)
        if forward_only and after != before and not pipeline.is_offered(stages, before, after):
            raise Conflict(f"The lead stands at {before} already. Open it to move it back.")
        if after != before and only_from in (None, before):
            moved = await write(tx, row, stage=after)
            tx.insert(StageChange, step(moved, before, by, reason))
            record(tx, happening(moved, "lead.stage_changed", from_stage=before, to_stage=after))
        return str(before)

    return await database.write(unit)


async def add_note(
    database: Database, workspace_id: str, lead_id: str, text: str, by: str, *, note_id: str | None = None
) -> str:
    """Keep a team member's words on a lead; gives the note's id. Raises NotFound, InvalidInput.

    `note_id` is the caller's own for words that may come twice: they are kept once.
    """
    _check_note(text)
    known, note_id = note_id is not None, note_id or new_id()

    async def unit(tx: Tx) -> str:
        row = await hold(tx, workspace_id, lead_id)
        if known and await tx.fetch("SELECT id FROM notes WHERE id = $1", note_id):
            return note_id
        row = await write(tx, row)
        note = {"id": note_id, "lead_id": lead_id, "author": by, "text": text, "at": row["updated_at"]}
        tx.insert(Note, note)
        record(tx, happening(row, "lead.updated"))
        return note_id

    return await database.write(unit)


async def edit_note(database: Database, workspace_id: str, lead_id: str, note_id: str, text: str) -> None:
    """Let a team member's words read otherwise, where they are still there. Raises NotFound, InvalidInput."""
    _check_note(text)

    async def unit(tx: Tx) -> None:
        row = await hold(tx, workspace_id, lead_id)
        sql = "UPDATE notes SET text = $3 WHERE id = $1 AND lead_id = $2 AND text <> $3"
        if await tx.execute(sql, note_id, lead_id, text):
            record(tx, happening(await write(tx, row), "lead.updated"))

    await database.write(unit)


def _check_note(text: str) -> None:
    if not text.strip() or len(text) > MAX_NOTE:
        raise InvalidInput(f"A note has between 1 and {MAX_NOTE:,} characters.", fields=["text"])


async def delete_note(database: Database, workspace_id: str, lead_id: str, note_id: str) -> None:
    """Delete a team member's words. Raises NotFound where the lead has no such note."""

    async def unit(tx: Tx) -> None:
        row = await hold(tx, workspace_id, lead_id)
        if not await tx.execute("DELETE FROM notes WHERE id = $1 AND lead_id = $2", note_id, lead_id):
            raise NotFound("There is no such note.")
        record(tx, happening(await write(tx, row), "lead.updated"))

    await database.write(unit)


async def assign(
    database: Database,
    workspace_id: str,
    lead_id: str,
    user_id: str | None,
    by: str,
    *,
    unless_taken: bool = False,
    only_from: str | None = None,
) -> str | None:
    """Give a lead to a member, or to nobody; gives the id of whose it was. With `unless_taken` somebody's stays theirs,
    with `only_from` (an id, or "" for nobody) it changes hands only where it is theirs still.

    `by` is who did it, for those who are told. Raises NotFound, or InvalidInput for somebody who is no member.
    """

    async def unit(tx: Tx) -> str | None:
        row = await hold(tx, workspace_id, lead_id)
        before: str | None = row["assigned_to"]
        if before == user_id or (before and unless_taken) or only_from not in (None, before or ""):
            return before
        if user_id and not await _is_member(tx, workspace_id, user_id):
            raise InvalidInput("Nobody in the workspace has this email or id.", fields=["assigned_to"])
        record(tx, happening(await write(tx, row, assigned_to=user_id), "lead.updated", did=ASSIGNED, by=by))
        return before

    return await database.write(unit)


async def mark_spam(tx: Tx, workspace_id: str, lead_id: str, spam: bool, by: str = "") -> bool:
    """Call a lead spam, or take that back, in the caller's transaction; gives whether that changes anything.

    What the doors had found stays on the lead, and is shown while it counts as spam. `routing.withheld.set_spam` does
    this and sees to what was, or is not to be, sent. `by` is who did it. Raises NotFound.
    """
    row = await hold(tx, workspace_id, lead_id)
    if bool(row["spam"]) == spam:
        return False
    found = msgspec.json.decode(row["spam_reasons"], type=list[str])
    reasons = list(dict.fromkeys([*found, BY_HAND])) if spam else found
    after = await write(tx, row, spam=spam, spam_reasons=msgspec.json.encode(reasons).decode())
    if not spam and row["email_key"]:
        await _link(tx, row)
    record(tx, happening(after, "lead.updated", did=SPAM if spam else NOT_SPAM, by=by))
    return True


async def mark_read(database: Database, workspace_id: str, lead_id: str) -> None:
    """Note that somebody has looked at a lead: the first time counts. Whose lead it isn't, nothing happens."""

    async def unit(tx: Tx) -> None:
        changed = await tx.execute(
            "UPDATE leads SET read_at = $3"
            " WHERE id = $1 AND workspace_id = $2 AND read_at IS NULL AND deleted_at IS NULL",
            lead_id,
            workspace_id,
            clock.now(),
        )
        if changed:
            tx.signal(topic(workspace_id))

    await database.write(unit)


async def _is_member(tx: Tx, workspace_id: str, user_id: str) -> bool:
    found = await tx.fetch_one("SELECT id FROM members WHERE workspace_id = $1 AND user_id = $2", workspace_id, user_id)
    return found is not None


async def _link(tx: Tx, row: Row) -> None:
    """Link a lead that is back among the others to an older one with its email, and newer ones to it, as possible
    duplicates."""
    same = "workspace_id = $1 AND email_key = $2 AND id <> $3 AND NOT spam AND deleted_at IS NULL AND created_at"
    about = (row["workspace_id"], row["email_key"], row["id"], row["created_at"])
    older = await tx.fetch_one(f"SELECT id FROM leads WHERE {same} <= $4 ORDER BY created_at DESC, id DESC", *about)
    if older and not row["duplicate_of"]:
        await tx.execute("UPDATE leads SET duplicate_of = $2 WHERE id = $1", row["id"], older["id"])
    await tx.execute(f"UPDATE leads SET duplicate_of = $3 WHERE {same} > $4 AND duplicate_of IS NULL", *about)
