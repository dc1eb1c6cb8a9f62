"""Going through conditions: every question in them, and following something that got another name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from leadsbot.conditions.values import normal

Node = Mapping[str, Any]

_NAMES_STAGES = ("stage", "from_stage", "to_stage")
_NAMING = ("==", "!=", "in", "not_in")


def leaves(conditions: Node) -> Iterator[Node]:
    """Give every `{"field", "op", "value"}` in conditions, in their order."""
    for inner in (*conditions.get("all", ()), *conditions.get("any", ())):
        yield from leaves(inner)
    if "not" in conditions:
        yield from leaves(conditions["not"])
    if "field" in conditions:
        yield conditions


def renamed(conditions: Node, field: str, before: str, after: str) -> dict[str, Any]:
    """Give conditions that name `after` wherever they named `before`, a value of `field` (a stage, a source, …)."""
    fields = _NAMES_STAGES if field == "stage" else (field,)
    return _renamed(conditions, fields, before, after)


def _renamed(node: Node, fields: tuple[str, ...], before: str, after: str) -> dict[str, Any]:
    changed = dict(node)
    for several in ("all", "any"):
        if several in changed:
            changed[several] = [_renamed(inner, fields, before, after) for inner in changed[several]]
    if "not" in changed:
        changed["not"] = _renamed(changed["not"], fields, before, after)
    if changed.get("field") in fields and changed["op"] in _NAMING:
        changed["value"] = _value(changed["value"], before, after)
    return changed


def _value(value: Any, before: str, after: str) -> Any:
    if isinstance(value, list):
        return list(dict.fromkeys(_value(one, before, after) for one in value))
    return after if isinstance(value, str) and normal(value) == normal(before) else value
