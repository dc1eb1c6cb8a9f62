"""The forms that were found on pages, and in which visits they were seen."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.forms.tables import Form, FormView
from leadsbot.ids import derived_id

MAX_FORMS_PER_SITE = 500
MAX_REMEMBERED = 10_000
REWRITE_AFTER_MS = clock.MINUTE

_SEEN_AGAIN = "ON CONFLICT (id) DO UPDATE SET last_seen_at = excluded.last_seen_at, name = excluded.name"


class Seen(Struct, frozen=True, gc=False):
    """A form on a page of a site; `viewed_in` is the visit that saw it, where that is what is being told."""

    workspace_id: str
    site_id: str
    key: str
    name: str
    page_url: str
    at: int
    viewed_in: str | None = None

    @property
    def form_id(self) -> str:
        return form_id(self.site_id, self.key)


def form_id(site_id: str, key: str) -> str:
    """Give the id that a site's form of this key has on every node."""
    return derived_id("form", site_id, key)


class FormRegistry:
    """Writes forms down, each at most once a minute per process.

    What was written is remembered only once it is durable (`stored()`): a transaction may be rolled back and run again.
    """

    def __init__(self) -> None:
        self._written: dict[str, int] = {}

    async def write(self, tx: Tx, seen: Sequence[Seen]) -> None:
        """Store forms and views. A site beyond `MAX_FORMS_PER_SITE` gets no new forms; their sessions still count."""
        if not seen:
            return
        due = {one.form_id: one for one in seen if self.is_due(one.form_id, one.at)}
        if due:
            await self._write_forms(tx, due)
        views = {derived_id(one.viewed_in, one.form_id): one for one in seen if one.viewed_in}
        if not views:
            return
        known = await self._existing(tx, sorted({one.form_id for one in views.values()}))
        for view_id, one in sorted(views.items()):
            if one.form_id in known:
                row = {"id": view_id, "form_id": one.form_id, "at": one.at}
                tx.insert(FormView, row, "ON CONFLICT (id) DO NOTHING")

    def is_due(self, form_id: str, at: int) -> bool:
        """Tell whether a form that was met at `at` (ms) should be written down again."""
        return at - self._written.get(form_id, 0) >= REWRITE_AFTER_MS

    def stored(self, seen: Sequence[Seen]) -> None:
        """Remember forms that are durable now."""
        due = {one.form_id: one.at for one in seen if self.is_due(one.form_id, one.at)}
        if len(self._written) + len(due) > MAX_REMEMBERED:
            self._written.clear()
        self._written.update(due)

    async def _write_forms(self, tx: Tx, due: dict[str, Seen]) -> None:
        known = await self._existing(tx, sorted(due))
        counts = await self._counts(tx, sorted({one.site_id for key, one in due.items() if key not in known}))
        for key, one in sorted(due.items()):
            if key not in known:
                if counts.get(one.site_id, 0) >= MAX_FORMS_PER_SITE:
                    continue
                counts[one.site_id] = counts.get(one.site_id, 0) + 1
            tx.insert(Form, _row(one), _SEEN_AGAIN)
        await tx.flush()

    async def _existing(self, tx: Tx, ids: list[str]) -> set[str]:
        rows = await tx.fetch(f"SELECT id FROM forms WHERE id {tx.one_of(1)}", tx.many(ids))
        return {row["id"] for row in rows}

    async def _counts(self, tx: Tx, sites: list[str]) -> dict[str, int]:
        if not sites:
            return {}
        rows = await tx.fetch(
            f"SELECT site_id, count(*) AS forms FROM forms WHERE site_id {tx.one_of(1)} GROUP BY site_id",
            tx.many(sites),
        )
        return {row["site_id"]: row["forms"] for row in rows}


def _row(one: Seen) -> dict[str, object]:
    return {
        "id": one.form_id,
        "workspace_id": one.workspace_id,
        "site_id": one.site_id,
        "key": one.key,
        "name": one.name,
        "page_url": one.page_url,
        "first_seen_at": one.at,
        "last_seen_at": one.at,
    }
