"""The error tree's mapping to HTTP, in the contract's shape (section 4), for everything that isn't a page."""

from __future__ import annotations

from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.status_codes import HTTP_500_INTERNAL_SERVER_ERROR

from leadsbot import errors
from leadsbot.errors import LeadsBotError
from leadsbot.ids import new_id

log = structlog.get_logger("leadsbot.http")

_BY_STATUS: dict[int, type[LeadsBotError]] = {
    kind.status: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, LeadsBotError)
}
_SENTENCES = {
    400: "The request is not as it must be.",
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "The body is too large.",
    415: "This content type is not taken here.",
}


def as_ours(error: Exception) -> LeadsBotError:
    """Give any exception as one of the tree; what was not raised on purpose becomes a generic 500."""
    if isinstance(error, LeadsBotError):
        return error
    if isinstance(error, ValidationException):
        fields = [str(one.get("key", "")) for one in error.extra or () if isinstance(one, dict)]
        return errors.InvalidInput(_SENTENCES[400], fields=[name for name in fields if name])
    if isinstance(error, HTTPException) and error.status_code in _BY_STATUS:
        kind = _BY_STATUS[error.status_code]
        return kind(_SENTENCES.get(error.status_code, error.detail or "The request was refused."))
    return LeadsBotError("Something went wrong on our side.")


def request_id_of(error: LeadsBotError, cause: Exception, path: str) -> str:
    """Make the id that the answer shows; what broke goes to the log under it, never into the body."""
    request_id = new_id()
    if error.status >= HTTP_500_INTERNAL_SERVER_ERROR:
        log.error("http.failed", request_id=request_id, path=path, status=error.status, exc_info=cause)
    return request_id


def headers_of(error: LeadsBotError) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, round(error.retry_after)))
    if isinstance(error, errors.Unauthorized):
        headers["WWW-Authenticate"] = "Bearer"
    return headers


def answer(request: Request[Any, Any, Any], cause: Exception) -> Response[bytes]:
    """Answer an exception with the contract's error body."""
    error = as_ours(cause)
    body = error.body(request_id_of(error, cause, request.url.path))
    return Response(
        content=msgspec.json.encode(body),
        status_code=error.status,
        media_type="application/json",
        headers=headers_of(error),
    )
