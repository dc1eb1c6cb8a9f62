"""Finding the lead that a submission belongs to: its own session first, its visit next, its email last.

Where there is no email, by the phone that the same address gave moments ago: a page may carry the tag around a form
that posts here by itself too, and both tell of one person.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.errors import NotFound
from leadsbot.leads.submission import Submission

Row = dict[str, Any]

MOMENTS_MS = 10 * clock.MINUTE


class Candidates:
    """The leads that a batch of submissions may belong to, those among them that the batch itself makes included."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._by_id: dict[str, Row] = {}
        self._sessions: dict[tuple[str, str], str] = {}
        self._visits: dict[tuple[str, str], str] = {}
        self._emails: dict[tuple[str, str], str] = {}
        self._phones: dict[tuple[str, str, str], tuple[int, str]] = {}
        for row in rows:
            self.hold(row)

    def hold(self, row: Row) -> None:
        """Remember a lead as it stands now; of several with one email or visit the newest (last held) is met."""
        workspace = row["workspace_id"]
        self._by_id[row["id"]] = row
        if row["session_id"]:
            self._sessions[workspace, row["session_id"]] = row["id"]
        if row["visit_id"]:
            self._visits[workspace, row["visit_id"]] = row["id"]
        if row["email_key"] and not row["spam"]:
            self._emails[workspace, row["email_key"]] = row["id"]
        if row["phone"] and not row["email_key"] and not row["spam"]:
            self._phones[workspace, _digits(row["phone"]), row["ip_address"]] = (row["created_at"], row["id"])

    def match(self, sub: Submission) -> tuple[Row | None, bool]:
        """Give the lead and whether it is the visitor's own (this session's, or this visit's with no other email)."""
        if sub.lead_id and (named := self._named(sub)):
            return named, True
        if sub.spam_reasons:
            return None, False
        workspace, email = sub.workspace_id, (sub.contact.email or "").lower()
        own = self._sessions.get((workspace, sub.session_id)) if sub.session_id else None
        if own is None and sub.visit.id:
            visited = self._visits.get((workspace, sub.visit.id))
            if visited and (not email or self._by_id[visited]["email_key"] in ("", email)):
                own = visited
        if own is not None:
            return self._by_id[own], True
        met = None
        if sub.joins:
            met = self._emails.get((workspace, email)) if email else self._same_phone(sub)
        return (self._by_id[met], False) if met else (None, False)

    def twin(self, sub: Submission) -> str | None:
        """Give the lead with the same email that a new one may be a duplicate of."""
        email = (sub.contact.email or "").lower()
        return self._emails.get((sub.workspace_id, email)) if email and not sub.spam_reasons else None

    def _same_phone(self, sub: Submission) -> str | None:
        if not _tells_phone_alone(sub):
            return None
        key = (sub.workspace_id, _digits(sub.contact.phone or ""), sub.visit.ip_address)
        at, lead_id = self._phones.get(key, (0, None))
        return lead_id if sub.received_at - at < MOMENTS_MS else None

    def _named(self, sub: Submission) -> Row | None:
        row = self._by_id.get(sub.lead_id or "")
        if row is not None and row["workspace_id"] == sub.workspace_id:
            return row
        if not (sub.contact.email or sub.contact.phone):
            raise NotFound("There is no lead with this lead_id.", fields=["lead_id"])
        return None


async def load(tx: Tx, subs: Sequence[Submission]) -> Candidates:
    """Read every lead that the batch may meet, with five look-ups at most, however long it is."""
    workspaces = tx.many(sorted({sub.workspace_id for sub in subs}))
    visits = sorted({sub.visit.id for sub in subs if sub.visit.id})
    sessions = sorted({sub.session_id for sub in subs if sub.session_id})
    emails = sorted({sub.contact.email.lower() for sub in subs if sub.contact.email})
    named = sorted({sub.lead_id for sub in subs if sub.lead_id})
    lock = "FOR UPDATE" if tx.dialect == "postgres" else ""
    rows: list[Row] = []
    if emails:
        rows += await tx.fetch(
            f"SELECT * FROM leads WHERE workspace_id {tx.one_of(1)} AND email_key {tx.one_of(2)}"
            f" ORDER BY created_at {lock}",
            workspaces,
            tx.many(emails),
        )
    callers = [sub for sub in subs if _tells_phone_alone(sub)]
    if callers:
        rows += await tx.fetch(
            f"SELECT * FROM leads WHERE workspace_id {tx.one_of(1)} AND created_at > $2 AND ip_address {tx.one_of(3)}"
            f" AND email_key = '' AND phone <> '' AND deleted_at IS NULL ORDER BY created_at {lock}",
            workspaces,
            min(sub.received_at for sub in callers) - MOMENTS_MS,
            tx.many(sorted({sub.visit.ip_address for sub in callers})),
        )
    if named:
        rows += await tx.fetch(
            f"SELECT * FROM leads WHERE workspace_id {tx.one_of(1)} AND id {tx.one_of(2)} AND deleted_at IS NULL"
            f" ORDER BY created_at {lock}",
            workspaces,
            tx.many(named),
        )
    if visits:
        rows += await tx.fetch(
            f"SELECT * FROM leads WHERE visit_id {tx.one_of(1)} AND deleted_at IS NULL ORDER BY created_at {lock}",
            tx.many(visits),
        )
    if sessions:
        # A visit ends where a session goes on: whoever fills in a form for an hour is still the same visitor. Only the
        # lead that the session began is its own, not one that it merely met.
        rows += await tx.fetch(
            "SELECT l.* FROM sessions s JOIN leads l ON l.id = s.lead_id AND l.session_id = s.id"
            f" WHERE s.id {tx.one_of(1)} ORDER BY l.created_at {lock and 'FOR UPDATE OF l'}",
            tx.many(sessions),
        )
    return Candidates(sorted(rows, key=lambda row: (row["created_at"], row["id"])))


async def lock(tx: Tx, subs: Sequence[Submission]) -> None:
    """Make other nodes wait that bring the same email or visit, so that what is new to both becomes one lead.

    Before anything is read; in order, so that nobody waits crosswise. SQLite has one writer anyway.
    """
    if tx.dialect != "postgres":
        return
    names = {f"{s.workspace_id}:{s.contact.email}".lower() for s in subs if s.contact.email}
    names |= {s.visit.id for s in subs if s.visit.id}
    names |= {f"{s.workspace_id}:{_digits(s.contact.phone or '')}" for s in subs if _tells_phone_alone(s)}
    keys = sorted({zlib.crc32(name.encode()) for name in names})
    if keys:
        await tx.execute("SELECT pg_advisory_xact_lock(k) FROM unnest($1::bigint[]) AS k ORDER BY k", keys)


def _tells_phone_alone(sub: Submission) -> bool:
    """Tell whether a visitor (no server) gave a phone and no email."""
    public = sub.joins and sub.fills_only and sub.complete
    return bool(public and sub.contact.phone and not sub.contact.email and sub.visit.ip_address)


def _digits(phone: str) -> str:
    return "".join(character for character in phone if character.isdigit())
