"""The widget's door: its site's settings, and its batches (contract, section 3). 202 only once stored."""

from __future__ import annotations

import math
from typing import Never
from urllib.parse import unquote, urlsplit

from leadsbot import clock
from leadsbot.capture import consent, wire
from leadsbot.capture.decoding import decode
from leadsbot.capture.edge import JSON, Request, Response
from leadsbot.capture.guards.client_address import client_address
from leadsbot.capture.guards.origins import MAX_ORIGIN, OPAQUE, allowed, hint, origin_of
from leadsbot.capture.hosted import hosted_form, is_hosted
from leadsbot.capture.site_settings import VARY, settings_answer
from leadsbot.capture.store import CaptureStore
from leadsbot.capture.translate import DOOR, captured
from leadsbot.capture.visits import Sender, preferred_language
from leadsbot.errors import Forbidden, MethodNotAllowed, NotFound, TooManyRequests
from leadsbot.forms.hosted_editing import hosted_names
from leadsbot.services import Services
from leadsbot.workspaces.refusals import CSP, Doorway, Refused
from leadsbot.workspaces.sites import SiteRules

PREFIX = "/api/w/"
PREFLIGHT_FRESH_S = 7200
USER_AGENT_LENGTH = 512

_STORED = b'{"ok":true}'
# As few as will do: the server looks at each with a regular expression or two, for every event.
_STORED_HEADERS = [JSON, (b"content-length", str(len(_STORED)).encode())]
# An image's answer; a page that is isolated (COEP) would refuse it without the second header.
_NOTED = Response(204, [(b"cache-control", b"no-store"), (b"cross-origin-resource-policy", b"cross-origin")])
_READ = ("GET", "HEAD", "OPTIONS")
_TAKES = {"": _READ, "events": ("POST", "OPTIONS"), "blocked": _READ}
_ANYBODY = (b"access-control-allow-origin", b"*")


class WidgetDoor:
    """Answers `GET /api/w/{token}`, what it says of forms and blocked pages below it, and `POST …/events`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._store = CaptureStore()
        self._write = self._store.write

    async def __call__(self, request: Request) -> Response:
        token, _, rest = request.path[len(PREFIX) :].partition("/")
        site = await self._services.sites.by_token(token)
        if site is None or not (rest in _TAKES or is_hosted(rest)):
            request.cors = [_ANYBODY]  # so that a page can tell a site that is gone from a network that is
            raise NotFound("There is no site with this token.", code="unknown_token")
        origin = self._check_origin(request, site)
        _allow(request, origin)
        if request.method == "OPTIONS":
            return _preflight()
        sender = self._sender(request)
        await self._check_burst(sender, site)
        if is_hosted(rest):
            return await hosted_form(request, self._services.database, site, rest)
        if request.method not in _TAKES[rest]:
            raise MethodNotAllowed("Settings are read with GET, events are sent with POST.", allowed=_TAKES[rest])
        if rest == "events":
            return await self._take(request, site, sender)
        if rest == "blocked":
            return self._blocked(request, site, origin)
        self._check_frame(request, site)
        return settings_answer(site, audit=self._store.wants_audit(site.id))

    async def _take(self, request: Request, site: SiteRules, sender: Sender) -> Response:
        told = decode(await request.body(wire.MAX_BODY))
        if consent.unasked(told, site, request):
            told = await self._without_consent(told, site)
        batch = captured(told, site, sender, self._store)
        try:
            await self._services.database.put(self._write, batch)
        except TooManyRequests:
            why = "more leads a day from one address than the site allows"
            self._note(site, "leads_per_day", "", why, 429, sender.address)
            raise
        self._store.stored(batch)
        return Response(202, _STORED_HEADERS, _STORED)

    async def _without_consent(self, told: wire.Batch, site: SiteRules) -> wire.Batch:
        """Give what may be kept, and note that a submission was not: without the address of who wasn't asked."""
        heard = consent.reduced(told, await hosted_names(self._services.database, site.id))
        if heard.lost:
            self._note(site, consent.REASON, "", consent.WHY, 202)
        return heard.batch

    def _sender(self, request: Request) -> Sender:
        return Sender(
            address=self._address(request),
            user_agent=(request.header(b"user-agent") or "")[:USER_AGENT_LENGTH],
            received_at=clock.now(),
            mobile=request.header(b"sec-ch-ua-mobile"),
            platform=request.header(b"sec-ch-ua-platform"),
            language=preferred_language(request.header(b"accept-language") or ""),
        )

    def _address(self, request: Request) -> str:
        trusted = self._services.settings.trusted_proxies
        # Some proxies add a line of their own below what the visitor sent (HAProxy), so that one line is not enough.
        forwarded = request.whole_header(b"x-forwarded-for") if trusted else None
        return client_address(request.peer, forwarded, trusted)

    def _check_origin(self, request: Request, site: SiteRules) -> str | None:
        origin = origin_of(request.header(b"origin"), request.header(b"referer"))
        if allowed(origin, site.allowed_origins):
            return origin
        self._refuse_origin(request, site, origin)

    def _refuse_origin(self, request: Request, site: SiteRules, origin: str | None) -> Never:
        why = hint(origin, site.allowed_origins)
        self._note(site, "origin", origin or "", why, address=self._address(request))
        raise Forbidden("This origin may not use this token.", code="origin_not_allowed")

    def _check_frame(self, request: Request, site: SiteRules) -> None:
        """Refuse a page that asks about a frame, or a frame about its page, whose origin may not use the token."""
        pairs = (pair.partition(b"=") for pair in request.query.split(b"&"))
        for value in (value for name, _, value in pairs if name == b"frame"):
            frame = unquote(value.decode("latin-1"))
            origin = origin_of(frame if len(frame) <= MAX_ORIGIN else OPAQUE, None) or OPAQUE
            if not allowed(origin, site.allowed_origins):
                self._refuse_origin(request, site, origin)

    def _blocked(self, request: Request, site: SiteRules, origin: str | None) -> Response:
        """Note a page whose own policy keeps the widget from speaking to us; images it may still load."""
        here = urlsplit(self._services.settings.public_url)
        why = f"add {here.scheme}://{here.netloc} to connect-src"
        why = f"The page's Content-Security-Policy keeps the widget from sending: {why}"
        self._note(site, CSP, origin or "", why, 204, self._address(request))
        return _NOTED

    async def _check_burst(self, sender: Sender, site: SiteRules) -> None:
        wait = await self._services.bursts.admit(site.id, sender.address, site.burst_per_second)
        if wait > 0:
            why = f"more than {site.burst_per_second} requests a second from one address"
            self._note(site, "burst", "", why, 429, sender.address)
            clause = f"one address may send {site.burst_per_second} requests a second here"
            raise TooManyRequests.over(clause, math.ceil(wait))

    def _note(self, site: SiteRules, reason: str, origin: str, why: str, status: int = 403, address: str = "") -> None:
        door = Doorway(site.workspace_id, "site", site.id)
        self._services.refusals.note(
            Refused(door, reason, origin, why, clock.now(), door=DOOR, status=status, address=address)
        )


def _allow(request: Request, origin: str | None) -> None:
    if request.headers.get(b"origin") and origin:
        request.cors = [(b"access-control-allow-origin", request.headers[b"origin"])]


def _preflight() -> Response:
    return Response(
        204,
        [
            VARY,
            (b"access-control-allow-methods", b"GET, POST"),
            (b"access-control-allow-headers", b"content-type"),
            (b"access-control-max-age", str(PREFLIGHT_FRESH_S).encode()),
        ],
    )
