"""The same text with a link in it from one visitor after another: what no two people write by themselves.

Counted in the database, so that all nodes count together, and only for texts that link elsewhere: those are few. A form
that writes its message for people (a property, a product) links to its own site, which doesn't count.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from msgspec.structs import replace

from leadsbot import clock
from leadsbot.attribution.hosts import host_of
from leadsbot.capture.guards.spam import MAX_TEXT, foreign_links
from leadsbot.db import Tx
from leadsbot.leads.submission import Submission
from leadsbot.workspaces import limits

TOO_MANY: Final = 4
WITHIN_MS: Final = clock.HOUR


async def judged(tx: Tx, subs: Sequence[Submission]) -> list[Submission]:
    """Give `subs` with a reason to take those for spam that say what others have said within the hour: from the
    `TOO_MANY`th visitor on. It counts in the caller's transaction."""
    linking = {number: _said(sub) for number, sub in enumerate(subs) if _links_elsewhere(sub)}
    after = list(subs)
    # By what they say, so that two nodes never wait for each other crosswise.
    for number, said in sorted(linking.items(), key=lambda one: one[1]):
        visitors = await _visitors(tx, said, subs[number])
        if visitors >= TOO_MANY:
            words = f"the same text with a link came from {visitors} visitors within an hour"
            after[number] = replace(subs[number], spam_reasons=(words,))
    return after


def _links_elsewhere(sub: Submission) -> bool:
    text = sub.contact.message
    if not text or not sub.complete or sub.spam_reasons:
        return False
    return bool(foreign_links(text[:MAX_TEXT], host_of(sub.page_url)))


def _said(sub: Submission) -> str:
    return _digest(str(sub.site_id), " ".join((sub.contact.message or "").casefold().split()))


async def _visitors(tx: Tx, said: str, sub: Submission) -> int:
    """Give how many visitors said it, the one of `sub` among them, whom it counts once."""
    who = _digest(sub.contact.email or sub.contact.phone or sub.visit.ip_address)
    times, _ = await limits.hit(tx, f"said:{said}:{who}", WITHIN_MS)
    if times > 1:
        return await limits.count(tx, f"said:{said}", WITHIN_MS)
    visitors, _ = await limits.hit(tx, f"said:{said}", WITHIN_MS)
    return visitors


def _digest(*parts: str) -> str:
    return sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
