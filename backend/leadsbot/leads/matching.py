"""Finding the lead that a submission belongs to: its own session first, its visit next, its email last.

Where there is no email, by the phone that the same address gave moments ago: a page may carry the tag around a form
that posts here by itself too, and both tell of one person. Whoever names a merged lead, by its id or its email, means
the lead that was kept.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import Any

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.errors import NotFound
from leadsbot.ids import derived_id
from leadsbot.leads.submission import Submission

Row = dict[str, Any]

MOMENTS_MS = 10 * clock.MINUTE


class Candidates:
    """The leads that a batch of submissions may belong to, those among them that the batch itself makes included."""

    def __init__(self, rows: Iterable[Row], successors: Iterable[Row] = ()) -> None:
        self._by_id: dict[str, Row] = {}
        self._kept: dict[str, str] = {}
        self._sessions: dict[tuple[str, str], str] = {}
        self._visits: dict[tuple[str, str], str] = {}
        self._emails: dict[tuple[str, str], str] = {}
        self._phones: dict[tuple[str, str, str], tuple[int, str]] = {}
        for row in rows:
            self.hold(row)
        for row in successors:
            self._succeed(row)

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

    def _succeed(self, row: Row) -> None:
        """Remember a lead under the id and the email of one that is part of it now."""
        lead = {name: value for name, value in row.items() if name not in _ABOUT_MERGE}
        self._by_id.setdefault(lead["id"], lead)
        self._kept[row["merged_id"]] = self._kept[row["merged_email"]] = lead["id"]

    def successor(self, lead_id: str | None) -> str | None:
        """Give the lead that a merged one is part of now; None for any other."""
        return self._kept.get(lead_id) if lead_id else None

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
            met = (self._emails.get((workspace, email)) or self._merged(sub)) if email else self._same_phone(sub)
        return (self._by_id[met], False) if met else (None, False)

    def twin(self, sub: Submission) -> str | None:
        """Give the lead with the same email, its own or a merged one's, that a new one may be a duplicate of."""
        email = (sub.contact.email or "").lower()
        if not email or sub.spam_reasons:
            return None
        return self._emails.get((sub.workspace_id, email)) or self._merged(sub)

    def knows(self, sub: Submission, row: Row) -> bool:
        """Tell whether the email said is that of a lead which is part of this one: an address beside the lead's own,
        and no new one, unless the lead itself is named."""
        return bool(row["email"]) and sub.lead_id != row["id"] and self._merged(sub) == row["id"]

    def _merged(self, sub: Submission) -> str | None:
        if not (self._kept and sub.contact.email):
            return None
        kept = self._kept.get(email_id(sub.workspace_id, sub.contact.email))
        return kept if kept and not self._by_id[kept]["spam"] else None

    def _same_phone(self, sub: Submission) -> str | None:
        if not _tells_phone_alone(sub):
            return None
        key = (sub.workspace_id, _digits(sub.contact.phone or ""), sub.visit.ip_address)
        at, lead_id = self._phones.get(key, (0, None))
        return lead_id if sub.received_at - at < MOMENTS_MS else None

    def _named(self, sub: Submission) -> Row | None:
        named = sub.lead_id or ""
        row = self._by_id.get(self.successor(named) or named)
        if row is not None and row["workspace_id"] == sub.workspace_id:
            return row
        if not (sub.contact.email or sub.contact.phone):
            raise NotFound("There is no lead with this lead_id.", fields=["lead_id"])
        return None


async def load(tx: Tx, subs: Sequence[Submission]) -> Candidates:
    """Read every lead that the batch may meet, with three look-ups at most, however long it is, and hold them until the
    transaction ends: by their ids in order, as whoever else holds several does."""
    ids = await _ids(tx, subs)
    rows = []
    if ids:
        lock = "FOR UPDATE" if tx.dialect == "postgres" else ""
        rows = await tx.fetch(
            f"SELECT * FROM leads WHERE id {tx.one_of(1)} AND deleted_at IS NULL ORDER BY id {lock}", tx.many(ids)
        )
    rows.sort(key=lambda row: (row["created_at"], row["id"]))
    return Candidates(rows, await _successors(tx, subs, rows))


