"""`POST /f/{token}`: a plain HTML form, with no script at all (contract, section 3).

A person's browser shows what this answers: so the lead is stored, and they are sent on to a page that says so. What is
refused is a page too, which says what to do; a program gets the contract's error body.
"""

from __future__ import annotations

import math
from typing import Any, Final

from litestar import Request, Response, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, SkipValidation

from leadsbot import clock
from leadsbot.api import errors as api_errors
from leadsbot.api.idempotency import keeps_answers, once, request_id_of
from leadsbot.capture import form_pages, wire
from leadsbot.capture.form_lead import DOOR, Posted, back_to, next_page, page_of, posted
from leadsbot.capture.form_store import FormStore
from leadsbot.capture.guards import origins
from leadsbot.capture.guards.client_address import client_address
from leadsbot.capture.posted_form import read_form
from leadsbot.capture.visits import Sender, preferred_language
from leadsbot.capture.widget import USER_AGENT_LENGTH
from leadsbot.errors import Forbidden, LeadsBotError, MethodNotAllowed, NotFound, TooLarge, TooManyRequests
from leadsbot.services import Services
from leadsbot.workspaces.refusals import Doorway, Refused
from leadsbot.workspaces.sites import SiteRules

PREFIX: Final = "/f"
_MORE_THAN: Final = "more leads a day from one address than the site allows"

AnyRequest = Request[Any, Any, Any]


class FormDoor:
    """Answers for every site of this process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._store = FormStore()
        self._write = self._store.write

    async def answer(self, request: AnyRequest, token: str) -> Response[Any]:
        """Take a form in and send the browser on."""
        site: SiteRules | None = None
        try:
            site = await self._site(token)
            origin = _origin(request)
            self._check_origin(site, origin)
            sender = self._sender(request)
            await self._check_burst(site, sender)
            raw = await _body(request)
            if again := await once(request, f"site:{site.id}"):
                again.headers.update(_cors(request))
                return again
            fields = read_form(request.headers.get("content-type", ""), raw)
            referrer = request.headers.get("referer", "").replace("\0", "")
            page = page_of(fields, origin, referrer)
            await self._keep(posted(site, fields, sender, page, request_id_of(request)))
            there = next_page(site, fields, origin, page) or f"{PREFIX}/{site.token}/thanks"
            return _redirect(there, _cors(request))
        except Exception as cause:
            return self._refuse(request, site, cause)

    async def thank(self, request: AnyRequest, token: str) -> Response[Any]:
        """Say thanks, where the site has no page of its own for that."""
        try:
            site = await self._site(token)
        except LeadsBotError as error:
            return self._refuse(request, None, error)
        own = origins.origin_of(None, self._services.settings.public_url) or ""
        return form_pages.thanks(request, back_to(site, request.headers.get("referer", ""), own))

    async def explain(self, request: AnyRequest, token: str) -> Response[Any]:
        """Say to whoever opens the address what it is for."""
        try:
            site = await self._site(token)
            raise MethodNotAllowed("A form is sent to this address with POST.", allowed=("POST",))
        except MethodNotAllowed as error:
            answer = self._told(request, error)
            if form_pages.wants_page(request):
                address = f"{self._services.settings.public_url}{PREFIX}/{site.token}"
                answer = form_pages.explanation(request, address, error.status)
            answer.headers["Allow"] = "POST"
            return answer
        except Exception as cause:
            return self._refuse(request, None, cause)

    async def _site(self, token: str) -> SiteRules:
        site = await self._services.sites.by_token(token)
        if site is None:
            raise NotFound("There is no site with this token.", code="unknown_token")
        return site

    def _check_origin(self, site: SiteRules, origin: str | None) -> None:
        if not origins.allowed(origin, site.allowed_origins):
            raise Forbidden("This origin may not use this token.", code="origin_not_allowed")

    async def _check_burst(self, site: SiteRules, sender: Sender) -> None:
        wait = await self._services.bursts.admit(site.id, sender.address, site.burst_per_second)
        if wait > 0:
            clause = f"one address may send {site.burst_per_second} requests a second here"
            raise TooManyRequests.over(clause, math.ceil(wait), code="burst")

    def _sender(self, request: AnyRequest) -> Sender:
        headers = request.headers
        return Sender(
            address=self._address(request),
            user_agent=headers.get("user-agent", "")[:USER_AGENT_LENGTH],
            received_at=clock.now(),
            mobile=headers.get("sec-ch-ua-mobile"),
            platform=headers.get("sec-ch-ua-platform"),
            language=preferred_language(headers.get("accept-language", "")),
        )

    def _address(self, request: AnyRequest) -> str:
        trusted = self._services.settings.trusted_proxies
        # Sent twice, a list means the same as joined by a comma (RFC 9110, 5.3); some proxies add a line of their own.
        lines = request.headers.getall("x-forwarded-for", []) if trusted else []
        return client_address(request.client.host if request.client else "", ", ".join(lines) or None, trusted)

    async def _keep(self, one: Posted) -> None:
        await self._services.database.put(self._write, one)
        self._store.stored(one)

    def _refuse(self, request: AnyRequest, site: SiteRules | None, cause: Exception) -> Response[Any]:
        """Answer what went wrong; the owner is told why a form of theirs was turned away."""
        error = api_errors.as_ours(cause)
        if site is not None and error.status < 500:
            self._note(request, site, error)
        answer = self._told(request, error, cause)
        if error.code != "origin_not_allowed":
            answer.headers.update(_cors(request))
        return answer

    def _told(self, request: AnyRequest, error: LeadsBotError, cause: Exception | None = None) -> Response[Any]:
        answer = api_errors.answer(request, cause or error)
        if not form_pages.wants_page(request):
            return answer
        page = form_pages.trouble(request, error)
        if "Retry-After" in answer.headers:
            page.headers["Retry-After"] = answer.headers["Retry-After"]
        return page

    def _note(self, request: AnyRequest, site: SiteRules, error: LeadsBotError) -> None:
        origin, hint = "", error.message
        if error.code == "origin_not_allowed":
            origin = _origin(request) or ""
            hint = _hint(origin or None, site)
        elif error.code == "leads_per_day":
            hint = _MORE_THAN
        elif error.code == "burst":
            hint = f"more than {site.burst_per_second} requests a second from one address"
        reason = "origin" if error.code == "origin_not_allowed" else error.code
        self._services.refusals.note(
            Refused(
                Doorway(site.workspace_id, "site", site.id),
                reason[:32],
                origin,
                hint,
                clock.now(),
                door=DOOR,
                status=error.status,
                address=self._address(request)[:45],
            )
        )


def _hint(origin: str | None, site: SiteRules) -> str:
    if origin == origins.OPAQUE:
        return (
            "A form's page kept its origin to itself: its Referrer-Policy is no-referrer, or it stands in a sandboxed"
            " frame. Let the page send its origin (Referrer-Policy: strict-origin-when-cross-origin)."
        )
    return origins.hint(origin, site.allowed_origins)


async def _body(request: AnyRequest) -> bytes:
    try:
        return await request.body()
    except Exception as cause:
        error = api_errors.as_ours(cause)
        raise (
            TooLarge(f"The form is larger than {wire.MAX_BODY // 1024} KiB.") if error.status == 413 else error
        ) from cause


def _origin(request: AnyRequest) -> str | None:
    return origins.origin_of(request.headers.get("origin"), request.headers.get("referer"))


def _cors(request: AnyRequest) -> dict[str, str]:
    """Let a page's script read the answer, where it is a script that sends the form: its origin is allowed."""
    origin = request.headers.get("origin")
    return {"Access-Control-Allow-Origin": origin, "Vary": "Origin, Accept, Accept-Language"} if origin else {}


