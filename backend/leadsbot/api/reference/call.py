"""What is said of one call beyond its code: an example, what it answers with, and which refusals are its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Generic, Literal, TypeVar

from msgspec import Struct

from leadsbot.jobs.handlers import modules_in

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
CSV = "text/csv"

T = TypeVar("T")


class Listed(Struct, Generic[T]):
    """A part of a list, newest first; `next_cursor` is null where nothing follows."""

    data: list[T]
    next_cursor: str | None


class Parameter(Struct, frozen=True):
    """A parameter of a call that isn't declared in code. `example` also fills in the samples."""

    name: str
    says: str
    where: Literal["path", "query", "header"] = "path"
    required: bool = True
    format: str = ""


class Call(Struct, frozen=True, kw_only=True):
    """A call, by `door` ("POST /api/v1/leads").

    `answer` is the type of a successful answer's body, None where it has none; `answers` the statuses that succeed.
    `body` is the type of the request's body where the code takes any object; `example` an example of it. `refusals` are
    the statuses that this call answers with besides those of every call. `key` is the scope, None without a key.
    A call that Litestar doesn't route has its `summary`, `tag` and `parameters` here.
    """

    door: str
    says: str = ""
    answer: Any = None
    answers: tuple[int, ...] = ()
    answer_kind: str = JSON
    body: Any = None
    kind: str = JSON
    example: Any = None
    query: Mapping[str, str] = {}
    refusals: tuple[int, ...] = ()
    summary: str = ""
    tag: str = ""
    parameters: tuple[Parameter, ...] = ()
    keyed: bool = True
    idempotent: bool = False
    sampled: bool = True

    @property
    def method(self) -> str:
        return self.door.partition(" ")[0]

    @property
    def path(self) -> str:
        return self.door.partition(" ")[2]

    @property
    def path_names(self) -> list[str]:
        """Name what stands in braces in the path."""
        return re.findall(r"{(\w+)}", self.path)


def every_call() -> dict[str, Call]:
    """Give every call by its door; the same one twice is a programming error."""
    found: dict[str, Call] = {}
    for module in modules_in("leadsbot.api.reference.calls"):
        for call in module.CALLS:
            if call.door in found:
                raise RuntimeError(f"described twice: {call.door}")
            found[call.door] = call
    return found
