"""What stands around a page, built from who is signed in: their counts, their token, their theme, what to say."""

from __future__ import annotations

from typing import Any, get_args

from litestar import Request

from leadsbot import clock
from leadsbot.dashboard import csrf
from leadsbot.dashboard.views import Member, Shell, Theme, Toast
from leadsbot.db import Database
from leadsbot.vault import Vault
from leadsbot.workspaces.sign_in import Person

THEME_COOKIE = "leadsbot_theme"
THEMES: tuple[Theme, ...] = get_args(Theme)
# What failed longer ago is history, not something that asks for attention.
TROUBLE_MS = 7 * clock.DAY

AnyRequest = Request[Any, Any, Any]


def theme_of(request: AnyRequest) -> Theme:
    """Give the theme that this browser chose."""
    chosen = request.cookies.get(THEME_COOKIE, "system")
    return chosen if chosen in THEMES else "system"


def bare_shell(request: AnyRequest, csrf_token: str = "") -> Shell:
    """Give the shell of a page that stands before sign-in."""
    return Shell(csrf_token=csrf_token, now=clock.now(), theme=theme_of(request), path=request.url.path)


def part_shell(request: AnyRequest, vault: Vault, person: Person) -> Shell:
    """Give the shell of a part of a page, which needs none of the counts."""
    return Shell(
        csrf_token=csrf.token(vault, person.sign_in_id),
        now=clock.now(),
        time_zone=person.timezone,
        theme=theme_of(request),
        path=_address(request),
        member=Member(person.email, person.workspace_name, role=person.role),
    )


async def full_shell(
    request: AnyRequest, vault: Vault, database: Database, person: Person, toasts: tuple[Toast, ...]
) -> Shell:
    """Give the shell of a whole page."""
    part = part_shell(request, vault, person)
    counts = await database.fetch_one(_COUNTS, person.workspace_id, part.now - TROUBLE_MS)
    assert counts is not None  # counting always gives a row
    others = await database.fetch(_ELSEWHERE, person.user_id, person.workspace_id)
    elsewhere = tuple((row["id"], row["name"]) for row in others)
    member = Member(person.email, person.workspace_name, counts["unread"], counts["trouble"], person.role, elsewhere)
    return Shell(part.csrf_token, part.now, part.time_zone, part.theme, part.path, member, toasts)


_COUNTS = """
SELECT (SELECT count(*) FROM leads WHERE workspace_id = $1 AND read_at IS NULL AND NOT spam
  AND deleted_at IS NULL) AS unread,
 (SELECT count(*) FROM deliveries WHERE workspace_id = $1 AND status = 'dead' AND created_at > $2
  AND event_type <> 'test') AS trouble
"""

_ELSEWHERE = """
SELECT w.id, w.name FROM members m JOIN workspaces w ON w.id = m.workspace_id
WHERE m.user_id = $1 AND w.id <> $2 ORDER BY w.name, w.id
"""


def _address(request: AnyRequest) -> str:
    """Give the page's own address, for forms that lead back to it."""
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path
