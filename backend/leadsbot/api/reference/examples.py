"""An example of what a JSON schema describes, made of the examples that its parts name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BY_FORMAT = {
    "uuid": "0199c3f2-7c1e-7d3a-9a52-6f0e4b1d2c3a",
    "date-time": "2026-05-04T09:30:00Z",
    "date": "2027-05-30",
    "email": "jane@example.com",
}
_BY_TYPE: dict[str, Any] = {"string": "", "integer": 0, "number": 0, "boolean": False, "null": None}


def resolved(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference to the schema that it names."""
    while "$ref" in schema:
        schema = components[schema["$ref"].rpartition("/")[2]]
    return schema


def example_of(schema: Mapping[str, Any], components: Mapping[str, Any]) -> Any:
    """Give a value that fits."""
    schema = resolved(schema, components)
    for name in ("example", "const", "default"):
        if name in schema:
            return schema[name]
    if schema.get("examples"):
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    for name in ("anyOf", "oneOf"):
        if name in schema:
            told = [one for one in schema[name] if one.get("type") != "null"]
            return example_of(told[0], components)
    kind = schema.get("type")
    if kind == "object":
        return {name: example_of(inner, components) for name, inner in schema.get("properties", {}).items()}
    if kind == "array":
        item = schema.get("items")
        return [example_of(item, components)] if item else []
    return _BY_FORMAT.get(schema.get("format", ""), _BY_TYPE.get(str(kind)))
