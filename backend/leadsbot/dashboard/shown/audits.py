"""What the widget found on a site's pages, in people's words: what is captured, what isn't, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadsbot.capture.guards.origins import allowed, origin_of
from leadsbot.dashboard import words
from leadsbot.dashboard.shown.frames import vendor_of
from leadsbot.dashboard.views.audits import AuditedPage, Coverage, FoundForm, MissedPart
from leadsbot.db import Database
from leadsbot.db.tx import Row
from leadsbot.forms import audit_reading
from leadsbot.forms.audits import MAX_PAGES_PER_SITE

# What is listed until somebody asks for all.
FIRST_PAGES = 20
# The latest, of which the first are chosen and what is said in a line is said, until then.
READ_PAGES = 60
LEAD = "lead"

_TAKEN_AS: Mapping[str, str] = {
    "search": "a search, which looks something up and reaches nobody",
    "login": "a sign-in: whoever signs in is known already, and passwords are never taken",
    "dialog": "a dialog, which closes a box on the page and sends nothing",
    "ignored": "ignored, as the page, its tag or the site's settings say",
}


async def coverage(database: Database, site: Mapping[str, Any], origins: Sequence[str], *, whole: bool) -> Coverage:
    """Give the pages of a site's row, `FIRST_PAGES` of them or the `whole` list.

    `origins` is the site's list of allowed origins, which the advice for frames depends on.
    """
    owned = site["workspace_id"], site["id"]
    rows = await audit_reading.latest_pages(database, *owned, MAX_PAGES_PER_SITE if whole else READ_PAGES)
    count = len(rows) if len(rows) < READ_PAGES or whole else await audit_reading.count_pages(database, *owned)
    pages = sorted((_page(row, origins) for row in rows), key=lambda page: not page.matters)
    listed = pages if whole else pages[:FIRST_PAGES]
    return Coverage(tuple(listed), count, _said(rows, pages, count) if rows else "")


def _page(row: Row, origins: Sequence[str]) -> AuditedPage:
    return AuditedPage(
        url=row["page_url"],
        at=row["last_at"],
        forms=tuple(_form(form) for form in audit_reading.forms_of(row)),
        missed=tuple(_missed(part, origins) for part in audit_reading.missed_of(row)),
    )


def _form(form: audit_reading.FoundForm) -> FoundForm:
    return FoundForm(form.name or form.key, form.taken_as == LEAD, _TAKEN_AS.get(form.taken_as, ""))


def _said(rows: Sequence[Row], pages: Sequence[AuditedPage], count: int) -> str:
    """Sum up: a form that stands on many pages, such as a footer's, is one form."""
    keys = {form.key for row in rows for form in audit_reading.forms_of(row) if form.taken_as == LEAD}
    of_latest = f" on the latest {len(pages)}" if count > len(pages) else ""
    said = f"{words.count(count, 'page')}, {words.count(len(keys), 'form')} captured{of_latest}"
    unseen = sum(page.matters for page in pages)
    if not unseen:
        return f"{said}, nothing out of sight."
    return f"{said}, {words.count(unseen, 'page')} may hold a form that can't be seen."


def _missed(part: audit_reading.MissedPart, origins: Sequence[str]) -> MissedPart:
    if part.what == "frame":
        return _frame(part.where, origins)
    if part.what == "shadow":
        return _shadow(part.where)
    return MissedPart(part.where or part.what, "The widget can't see into it.")


def _shadow(tag: str) -> MissedPart:
    return MissedPart(
        f"Component <{tag}>",
        "It keeps what is inside it closed, and no script of the page can look in. If a form stands there, ask its"
        " maker for an open shadow root, or to call LeadsBot.capture(form) from within when it is sent.",
    )


def _frame(where: str, origins: Sequence[str]) -> MissedPart:
    vendor = vendor_of(where)
    if vendor and not vendor.instead:
        return MissedPart(f"{vendor.name} in a frame", "nothing is to be captured there", matters=False)
    if vendor:
        return MissedPart(
            f"{vendor.name} in a frame",
            f"The page in it belongs to {vendor.name} and can't carry the tag: its form isn't seen. {vendor.instead}",
        )
    if origin_of(where, None) in (None, "null"):
        return MissedPart(
            "Frame without an origin",
            "A frame that is sandboxed, or made of data, lets nobody see in. Put its form into the page itself, or"
            " into a page of yours that carries the tag.",
        )
    return MissedPart(f"Frame of {words.host(where)}", _foreign(where, origins))


def _foreign(where: str, origins: Sequence[str]) -> str:
    put = "put the tag into it too"
    if not allowed(origin_of(where, None), origins):
        put += f", and {where} on the list of allowed origins"
    return (
        f"A form in it belongs to that address. If its page is yours, {put}. If it isn't, no script of yours can see"
        " in: ask whoever runs it to send its answers on."
    )
