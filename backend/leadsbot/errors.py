"""The one error tree. Whoever raises names what went wrong; `app` turns it into HTTP in one place.

    LeadsBotError (500)
    ├── InvalidInput (400)            ├── Conflict (409)
    ├── Unauthorized (401)            ├── TooLarge (413)
    ├── Forbidden (403)               ├── UnsupportedMediaType (415)
    ├── NotFound (404)                ├── TooManyRequests (429, retry_after)
    └── MethodNotAllowed (405)        └── Unavailable (503, retry_after)

`message` is read by a user: one sentence that says what to do next, without internals and without secrets.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar


class LeadsBotError(Exception):
    """Anything LeadsBot reports on purpose. `fields` names the inputs it is about, `retry_after` is in seconds."""

    status: ClassVar[int] = 500
    default_code: ClassVar[str] = "internal_error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        fields: Sequence[str] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.fields = tuple(fields)
        self.retry_after = retry_after

    def body(self, request_id: str) -> dict[str, Any]:
        """Give the contract's error body (section 4); `fields` only where it applies."""
        body: dict[str, Any] = {"error": self.message, "code": self.code, "request_id": request_id}
        if self.fields:
            body["fields"] = list(self.fields)
        return body


class InvalidInput(LeadsBotError):
    status = 400
    default_code = "invalid_input"


class Unauthorized(LeadsBotError):
    status = 401
    default_code = "unauthorized"


class Forbidden(LeadsBotError):
    status = 403
    default_code = "forbidden"


class NotFound(LeadsBotError):
    status = 404
    default_code = "not_found"


class MethodNotAllowed(LeadsBotError):
    """The address is right, the method isn't; `allowed` names those that are (RFC 9110, section 15.5.6)."""

    status = 405
    default_code = "method_not_allowed"

    def __init__(self, message: str, *, allowed: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.allowed = tuple(allowed)


class Conflict(LeadsBotError):
    status = 409
    default_code = "conflict"


class TooLarge(LeadsBotError):
    status = 413
    default_code = "too_large"


class UnsupportedMediaType(LeadsBotError):
    status = 415
    default_code = "unsupported_media_type"


class TooManyRequests(LeadsBotError):
    """Over a limit; `retry_after` says when the next request will be let through."""

    status = 429
    default_code = "too_many_requests"

    @classmethod
    def over(cls, limit: str, retry_after: float, code: str | None = None) -> TooManyRequests:
        """Say which limit it was (a clause, "one address may …") and when to try again."""
        message = f"Too Many Requests: {limit}; try again in {_waiting(retry_after)}."
        return cls(message, code=code, retry_after=retry_after)


class Unavailable(LeadsBotError):
    """The database can't take it now (locked, disk full, gone). Nothing was stored; the caller keeps its copy."""

    status = 503
    default_code = "unavailable"


def _waiting(seconds: float) -> str:
    """Say how long to wait, rounded up to what people count in."""
    unit, length = ("second", 1) if seconds <= 90 else ("minute", 60) if seconds <= 90 * 60 else ("hour", 3_600)
    whole = max(1, math.ceil(seconds / length))
    return f"{whole} {unit}" if whole == 1 else f"{whole} {unit}s"
