"""`POST /api/inbound/w/{endpoint_id}/leads`: a lead without a key, under an endpoint's own rules (contract, section 4).

What costs nothing is checked first (whose endpoint, origin, address, speed), then the body's signature, then what it
says; the CAPTCHA's provider is asked last, since a token is good for one question. Whoever is turned away is told
little; the endpoint's owner is told why.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from litestar import HttpMethod, Request, Response, Router, post, route
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, SkipValidation

from leadsbot import clock
from leadsbot.api import errors as api_errors
from leadsbot.api.idempotency import keeps_answers, once, request_id_of
from leadsbot.api.keyed import House
from leadsbot.capture import arrivals, endpoint_pages
from leadsbot.capture.arrivals import Arrival
from leadsbot.capture.endpoint_gate import Gate, Turned
from leadsbot.capture.endpoint_lead import DOOR, USER_AGENT_LENGTH, Sender, arrival_of, spam_reasons, told_by
from leadsbot.capture.form_body import read_body
from leadsbot.capture.guards import body_signature, captcha, origins
from leadsbot.capture.guards.client_address import client_address
from leadsbot.capture.house_rules import rules_of
from leadsbot.capture.lead_body import controls, spelled
from leadsbot.db import Tx
from leadsbot.errors import LeadsBotError, NotFound, TooManyRequests
from leadsbot.leads.contact import phone_e164
from leadsbot.leads.merging import new_lead
from leadsbot.leads.present import lead_json
from leadsbot.leads.reading import get_lead
from leadsbot.leads.submission import Taken
from leadsbot.services import Services
from leadsbot.workspaces.endpoints import EndpointRules
from leadsbot.workspaces.refusals import Doorway, Refused

PREFIX: Final = "/api/inbound/w"
PREFLIGHT_FRESH_S: Final = 7200
SEEN_EVERY_MS: Final = 20 * clock.SECOND
HONEYPOT: Final = "honeypot"
_ASIDE: Final = frozenset((HONEYPOT, *(spelled(name) for name in captcha.FIELDS)))
_ALLOWED_HEADERS: Final = f"content-type, {body_signature.HEADER}, idempotency-key"

AnyRequest = Request[Any, Any, Any]


class EndpointDoor:
    """Answers for every endpoint of this process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._gate = Gate(services)
        self._seen: dict[str, int] = {}
        self._write = self._store

    async def answer(self, request: AnyRequest, endpoint_id: str) -> Response[Any]:
        """Answer a lead, or a preflight that asks whether one may be sent."""
        rules = await self._services.endpoints.by_id(endpoint_id)
        if rules is None:
            missing = NotFound("There is no such endpoint.")
            return _with(_shown(request, missing, api_errors.answer(request, missing)), {_ALLOW: "*"})
        sender = self._sender(request)
        as_page = endpoint_pages.wanted(request)
        cors: dict[str, str] = {"Vary": endpoint_pages.VARY if as_page else "Origin"}
        try:
            self._gate.origin(rules, origin_of(request))
            cors |= _cors(request)
            if request.method == HttpMethod.OPTIONS:
                return Response(b"", status_code=204, headers=_PREFLIGHT | cors, media_type="application/json")
            self._gate.address(rules, sender)
            await self._gate.burst(rules, sender)
            taken = await self._take(request, rules, sender)
            if as_page:
                taken = endpoint_pages.thanks(request, sender.referrer, taken.status_code or 201)
            return _with(taken, cors)
        except Exception as cause:
            return _with(self._refuse(request, rules, sender, cause), cors)

    async def _take(self, request: AnyRequest, rules: EndpointRules, sender: Sender) -> Response[Any]:
        raw = await request.body()
        self._gate.signature(rules, raw, request.headers.get(body_signature.HEADER, ""))
        if again := await once(request, f"endpoint:{rules.id}"):
            return again
        own, body = controls(read_body(request.headers.get("content-type", ""), raw), _ASIDE)
        told = told_by(rules, body)
        house = await rules_of(self._services.database, rules.workspace_id)
        if str(own.get(HONEYPOT) or "").strip():
            return self._pretend(request, rules, arrival_of(rules, house, told, body, sender), sender)
        spam = (*(await self._gate.solved(rules, own, sender)), *spam_reasons(told, sender))
        arrival = arrival_of(rules, house, told, body, sender, spam, request_id_of(request))
        taken: Taken = await self._services.database.put(self._write, arrival)
        if sender.received_at - self._seen.get(rules.id, 0) >= SEEN_EVERY_MS:
            self._seen[rules.id] = sender.received_at
        row = await get_lead(self._services.database, rules.workspace_id, str(taken.lead_id))
        return _created(_told(rules, lead_json(row, self._services.settings.public_url)))

    async def _store(self, tx: Tx, arrived: Sequence[Arrival]) -> list[Taken]:
        """Batch handler: the leads, and now and then that the endpoint is alive."""
        taken = await arrivals.store(tx, arrived)
        now = clock.now()
        ids = {one.sub.door_id for one in arrived if one.sub.door_id}
        due = sorted(one for one in ids if now - self._seen.get(one, 0) >= SEEN_EVERY_MS)
        await tx.execute_many("UPDATE endpoints SET last_seen_at = $2 WHERE id = $1", [(one, now) for one in due])
        return taken

    def _sender(self, request: AnyRequest) -> Sender:
        trusted = self._services.settings.trusted_proxies
        # Sent twice, a list means the same as joined by a comma (RFC 9110, 5.3); some proxies add a line of their own.
        lines = request.headers.getall("x-forwarded-for", []) if trusted else []
        address = client_address(request.client.host if request.client else "", ", ".join(lines) or None, trusted)
        return Sender(
            address=address,
            user_agent=request.headers.get("user-agent", "")[:USER_AGENT_LENGTH],
            referrer=request.headers.get("referer", ""),
            origin=request.headers.get("origin", ""),
            received_at=clock.now(),
        )

    def _pretend(self, request: AnyRequest, rules: EndpointRules, arrival: Arrival, sender: Sender) -> Response[bytes]:
        """Answer what filled in the field that people don't see as if it had been taken, and keep nothing."""
        sub = arrival.sub
        row = new_lead(sub, (phone_e164(sub.contact.phone, sub.country) or "") if sub.contact.phone else "")
        if arrival.source:
            row["source"] = arrival.source
        hint = f'the field "{HONEYPOT}" was filled in, which people don\'t see: answered as if taken, nothing kept'
        self._note(request, rules, sender, 201, HONEYPOT, hint)
        return _created(lead_json(row, self._services.settings.public_url))

    def _refuse(self, request: AnyRequest, rules: EndpointRules, sender: Sender, cause: Exception) -> Response[Any]:
        turned = cause if isinstance(cause, Turned) else None
        error = turned.error if turned else api_errors.as_ours(cause)
        if turned or error.status < 500:
            reason, hint = (turned.reason, turned.hint) if turned else (error.code, error.message)
            if reason == "missing_fields":
                hint = f"a lead without {', '.join(error.fields)}, which this endpoint asks for"
            if reason == "leads_per_day":
                hint = f"more than {rules.leads_per_ip_per_day} leads from one address within 24 hours"
                # What the contract says here, to the letter; the limit is the owner's business.
                cause = error = TooManyRequests("Too Many Requests", code=error.code, retry_after=error.retry_after)
            self._note(request, rules, sender, error.status, reason, hint)
        answer = api_errors.answer(request, error if turned else cause)
        if error.status == 401:
            answer.headers["WWW-Authenticate"] = "LeadsBot-Signature"
        return _shown(request, error, answer)

    def _note(
        self, request: AnyRequest, rules: EndpointRules, sender: Sender, status: int, reason: str, hint: str
    ) -> None:
        door = Doorway(rules.workspace_id, "endpoint", rules.id)
        origin = (origin_of(request) or "") if reason == "origin" else ""
        self._services.refusals.note(
            Refused(door, reason[:32], origin, hint, clock.now(), door=DOOR, status=status, address=sender.address[:45])
        )


