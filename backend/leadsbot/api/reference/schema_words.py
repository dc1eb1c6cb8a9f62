"""A JSON schema as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]


def says(schema: Json) -> str:
    """Give what is told of it beside its kind: its description, its choices, its limits."""
    told = [schema["description"]] if schema.get("description") else []
    if "enum" in schema and "`" not in "".join(told):
        told.append("one of " + ", ".join(f"`{one}`" for one in schema["enum"]))
    limits = {"maxLength": "at most {} characters", "maxItems": "at most {} entries", "minimum": "at least {}"}
    limits["maximum"] = "at most {}"
    for inner in (schema, *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        told += [text.format(_number(inner[name])) for name, text in limits.items() if name in inner]
    return "; ".join(told)


def _number(value: float) -> str:
    return f"{value:,.10g}"


def kind_of(schema: Json) -> str:
    """Name its kind: "text or null", "list of Lead"."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    for name in ("anyOf", "oneOf"):
        if name in schema:
            return " or ".join(dict.fromkeys(kind_of(one) for one in schema[name]))
    kind = schema.get("type", "any")
    if isinstance(kind, list):
        return " or ".join(kind)
    if kind == "array":
        return f"list of {kind_of(schema.get('items') or {})}"
    return {"uuid": "id", "date-time": "time", "date": "date"}.get(schema.get("format", ""), str(kind))