def _redirect(there: str, headers: dict[str, str]) -> Response[bytes]:
    return Response(
        b"",
        status_code=303,
        media_type="text/plain",
        headers={"Location": there, "Cache-Control": "no-store", "Referrer-Policy": "strict-origin-when-cross-origin"}
        | headers,
    )


def _door(state: State, services: NamedDependency[SkipValidation[Services]]) -> FormDoor:
    """Give the application's one door, which remembers who sent how fast."""
    door: FormDoor | None = state.get("form_door")
    if door is None:
        door = state["form_door"] = FormDoor(services)
    return door


Door = NamedDependency[SkipValidation[FormDoor]]


@post("/{token:str}", status_code=303, summary="Send a plain HTML form")
async def take_form(request: AnyRequest, door: Door, token: FromPath[str]) -> Response[Any]:
    return await door.answer(request, token)


@get("/{token:str}", summary="What a form's address is for")
async def explain(request: AnyRequest, door: Door, token: FromPath[str]) -> Response[Any]:
    return await door.explain(request, token)


@get("/{token:str}/thanks", summary="Say thanks for a plain form")
async def thank(request: AnyRequest, door: Door, token: FromPath[str]) -> Response[Any]:
    return await door.thank(request, token)


ROUTES = [
    Router(
        PREFIX,
        route_handlers=[take_form, explain, thank],
        middleware=[keeps_answers],
        dependencies={"door": Provide(_door, sync_to_thread=False)},
        request_max_body_size=wire.MAX_BODY,
        include_in_schema=False,
    )
]
