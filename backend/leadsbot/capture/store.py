"""Making captured batches durable: many at a time, one transaction, each table written once."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from leadsbot import clock
from leadsbot.capture.guards import daily, echoes
from leadsbot.capture.translate import Captured
from leadsbot.db import Tx
from leadsbot.events.log import record
from leadsbot.forms import growth, sessions
from leadsbot.forms.audits import AuditBook
from leadsbot.forms.registry import FormRegistry
from leadsbot.leads.intake import intake
from leadsbot.leads.submission import Submission, Taken

SEEN_EVERY_MS = 20 * clock.SECOND
AUDIT_EVERY_MS = 10 * clock.SECOND
MAX_KNOWN_SESSIONS = 50_000


class CaptureStore:
    """The batch handler behind the widget's door. May run twice for the same batches, and stores them once."""

    def __init__(self) -> None:
        self._forms = FormRegistry()
        self._audits = AuditBook()
        self._sessions: dict[str, None] = {}
        self._seen: dict[str, int] = {}
        self._audited: dict[str, int] = {}

    def session(self, session_id: str) -> bool:
        """Tell whether this process has written the session down."""
        return session_id in self._sessions

    def form(self, form_id: str, at: int) -> bool:
        """Tell whether this process has written the form down a short while before `at` (ms)."""
        return not self._forms.is_due(form_id, at)

    def wants_audit(self, site_id: str) -> bool:
        """Tell whether a page of the site is to say what it holds: each of a quiet one, some of a busy one."""
        return clock.now() - self._audited.get(site_id, 0) >= AUDIT_EVERY_MS

    def stored(self, batch: Captured) -> None:
        """Remember what a batch that is durable now has written down."""
        self._forms.stored(batch.seen)
        self._audits.stored(batch.audited)
        now = clock.now()
        if batch.audited:
            self._audited[batch.site.id] = now
        if self._is_due(batch.site.id, now):
            self._seen[batch.site.id] = now
        for one in batch.reached:
            self._sessions[one.session_id] = None
        while len(self._sessions) > MAX_KNOWN_SESSIONS:
            del self._sessions[next(iter(self._sessions))]

    async def write(self, tx: Tx, batches: Sequence[Captured]) -> list[None]:
        await self._forms.write(tx, [seen for batch in batches for seen in batch.seen])
        await growth.write(tx, [one for batch in batches for one in batch.met])
        subs = await _news(tx, [sub for batch in batches for sub in batch.submissions])
        subs = await echoes.judged(tx, subs)
        taken = await intake(tx, subs)
        await _hold_to_limits(tx, batches, subs, taken)
        leads = {(sub.site_id, sub.session_id): one.lead_id for sub, one in zip(subs, taken, strict=True)}
        reached = [
            replace(one, lead_id=leads[key]) if (key := (one.site_id, one.session_id)) in leads else one
            for batch in batches
            for one in batch.reached
        ]
        record(tx, *await sessions.write(tx, reached))
        await self._audits.write(tx, [page for batch in batches for page in batch.audited])
        await self._mark_seen(tx, batches)
        return [None] * len(batches)

    def _is_due(self, site_id: str, now: int) -> bool:
        return now - self._seen.get(site_id, 0) >= SEEN_EVERY_MS

    async def _mark_seen(self, tx: Tx, batches: Sequence[Captured]) -> None:
        """Note that the tag is alive, at most every `SEEN_EVERY_MS` per site and process."""
        now = clock.now()
        due = {batch.site.id: batch.page_url for batch in batches if self._is_due(batch.site.id, now)}
        await tx.execute_many(
            "UPDATE sites SET last_seen_at = $2, last_seen_url = $3 WHERE id = $1",
            [(site_id, now, url) for site_id, url in sorted(due.items())],
        )


async def _hold_to_limits(
    tx: Tx, batches: Sequence[Captured], subs: Sequence[Submission], taken: Sequence[Taken]
) -> None:
    """Let no address begin more leads than its site allows a day. Whose batch it is shows when each is tried alone."""
    limits = {batch.site.id: batch.site.leads_per_ip_per_day for batch in batches if batch.site.leads_per_ip_per_day}
    if not limits:
        return
    await daily.hold(
        tx,
        [
            daily.Begun(site_id, sub.visit.ip_address, limit)
            for sub, one in zip(subs, taken, strict=True)
            if one.created and (site_id := sub.site_id) and (limit := limits.get(site_id))
        ],
    )


async def _news(tx: Tx, subs: list[Submission]) -> list[Submission]:
    """Leave out values of an unsent form that its session has moved past: such a batch comes late, or once more."""
    unsent = {sub.session_id for sub in subs if sub.session_id and not sub.complete}
    if not unsent:
        return subs
    heard = await sessions.standing(tx, sorted(unsent))
    news = []
    for sub in subs:
        if sub.session_id in unsent:
            if not sub.complete and sub.seq <= heard.get(sub.session_id, -1):
                continue
            heard[sub.session_id] = sessions.ENDED if sub.complete else sub.seq
        news.append(sub)
    return news
