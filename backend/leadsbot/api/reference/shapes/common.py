"""What every collection's objects are made of."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

Time = Annotated[datetime, Meta(tz=True)]


def example(value: Any, says: str = "") -> Meta:
    """Show a value that it may have; `says` describes it."""
    return Meta(examples=[value], description=says or None)


class Problem(Struct):
    """What every refusal holds."""

    error: Annotated[str, example("Missing required fields", "a sentence that says what to do")]
    code: Annotated[str, example("missing_fields", "for programs; it stays the same when the sentence changes")]
    request_id: Annotated[str, Meta(description="what to look for in the log", extra_json_schema={"format": "uuid"})]
    fields: Annotated[list[str], example(["phone"], "the inputs it is about")] | UnsetType = UNSET


class Health(Struct):
    status: Annotated[str, example("ok")]
