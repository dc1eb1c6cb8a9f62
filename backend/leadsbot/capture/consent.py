"""What is left of a batch whose visitor hasn't been asked: what an anonymous count would have said (contract, 2).

The widget keeps to it by itself. It can't where a page is left before the site's settings were there; then what they
forbid is taken out here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import Struct
from msgspec.structs import replace

from leadsbot.attribution import without_query
from leadsbot.capture import wire
from leadsbot.capture.edge import Request
from leadsbot.workspaces.sites import SiteRules

REASON = "consent"
WHY = "its visitor had not been asked, and the page was left before the site's settings were there: counted as a view"


class Heard(Struct, frozen=True):
    """What may be kept of a batch; `lost` is how many submissions were not."""

    batch: wire.Batch
    lost: int = 0


def asks(site: SiteRules, request: Request) -> bool:
    """Tell whether the site wants a visitor's word first: from everybody, or from whoever's browser asks not to be
    tracked (https://www.w3.org/TR/gpc/, https://www.w3.org/TR/tracking-dnt/), where it heeds that."""
    if site.consent != "none":
        return True
    return site.privacy_signals == "honour" and b"1" in (request.headers.get(b"sec-gpc"), request.headers.get(b"dnt"))


def unasked(batch: wire.Batch, site: SiteRules, request: Request) -> bool:
    """Tell whether nothing but counts may be kept: the visitor said no, or has said nothing to a page that didn't know
    yet that it must ask. What a page sends that has the settings, it has judged by them."""
    if batch.consent is None:
        return batch.settings is False and asks(site, request)
    return not batch.consent


def reduced(batch: wire.Batch, hosted: Collection[str]) -> Heard:
    """Give a batch that says which forms were seen and what the page holds, under a visit that nothing else has.

    A form by the name of a `hosted` one was sent to us, and not merely seen: it stays as it is, without where its
    visitor came from.
    """
    kept = list(_kept(batch, hosted))
    page = replace(batch.page, url=without_query(batch.page.url), ref="")
    lost = sum(isinstance(event, wire.Submit) and event.form.key not in hosted for event in batch.events)
    visit = wire.Visit(id=batch.id, at=batch.sent)
    return Heard(replace(batch, visit=visit, page=page, first=None, last=None, events=kept), lost)


def _kept(batch: wire.Batch, hosted: Collection[str]) -> Iterator[wire.Event]:
    for event in batch.events:
        if isinstance(event, wire.View | wire.Audit):
            yield event
        elif isinstance(event, wire.Attempt):
            yield event if event.form.key in hosted else wire.View(form=event.form, at=event.at)
