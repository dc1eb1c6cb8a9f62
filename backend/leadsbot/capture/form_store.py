"""Making plain forms durable: the form, the lead, and the session that ended with it, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from leadsbot import clock
from leadsbot.capture.form_lead import Posted
from leadsbot.capture.guards import daily, echoes
from leadsbot.db import Tx
from leadsbot.events.log import record
from leadsbot.forms import sessions
from leadsbot.forms.registry import FormRegistry
from leadsbot.leads.intake import intake
from leadsbot.leads.submission import Taken

SEEN_EVERY_MS: Final = 20 * clock.SECOND


class FormStore:
    """The batch handler behind the door of plain forms. May run twice for the same forms, and stores them once."""

    def __init__(self) -> None:
        self._forms = FormRegistry()
        self._seen: dict[str, int] = {}

    def stored(self, one: Posted) -> None:
        """Remember what a form that is durable now has written down."""
        self._forms.stored([one.seen])
        now = clock.now()
        if self._is_due(one.site.id, now):
            self._seen[one.site.id] = now

    async def write(self, tx: Tx, arrived: Sequence[Posted]) -> list[Taken]:
        await self._forms.write(tx, [one.seen for one in arrived])
        known = await _known(tx, [one.before for one in arrived])
        subs = [replace(one.sub, id=one.before) if one.before in known else one.sub for one in arrived]
        subs = await echoes.judged(tx, subs)
        taken = await intake(tx, subs)
        fresh = [(one, what) for one, what in zip(arrived, taken, strict=True) if not what.repeated]
        begun = [one for one, what in fresh if what.created]
        await daily.hold(
            tx,
            [
                daily.Begun(one.site.id, one.sub.visit.ip_address, limit)
                for one in begun
                if (limit := one.site.leads_per_ip_per_day)
            ],
        )
        ended = [replace(one.sub.reached, lead_id=what.lead_id) for one, what in fresh if one.sub.reached]
        record(tx, *await sessions.write(tx, ended))
        await self._mark_seen(tx, arrived)
        return taken

    def _is_due(self, site_id: str, now: int) -> bool:
        return now - self._seen.get(site_id, 0) >= SEEN_EVERY_MS

    async def _mark_seen(self, tx: Tx, arrived: Sequence[Posted]) -> None:
        """Note that a form came without a script, at most every `SEEN_EVERY_MS` per site and process."""
        now = clock.now()
        due = {one.site.id for one in arrived if self._is_due(one.site.id, now)}
        await tx.execute_many(
            "UPDATE sites SET last_form_at = $2 WHERE id = $1", [(site_id, now) for site_id in sorted(due)]
        )


async def _known(tx: Tx, ids: list[str]) -> set[str]:
    rows = await tx.fetch(f"SELECT id FROM submissions WHERE id {tx.one_of(1)}", tx.many(ids))
    return {row["id"] for row in rows}