_ALLOW: Final = "Access-Control-Allow-Origin"
_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": _ALLOWED_HEADERS,
    "Access-Control-Max-Age": str(PREFLIGHT_FRESH_S),
}


def origin_of(request: AnyRequest) -> str | None:
    return origins.origin_of(request.headers.get("origin"), request.headers.get("referer"))


def _cors(request: AnyRequest) -> dict[str, str]:
    """Let the page read the answer, errors too: its origin is allowed."""
    origin = request.headers.get("origin")
    return {_ALLOW: origin, "Access-Control-Expose-Headers": "Retry-After"} if origin else {}


def _shown(request: AnyRequest, error: LeadsBotError, told: Response[Any]) -> Response[Any]:
    """Give a refusal as a program reads it (`told`), or as a page to whose browser sends a form by itself."""
    return endpoint_pages.trouble(request, error, told) if endpoint_pages.wanted(request) else told


def _with(response: Response[Any], headers: dict[str, str]) -> Response[Any]:
    response.headers.update(headers)
    return response


def _told(rules: EndpointRules, lead: dict[str, Any]) -> dict[str, Any]:
    """Give the lead as its sender is told of it: what it was judged by would teach a stranger to do better."""
    return lead if rules.signing_secret else {**lead, "spam": False, "spam_reasons": []}


def _created(lead: dict[str, Any]) -> Response[bytes]:
    return Response(
        msgspec.json.encode(lead),
        status_code=201,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _door(state: State, services: House) -> EndpointDoor:
    """Give the application's one door, which remembers who sent how fast."""
    door: EndpointDoor | None = state.get("endpoint_door")
    if door is None:
        door = state["endpoint_door"] = EndpointDoor(services)
    return door


Door = NamedDependency[SkipValidation[EndpointDoor]]


@post("/{endpoint_id:str}/leads", summary="Create a lead under an endpoint's own rules")
async def take_lead(request: AnyRequest, door: Door, endpoint_id: FromPath[str]) -> Response[Any]:
    return await door.answer(request, endpoint_id)


@route("/{endpoint_id:str}/leads", http_method=[HttpMethod.OPTIONS], include_in_schema=False)
async def preflight(request: AnyRequest, door: Door, endpoint_id: FromPath[str]) -> Response[Any]:
    return await door.answer(request, endpoint_id)


ROUTES = [
    Router(
        PREFIX,
        # In this order: a router takes its first handlers' OPTIONS for answered, and answers it by itself.
        route_handlers=[preflight, take_lead],
        dependencies={"door": Provide(_door, sync_to_thread=False)},
        middleware=[keeps_answers],
        tags=["doors"],
        security=[{}],
    )
]
