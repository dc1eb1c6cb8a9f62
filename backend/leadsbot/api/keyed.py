"""What every address that is keyed by an API key shares: the key's check, strict JSON bodies, answers nobody caches.

The key is checked before anything else is looked at, so that a stranger learns nothing from a body's errors. The
dashboard's cookie is not read here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router
from litestar.connection import ASGIConnection
from litestar.datastructures import ResponseHeader
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.params import QueryParameter, SkipValidation

from leadsbot.api.errors import misfit
from leadsbot.api.idempotency import keeps_answers, once, request_id_of
from leadsbot.api.query_names import refuse_unknown
from leadsbot.db.paging import DEFAULT_LIMIT, MAX_LIMIT, Slice
from leadsbot.errors import InvalidInput, TooManyRequests, UnsupportedMediaType
from leadsbot.services import Services
from leadsbot.workspaces.api_keys import KeyHolder

Connection = ASGIConnection[Any, Any, Any, Any]
# What a handler asks for by these names: `services`, `holder` (whose key it is), `part` (limit and cursor of a list).
House = NamedDependency[SkipValidation[Services]]
Holder = NamedDependency[SkipValidation[KeyHolder]]
Part = NamedDependency[SkipValidation[Slice]]

# Of one key, on all nodes together: a loop that runs away is slowed down, an import or a busy shop isn't.
REQUESTS_PER_SECOND = 500

MANAGE = "manage"
READS: dict[str, Any] = {"scope": "leads:read"}
# What a lead's own calls take, as doing the same by hand does.
EDITS: dict[str, Any] = {"scope": "leads:write", "or": (MANAGE,)}

HOLDER = "key_holder"
_NUL = b"\\u0000"


class JsonRequest(Request[Any, Any, Any]):
    """A request whose body, where one is read, is JSON of the kind that its handler's `data` names.

    Litestar would decode without a type and then convert leniently (`"5"` for 5, 1 for true), and answer 500 to what
    is not UTF-8 or nested too deeply.
    """

    async def json(self) -> Any:
        """Give the decoded body. `UnsupportedMediaType` for another kind of content; `InvalidInput` for what is not
        JSON in UTF-8, doesn't fit, or holds a NUL, which PostgreSQL stores in no text."""
        kind = self.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
        if kind != "application/json" and not kind.endswith("+json"):
            raise UnsupportedMediaType("Send JSON, with Content-Type: application/json.")
        wanted = self.route_handler.parsed_data_field
        return read_json(await self.body(), wanted.annotation if wanted else Any)


def read_json(body: bytes, wanted: Any) -> Any:
    """Give a body as what is `wanted` of it; errors as `JsonRequest.json` says."""
    try:
        if _NUL in body:
            refuse_nul(msgspec.json.decode(body))
        return msgspec.json.decode(body, type=wanted)
    except msgspec.ValidationError as error:
        raise misfit(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidInput("The body is not valid JSON.", code="invalid_json") from None


def keyed(path: str, handlers: Sequence[HTTPRouteHandler], tag: str) -> Router:
    """Give a router of addresses that need a key: with the scope that a handler's `opt` names (or one of those that
    its `or` names), else `manage`."""
    return Router(
        path,
        route_handlers=list(handlers),
        guards=[check_key],
        middleware=[keeps_answers],
        before_request=_once,
        dependencies={
            "holder": Provide(_holder, sync_to_thread=False),
            "part": Provide(_part, sync_to_thread=False),
        },
        request_class=JsonRequest,
        response_headers=[ResponseHeader(name="Cache-Control", value="no-store")],
        tags=[tag],
        security=[{"bearer": []}, {"header": []}],
    )


def said(change: msgspec.Struct) -> dict[str, Any]:
    """Give what a body said, by name; what it left out is left out."""
    return {name: value for name, value in msgspec.structs.asdict(change).items() if value is not msgspec.UNSET}


def text_of(value: UUID | None) -> str | None:
    """Give an id from a query string as rows hold it."""
    return None if value is None else str(value)


async def check_key(connection: Connection, handler: BaseRouteHandler) -> None:
    """Find out whose key it is and whether it may, and not too fast, and whether the address knows what it is asked;
    `Unauthorized`, `Forbidden`, `TooManyRequests` or `InvalidInput` otherwise."""
    services: Services = connection.app.state.services
    headers = connection.headers
    holder = await services.keys.holder(headers.get("authorization"), headers.get("x-api-key"))
    holder.require(handler.opt.get("scope", MANAGE), *handler.opt.get("or", ()))
    wait = await services.bursts.admit(holder.key_id, "", REQUESTS_PER_SECOND)
    if wait > 0:
        raise TooManyRequests.over(f"one key may ask {REQUESTS_PER_SECOND} times a second", wait, code="burst")
    connection.state[HOLDER] = holder
    refuse_unknown(connection, handler)


async def _once(request: Request[Any, Any, Any]) -> Response[bytes] | None:
    """Give what was answered before to the same request, if it carries an `Idempotency-Key`."""
    holder: KeyHolder = request.state[HOLDER]
    return await once(request, f"key:{holder.workspace_id}:{holder.key_id}")


def _holder(request: Request[Any, Any, Any]) -> KeyHolder:
    holder: KeyHolder = request.state[HOLDER]
    return replace(holder, request_id=request_id_of(request))


def _part(
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, QueryParameter(description="`next_cursor` of the page before")] = None,
) -> Slice:
    return Slice(limit, cursor or None)


def refuse_nul(value: Any, field: str = "") -> None:
    """Raise `InvalidInput` where a text in `value` holds a NUL."""
    if isinstance(value, str) and "\0" in value:
        raise InvalidInput("A text holds a NUL character.", fields=[field] if field else [])
    if isinstance(value, dict):
        for name, inner in value.items():
            refuse_nul(name, field or name.replace("\0", ""))
            refuse_nul(inner, field or name)
    elif isinstance(value, list):
        for inner in value:
            refuse_nul(inner, field)
