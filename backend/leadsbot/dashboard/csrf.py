"""Proof that a form was posted from our own page: a token bound to the browser's sign-in, and where it says it comes
from (OWASP, "Cross-Site Request Forgery Prevention": HMAC-based token pattern, with Fetch Metadata and Origin)."""

from __future__ import annotations

import secrets
from hmac import compare_digest
from typing import Any

from litestar import Request

from leadsbot.dashboard.posted import Posted
from leadsbot.errors import Forbidden
from leadsbot.vault import Vault

FIELD = "_csrf_token"
HEADER = "x-csrftoken"
# Whoever isn't signed in yet has nothing to bind a token to but this.
COOKIE = "leadsbot_visitor"
_RELOAD = "This page was open too long, or the request came from elsewhere. Reload the page and try once more."

AnyRequest = Request[Any, Any, Any]


def new_visitor() -> str:
    """Make the value of `COOKIE`."""
    return secrets.token_urlsafe(24)


def token(vault: Vault, holder: str) -> str:
    """Give the token of a sign-in's id, or of a visitor's cookie."""
    return vault.mac("csrf", holder.encode()).hex()


def check(request: AnyRequest, posted: Posted, vault: Vault, holder: str, public_url: str) -> None:
    """Raise Forbidden unless the request comes from our own page and carries the token of `holder`."""
    given = posted.raw(FIELD) or request.headers.get(HEADER, "")
    expected = token(vault, holder)
    if not _from_here(request, public_url) or not compare_digest(given.encode(), expected.encode()):
        raise Forbidden(_RELOAD, code="csrf")


def _from_here(request: AnyRequest, public_url: str) -> bool:
    """Believe what browsers say and pages can't change; a client that says neither has its token alone."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    if origin is None or origin == public_url:
        return True
    # A proxy may end TLS before us, so of our own address only the host is known.
    return origin.partition("://")[2] == request.headers.get("host")
