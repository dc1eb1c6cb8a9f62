"""The one way in. Whatever the door, a submission becomes a lead, an addition to one, or a repeat; never silence.

A batch at a time, inside the caller's transaction: read all that it may touch, decide in memory one after the other
(so that two submissions of one batch meet each other), write each table once, append the events, enqueue the jobs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec

from leadsbot.db import Tx
from leadsbot.events.log import Happening, record
from leadsbot.forms.sessions import session_of
from leadsbot.ids import new_id
from leadsbot.leads import matching
from leadsbot.leads.contact import phone_e164
from leadsbot.leads.merging import add, new_lead
from leadsbot.leads.present import lead_snapshot
from leadsbot.leads.submission import Submission, Taken
from leadsbot.leads.tables import Lead, StageChange
from leadsbot.leads.tables import Submission as SubmissionRow

Row = dict[str, Any]
Key = tuple[str, str | None, str]

CONFIRMED = "confirmed"


async def intake(tx: Tx, subs: Sequence[Submission]) -> list[Taken]:
    """Take `subs` in, in order; gives what became of each. Runs in the caller's transaction and may run twice."""
    if not subs:
        return []
    await matching.lock(tx, subs)
    decisions = _Decisions(await _already_in(tx, subs), await matching.load(tx, subs))
    taken = [decisions.take(sub) for sub in subs]
    await decisions.write(tx)
    return taken


async def _already_in(tx: Tx, subs: Sequence[Submission]) -> dict[Key, str]:
    rows = await tx.fetch(
        f"SELECT id, lead_id, workspace_id, site_id FROM submissions WHERE id {tx.one_of(1)}",
        tx.many([s.id for s in subs]),
    )
    return {(row["workspace_id"], row["site_id"], row["id"]): row["lead_id"] for row in rows}


def _key(sub: Submission) -> Key:
    """Give what tells a submission from others: its id is a browser's, which another site's visitor may say too."""
    return sub.workspace_id, sub.site_id, sub.id


