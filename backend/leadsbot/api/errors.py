"""The error tree's mapping to HTTP, in the contract's shape (section 4), for everything that isn't a page."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
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
    kind.status: kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, LeadsBotError)
}
_SENTENCES = {
    400: "The request is not as it must be.",
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "The body is too large.",
    415: "This content type is not taken here.",
}

_NO_BODY = "Send a JSON object as the body."
# Litestar calls the body so; msgspec tells what is missing or unknown in words alone.
_BODY = "data"
_AT = re.compile(r"(.*) - at `\$\.?(.*)`", re.DOTALL)
# What msgspec says of a value, in words.
_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "a text",
    "array": "a list",
    "object": "an object",
}
_EXPECTED = re.compile(r"Expected `(\w+)( \| null)?`(?:, got `.*`| (>=|<=) (\d+))", re.DOTALL)
_NAMED = re.compile(r"Object (missing required|contains unknown) field `([^`]*)`")


def as_ours(error: Exception) -> LeadsBotError:
    """Give any exception as one of the tree; what was not raised on purpose becomes a generic 500."""
    if isinstance(error, LeadsBotError):
        return error
    if isinstance(error, ValidationException):
        return _invalid([one for one in error.extra or () if isinstance(one, Mapping)])
    if isinstance(error, HTTPException) and error.status_code in _BY_STATUS:
        kind = _BY_STATUS[error.status_code]
        return kind(_SENTENCES.get(error.status_code, "The request was refused."))
    return LeadsBotError("Something went wrong on our side.")


def misfit(message: str) -> errors.InvalidInput:
    """Say what msgspec's `message` finds wrong with a body, and with which field."""
    found = _AT.fullmatch(message)
    return _invalid([{"key": found[2], "message": found[1]} if found else {"key": _BODY, "message": message}])


def _invalid(problems: Sequence[Mapping[str, Any]]) -> errors.InvalidInput:
    """Say what is wrong with which field, from what Litestar (parameters) and msgspec (bodies) found."""
    found = [_problem(str(one.get("key", "")), str(one.get("message", ""))) for one in problems]
    sentence = " ".join(text for _, text in found) or _SENTENCES[400]
    return errors.InvalidInput(sentence, fields=list(dict.fromkeys(name for name, _ in found if name)))


def _problem(key: str, message: str) -> tuple[str, str]:
    """Give the field and a sentence. A field inside another is told by its outermost name: `tags[0]` is `tags`."""
    named = _NAMED.search(message)
    if named:
        name = named[2]
        return name, f'"{name}" is missing.' if named[1] == "missing required" else f'"{name}" is not known here.'
    if key == _BODY:
        return "", _NO_BODY
    # A parameter whose name Python or Litestar keeps for itself ends in an underscore here.
    name = re.split(r"[.\[]", key)[0].rstrip("_")
    if "matching regex" in message:  # the one pattern that texts must match
        return name, f'"{name}" must not be blank.'
    return name, f'"{name}" is {kind}.' if (
        kind := _kind(message)
    ) else f'"{name}": {message[:1].lower()}{message[1:]}.'


def _kind(message: str) -> str:
    """Say what a value must be, where `message` tells it in msgspec's words; else nothing."""
    found = _EXPECTED.fullmatch(message)
    kind = _KINDS.get(found[1], "") if found else ""
    if found is None or not kind:
        return ""
    bound = f", at {'least' if found[3] == '>=' else 'most'} {found[4]}" if found[3] else ""
    return f"{kind}{bound}{' or null' if found[2] else ''}"


def request_id_of(error: LeadsBotError, cause: Exception, path: str) -> str:
    """Make the id that the answer shows; what broke goes to the log under it, never into the body."""
    request_id = new_id()
    if error.status >= HTTP_500_INTERNAL_SERVER_ERROR:
        log.error("http.failed", request_id=request_id, path=path, status=error.status, exc_info=cause)
    return request_id


def headers_of(error: LeadsBotError, cause: Exception | None = None) -> dict[str, str]:
    """Give the headers of an answer; `cause` is what Litestar raised, which knows the methods of an address."""
    headers = {"Cache-Control": "no-store"}
    allow = (getattr(cause, "headers", None) or {}).get("allow")
    if allow:
        # Where there is GET there is HEAD: `heads` sees to it.
        headers["Allow"] = allow.replace("GET", "GET, HEAD") if "HEAD" not in allow else allow
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
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
        headers=headers_of(error, cause),
    )
