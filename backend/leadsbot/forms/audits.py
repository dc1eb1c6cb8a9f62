"""What the widget found on a site's pages: their forms and what each is taken for, and what it can't reach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate

import msgspec
from msgspec import Struct

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.forms.tables import PageAudit
from leadsbot.ids import derived_id

MAX_PAGES_PER_SITE = 500
MAX_PARTS_PER_PAGE = 100
MAX_LISTED_BYTES = 8 * 1024
MAX_REMEMBERED = 10_000
PAGE_LENGTH = 2_000
REWRITE_AFTER_MS = clock.MINUTE
REPLACED_AFTER_MS = clock.DAY
KEPT_MS = 90 * clock.DAY

NOTHING = "[]"

# A batch may come late, out of an outbox: it doesn't undo what was heard after it.
_HEARD_AGAIN = (
    "ON CONFLICT (id) DO UPDATE SET forms = excluded.forms, missed = excluded.missed, last_at = excluded.last_at"
    " WHERE excluded.last_at >= page_audits.last_at"
)

_encode = msgspec.json.Encoder().encode


class Audited(Struct, frozen=True, gc=False):
    """What stood on a page at `at` (ms). `page_url` has neither query nor fragment.

    `forms` is JSON `[{"key", "name", "as"}]`, `missed` is JSON `[{"what", "where"}]`; see `audited()`.
    """

    site_id: str
    page_url: str
    forms: str
    missed: str
    at: int

    @property
    def page_id(self) -> str:
        return derived_id("page", self.site_id, self.page_url)

    @property
    def is_empty(self) -> bool:
        return self.forms == self.missed == NOTHING


def audited(site_id: str, url: str, forms: Iterable[object], missed: Iterable[object], at: int) -> Audited:
    """Make one of what a page says of itself: anything that encodes as the JSON above, personal data already gone.

    At most `MAX_PARTS_PER_PAGE` of each and `MAX_LISTED_BYTES` of JSON, the first ones, each once.
    """
    page_url = url.partition("#")[0].partition("?")[0][:PAGE_LENGTH]
    return Audited(site_id, page_url, _listed(forms), _listed(missed), at)


def _listed(parts: Iterable[object]) -> str:
    once = list(dict.fromkeys(_encode(part) for part in parts))[:MAX_PARTS_PER_PAGE]
    ends = accumulate((len(part) + 1 for part in once), initial=1)  # the bytes of each with its comma, after the "["
    fitting = sum(end <= MAX_LISTED_BYTES for end in ends) - 1
    return f"[{b','.join(once[:fitting]).decode()}]"


class AuditBook:
    """Writes pages down, each at most once a minute per process unless something on it changed.

    What was written is remembered only once it is durable (`stored()`): a transaction may be rolled back and run again.
    """

    def __init__(self) -> None:
        self._written: dict[str, tuple[int, int]] = {}

    async def write(self, tx: Tx, audited: Sequence[Audited]) -> None:
        """Store pages, of each the latest word.

        A site beyond `MAX_PAGES_PER_SITE` gets a new page in place of the one that was heard of longest ago, where
        that is more than `REPLACED_AFTER_MS`; else the new one is left out, so that made-up addresses can't push out
        the pages that are visited. A page with nothing on it takes nobody's place.
        """
        due: dict[str, Audited] = {}
        for one in audited:
            if self.is_due(one) and (one.page_id not in due or one.at >= due[one.page_id].at):
                due[one.page_id] = one
        if not due:
            return
        rows = await tx.fetch(f"SELECT id FROM page_audits WHERE id {tx.one_of(1)}", tx.many(sorted(due)))
        known = {row["id"] for row in rows}
        _insert(tx, [one for key, one in due.items() if key in known])
        await tx.flush()
        _insert(tx, await _with_room(tx, [one for key, one in sorted(due.items()) if key not in known]))
        await tx.flush()

    def is_due(self, one: Audited) -> bool:
        """Tell whether a page should be written down again: it is new here, has changed, or its minute is over."""
        at, said = self._written.get(one.page_id, (0, 0))
        return one.at - at >= REWRITE_AFTER_MS or said != _said(one)

    def stored(self, audited: Sequence[Audited]) -> None:
        """Remember pages that are durable now, or were left out."""
        due = {one.page_id: (one.at, _said(one)) for one in audited if self.is_due(one)}
        if len(self._written) + len(due) > MAX_REMEMBERED:
            self._written.clear()
        self._written.update(due)


async def purge(tx: Tx) -> int:
    """Delete the pages that nobody has spoken of for `KEPT_MS`."""
    return await tx.execute("DELETE FROM page_audits WHERE last_at < $1", clock.now() - KEPT_MS)


async def _with_room(tx: Tx, news: list[Audited]) -> list[Audited]:
    """Give the new pages that have a place, having deleted those that they replace."""
    counts = await _counts(tx, sorted({one.site_id for one in news})) if news else {}
    placed: list[Audited] = []
    waiting: dict[str, list[Audited]] = {}
    for one in news:
        counts[one.site_id] = counts.get(one.site_id, 0) + 1
        if counts[one.site_id] <= MAX_PAGES_PER_SITE:
            placed.append(one)
        elif not one.is_empty:
            waiting.setdefault(one.site_id, []).append(one)
    for site_id, pages in sorted(waiting.items()):
        before = min(one.at for one in pages) - REPLACED_AFTER_MS
        placed += pages[: await _free(tx, site_id, len(pages), before)]
    return placed


async def _free(tx: Tx, site_id: str, places: int, before: int) -> int:
    """Delete up to `places` pages of a site, those heard of longest ago and before `before` (ms); gives how many."""
    return await tx.execute(
        "DELETE FROM page_audits WHERE id IN (SELECT id FROM page_audits WHERE site_id = $1 AND last_at < $2"
        f" ORDER BY last_at, id LIMIT {places})",
        site_id,
        before,
    )


async def _counts(tx: Tx, sites: list[str]) -> dict[str, int]:
    rows = await tx.fetch(
        f"SELECT site_id, count(*) AS pages FROM page_audits WHERE site_id {tx.one_of(1)} GROUP BY site_id",
        tx.many(sites),
    )
    return {row["site_id"]: row["pages"] for row in rows}


def _insert(tx: Tx, pages: list[Audited]) -> None:
    for one in sorted(pages, key=lambda page: page.page_id):
        tx.insert(PageAudit, _row(one), _HEARD_AGAIN)


def _said(one: Audited) -> int:
    return hash((one.forms, one.missed))


def _row(one: Audited) -> dict[str, object]:
    return {
        "id": one.page_id,
        "site_id": one.site_id,
        "page_url": one.page_url,
        "forms": one.forms,
        "missed": one.missed,
        "first_at": one.at,
        "last_at": one.at,
    }