class _Decisions:
    """What a batch changes, gathered while it is decided."""

    def __init__(self, already_in: dict[Key, str], candidates: matching.Candidates) -> None:
        self._already_in = already_in
        self._candidates = candidates
        self._new: dict[str, Row] = {}
        self._changed: dict[str, Row] = {}
        self._submissions: dict[Key, Row] = {}
        self._confirmed: set[Key] = set()
        self._moves: list[Row] = []
        self._happenings: list[Happening] = []
        self._shown: tuple[Row, msgspec.Raw] = ({}, msgspec.Raw())

    def take(self, sub: Submission) -> Taken:
        before = self._already_in.get(_key(sub))
        if before is not None:
            return self._repeat(before, sub)
        met, own = self._candidates.match(sub)
        if met is None:
            return self._begin(sub) if sub.begins else Taken(None)
        return self._add(met, sub, own)

    def _repeat(self, lead_id: str, sub: Submission) -> Taken:
        """A repeat changes nothing, except that the widget learns after its first word that an attempt went through."""
        if sub.complete and sub.confirmation == CONFIRMED:
            self._confirmed.add(_key(sub))
            met, own = self._candidates.match(sub)
            if own and met and met["id"] == lead_id and met["confirmation"] != CONFIRMED:
                row = {**met, "confirmation": CONFIRMED, "updated_at": sub.received_at}
                self._change(row)
                self._candidates.hold(row)
                self._tell("lead.updated", row, sub)
        return Taken(lead_id, repeated=True)

    def _begin(self, sub: Submission) -> Taken:
        row = new_lead(sub, self._e164(sub))
        row["duplicate_of"] = self._candidates.twin(sub)
        self._new[row["id"]] = row
        self._move(row, None, sub)
        self._tell("lead.created", row, sub)
        self._keep(row, sub)
        return Taken(row["id"], created=True, stage=row["stage"], stage_changed=True)

    def _add(self, met: Row, sub: Submission, own: bool) -> Taken:
        if self._candidates.knows(sub, met):
            sub = msgspec.structs.replace(sub, contact=replace(sub.contact, email=None))
        row = add(met, sub, self._e164(sub), own=own)
        moved = row["stage"] != met["stage"]
        if row != met:
            self._change(row)
        if moved:
            self._move(row, met["stage"], sub)
        self._keep(row, sub)
        if row != met or sub.complete:
            self._tell("lead.updated", row, sub)
        if moved:
            self._tell("lead.stage_changed", row, sub, {"from_stage": met["stage"], "to_stage": row["stage"]})
        succeeds = self._candidates.successor(sub.lead_id) == row["id"]
        return Taken(row["id"], stage=row["stage"], stage_changed=moved, succeeds=succeeds)

    def _change(self, row: Row) -> None:
        (self._new if row["id"] in self._new else self._changed)[row["id"]] = row

    def _e164(self, sub: Submission) -> str:
        return (phone_e164(sub.contact.phone, sub.country) or "") if sub.contact.phone else ""

    def _keep(self, row: Row, sub: Submission) -> None:
        """Remember the lead for the rest of the batch, and the submission as it came."""
        self._candidates.hold(row)
        if not sub.complete:
            return
        self._already_in[_key(sub)] = row["id"]
        self._submissions[_key(sub)] = _submission(row["id"], sub)
        if sub.reached is not None:
            data = {"lead": None, "session": session_of(sub.reached, sub.visit, row["id"])}
            self._happen("form.submitted", row, sub, data)

    def _move(self, row: Row, from_stage: str | None, sub: Submission) -> None:
        self._moves.append(
            {
                "id": new_id(),
                "lead_id": row["id"],
                "from_stage": from_stage,
                "to_stage": row["stage"],
                "at": sub.received_at,
                "by": sub.by or sub.door,
                "reason": sub.form_name,
            }
        )

    def _tell(self, kind: str, row: Row, sub: Submission, more: dict[str, Any] | None = None) -> None:
        self._happen(kind, row, sub, {"lead": self._snapshot(row), **(more or {})})

    def _happen(self, kind: str, row: Row, sub: Submission, data: dict[str, Any]) -> None:
        self._happenings.append(Happening(sub.workspace_id, kind, data, row["id"], sub.session_id, at=sub.received_at))

    def _snapshot(self, row: Row) -> msgspec.Raw:
        """Write a lead out once for all that is told of it as it stands now."""
        if self._shown[0] is not row:
            self._shown = (row, lead_snapshot(row))
        return self._shown[1]

    async def write(self, tx: Tx) -> None:
        for row in self._new.values():
            tx.insert(Lead, row)
        for key in self._confirmed & self._submissions.keys():
            self._submissions[key]["confirmation"] = CONFIRMED
        for row in self._submissions.values():
            tx.insert(SubmissionRow, row, "ON CONFLICT (id) DO NOTHING")
        for row in self._moves:
            tx.insert(StageChange, row)
        told = self._confirmed - self._submissions.keys()
        await tx.execute_many(_CONFIRM, sorted((workspace_id, sub_id) for workspace_id, _, sub_id in told))
        await _update(tx, sorted(self._changed.values(), key=lambda row: str(row["id"])))
        record(tx, *self._happenings)


def _submission(lead_id: str, sub: Submission) -> Row:
    return {
        "id": sub.id,
        "workspace_id": sub.workspace_id,
        "lead_id": lead_id,
        "site_id": sub.site_id,
        "session_id": sub.session_id,
        "form_id": sub.form_id,
        "form_name": sub.form_name,
        "door": sub.door,
        "door_id": sub.door_id,
        "page_url": sub.page_url,
        "fields": sub.fields,
        "confirmation": sub.confirmation,
        "submitted_at": sub.submitted_at,
        "received_at": sub.received_at,
    }


_CONFIRM = f"UPDATE submissions SET confirmation = '{CONFIRMED}' WHERE workspace_id = $1 AND id = $2"
_FIXED = frozenset({"id", "workspace_id", "created_at"})


async def _update(tx: Tx, rows: list[Row]) -> None:
    if not rows:
        return
    columns = [column for column in rows[0] if column not in _FIXED]
    assignments = ", ".join(f"{column} = ${number}" for number, column in enumerate(columns, 2))
    await tx.execute_many(
        f"UPDATE leads SET {assignments} WHERE id = $1",
        [(row["id"], *(row[column] for column in columns)) for row in rows],
    )