async def _ids(tx: Tx, subs: Sequence[Submission]) -> list[str]:
    args: list[Any] = []

    def any_of(values: Iterable[str]) -> str:
        args.append(tx.many(sorted(set(values))))
        return tx.one_of(len(args))

    def lead(*conditions: str) -> str:
        return f"SELECT id FROM leads WHERE {' AND '.join(conditions)}"

    emails = {sub.contact.email.lower() for sub in subs if sub.contact.email}
    callers = [sub for sub in subs if _tells_phone_alone(sub)]
    named = {sub.lead_id for sub in subs if sub.lead_id}
    mine = f"workspace_id {any_of(sub.workspace_id for sub in subs)}" if emails or callers or named else ""
    found = []
    if emails:
        found.append(lead(mine, f"email_key {any_of(emails)}"))
    if callers:
        args.append(min(sub.received_at for sub in callers) - MOMENTS_MS)
        there = (f"created_at > ${len(args)}", f"ip_address {any_of(sub.visit.ip_address for sub in callers)}")
        # By its length: an index of emails would give all who ever left none.
        found.append(lead(mine, *there, "length(email_key) = 0", "phone <> ''"))
    if named:
        found.append(lead(mine, f"id {any_of(named)}"))
    if visits := {sub.visit.id for sub in subs if sub.visit.id}:
        found.append(lead(f"visit_id {any_of(visits)}"))
    if sessions := {sub.session_id for sub in subs if sub.session_id}:
        # A visit ends where a session goes on: whoever fills in a form for an hour is still the same visitor. Only the
        # lead that the session began is its own, not one that it merely met.
        found.append(
            "SELECT l.id FROM sessions s JOIN leads l ON l.id = s.lead_id AND l.session_id = s.id"
            f" WHERE s.id {any_of(sessions)}"
        )
    return [row["id"] for row in await tx.fetch(" UNION ".join(found), *args)] if found else []


async def _successors(tx: Tx, subs: Sequence[Submission], rows: Sequence[Row]) -> list[Row]:
    """Give the leads that those are part of now whose id or email was named, and that weren't found."""
    ids, emails = {row["id"] for row in rows}, {(row["workspace_id"], row["email_key"]) for row in rows}
    named = sorted({sub.lead_id for sub in subs if sub.lead_id} - ids)
    told = {(sub.workspace_id, sub.contact.email.lower()) for sub in subs if sub.contact.email} - emails
    if not (named or told):
        return []
    return await tx.fetch(
        _SUCCESSORS.format(workspaces=tx.one_of(1), ids=tx.one_of(2), emails=tx.one_of(3), lock=_lock_of(tx)),
        tx.many(sorted({sub.workspace_id for sub in subs})),
        tx.many(named),
        tx.many(sorted(email_id(*one) for one in told)),
    )


def email_id(workspace_id: str, email: str) -> str:
    """Give what a merge remembers of the merged lead's email, for as long as the kept one is there."""
    return derived_id("merged email", workspace_id, email.lower())


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


def _lock_of(tx: Tx) -> str:
    return "FOR UPDATE OF l" if tx.dialect == "postgres" else ""


def _tells_phone_alone(sub: Submission) -> bool:
    """Tell whether a visitor (no server) gave a phone and no email."""
    public = sub.joins and sub.fills_only and sub.complete
    return bool(public and sub.contact.phone and not sub.contact.email and sub.visit.ip_address)


def _digits(phone: str) -> str:
    return "".join(character for character in phone if character.isdigit())


_ABOUT_MERGE = frozenset({"merged_id", "merged_email"})
# Through any number of merges; UNION ends where they go round.
_SUCCESSORS = """WITH RECURSIVE kept (merged_id, merged_email, workspace_id, lead_id) AS (
 SELECT merged_id, email_id, workspace_id, lead_id FROM merges
  WHERE workspace_id {workspaces} AND undone_at IS NULL AND (merged_id {ids} OR email_id {emails})
 UNION SELECT k.merged_id, k.merged_email, k.workspace_id, m.lead_id
  FROM kept k JOIN merges m ON m.merged_id = k.lead_id AND m.workspace_id = k.workspace_id AND m.undone_at IS NULL)
SELECT l.*, k.merged_id, k.merged_email FROM kept k JOIN leads l ON l.id = k.lead_id
 AND l.workspace_id = k.workspace_id AND l.deleted_at IS NULL ORDER BY l.id {lock}"""
