"""`Idempotency-Key` over HTTP: one layer for every address that makes something.

A router that has `keeps_answers` among its middleware asks `once()` as soon as it knows who sends: that gives the first
answer again, or nothing, and then the answer to this request is kept before it goes out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
import structlog
from litestar import Request, Response
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from leadsbot.errors import InvalidInput
from leadsbot.ids import derived_id
from leadsbot.services import Services
from leadsbot.vault import Vault
from leadsbot.workspaces import idempotency
from leadsbot.workspaces.idempotency import Answer, Claim

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
MAX_KEY: Final = 255
# What an answer says but once: a key or a secret is kept nowhere, nor are a file's rows beside the file, so a repeated
# answer is without them.
SHOWN_ONCE: Final = frozenset({"key", "secret", "signing_secret", "invite_url", "preview"})

_KEPT_HEADERS: Final = frozenset({b"content-type", b"location"})
_PRINTABLE: Final = re.compile(r"[ -~]{1,255}")
_CLAIM: Final = "idempotency_claim"

log = structlog.get_logger("leadsbot.http")

AnyRequest = Request[Any, Any, Any]


async def once(request: AnyRequest, owner: str) -> Response[bytes] | None:
    """Give the answer that the request had before, or None where it is to be answered now.

    `owner` is who sends, once that is proven: a key means another thing for each of them, and at each address.
    `InvalidInput` for a key that is none, `Conflict` as `idempotency.claim` says.
    """
    key = request.headers.get(HEADER)
    if key is None or request.method != "POST":
        return None
    if not _PRINTABLE.fullmatch(key):
        raise InvalidInput(
            f"{HEADER} has 1 to {MAX_KEY} printable ASCII characters.", code="bad_idempotency_key", fields=[HEADER]
        )
    services: Services = request.app.state.services
    name = derived_id("idempotent", owner, request.url.path.rstrip("/"), key)
    found = await idempotency.claim(services.database, name, await _hash_of(request, services.vault))
    if isinstance(found, Answer):
        return _again(found)
    request.state[_CLAIM] = found
    return None


def _again(answer: Answer) -> Response[bytes]:
    headers = {name: value for name, value in answer.headers.items() if name != "content-type"}
    headers |= {REPLAYED: "true", "Cache-Control": "no-store"}
    kind = _type_of(answer.headers)
    return Response(answer.body.encode(), status_code=answer.status, headers=headers, media_type=kind)


def request_id_of(request: AnyRequest) -> str | None:
    """Give the id that belongs to this request and its repetitions, where `once()` has claimed it: a row that is made
    under it is made once, whatever breaks between the row and the answer."""
    claim: Claim | None = request.state.get(_CLAIM)
    return claim.request_id if claim else None


def keeps_answers(app: ASGIApp) -> ASGIApp:
    """Middleware: hold the answer to a claimed request back until it is kept, or the claim given up."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        held: list[Message] = []

        async def hold(message: Message) -> None:
            if _CLAIM in scope["state"]:
                held.append(message)
            else:
                await send(message)

        try:
            await app(scope, receive, hold)
        finally:
            claim: Claim | None = scope["state"].pop(_CLAIM, None)
            if claim is not None:
                await _settle(scope["litestar_app"].state.services, claim, held, scope.get("path_params", {}))
        for message in held:
            await send(message)

    return run


async def _settle(services: Services, claim: Claim, held: Sequence[Any], path: Mapping[str, Any]) -> None:
    """Keep an answer that is a success; after any other the same request may be made again."""
    status = next((int(one["status"]) for one in held if one["type"] == "http.response.start"), 500)
    if status < 400 and (answer := _answer_of(status, held, path)):
        await idempotency.keep(services.database, claim, answer)
    else:
        await idempotency.release(services.database, claim, made_nothing=400 <= status < 500)


def _answer_of(status: int, held: Sequence[Any], path: Mapping[str, Any]) -> Answer | None:
    """Give what is sent as it is kept; None for what is no text. `path` may name the lead that it tells of."""
    headers: dict[str, str] = {}
    body = b""
    for message in held:
        body += message.get("body", b"")
        for name, value in message.get("headers", ()):
            if name.lower() in _KEPT_HEADERS:
                headers[name.decode("latin-1").lower()] = value.decode("latin-1")
    try:
        said = _json_of(body, headers)
        leads = _leads_in(said) | ({str(path["lead_id"])} if "lead_id" in path else set())
        return Answer(status, headers, _without_secrets(body, said).decode(), frozenset(leads))
    except UnicodeDecodeError:
        log.warning("idempotency.unkept", status=status)
        return None


def _json_of(body: bytes, headers: Mapping[str, str]) -> Any:
    return msgspec.json.decode(body or b"null") if _type_of(headers).startswith("application/json") else None


def _leads_in(said: Any) -> set[str]:
    """Give the ids of the leads that an answer shows, or tells of with more than their ids, however deep."""
    if isinstance(said, list):
        return {found for one in said for found in _leads_in(one)}
    if not isinstance(said, dict):
        return set()
    found = {lead_id for value in said.values() for lead_id in _leads_in(value)}
    if "created_at" in said:
        mine = said.get("id") if "email" in said and "stage" in said else said.get("lead_id")
        found |= {mine} if isinstance(mine, str) else set()
    return found


def _without_secrets(body: bytes, said: Any) -> bytes:
    if not isinstance(said, dict) or SHOWN_ONCE.isdisjoint(said):
        return body
    return msgspec.json.encode({name: value for name, value in said.items() if name not in SHOWN_ONCE})


def _type_of(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "application/json")


async def _hash_of(request: AnyRequest, vault: Vault) -> str:
    """Tell bodies apart, and what the address asks beside them. A form's boundary is another each time it is sent.

    With the secret key, since a body may hold a password: who reads the database can't guess at it.
    """
    body = await request.body()
    kind = request.headers.get("content-type", "")
    boundary = re.search(r'boundary="?([^";,]+)', kind) if kind.lower().startswith("multipart/") else None
    if boundary:
        body = body.replace(boundary[1].encode("latin-1"), b"")
    return vault.mac("idempotent request", request.url.query.encode() + b"\n" + body).hex()
