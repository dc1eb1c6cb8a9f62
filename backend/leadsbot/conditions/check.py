"""Conditions as a user gives them, in their normal form; what is wrong is named by its path."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import msgspec

from leadsbot.conditions.fields import MAX_FIELD, OBJECTS, SESSION, Kind, kind_of
from leadsbot.conditions.ops import LISTED, OPS, ORDERED, UNVALUED
from leadsbot.conditions.patterns import check_pattern
from leadsbot.conditions.values import moment, number
from leadsbot.errors import InvalidInput

MAX_DEPTH: Final = 6
MAX_CONDITIONS: Final = 50
MAX_PATTERNS: Final = 3
MAX_VALUES: Final = 100
MAX_TEXT: Final = 500
MAX_NUMBER: Final = 2**53  # beyond it JSON's readers don't agree
MAX_BYTES: Final = 16_384

_GROUPS = ("all", "any")
_HOLDS = {"number": "numbers", "time": "dates and times", "date": "dates"}
_LIKE = {"number": "50", "time": '"2026-05-04" or "2026-05-04T12:30:00Z"', "date": '"2026-05-04"'}


def check(given: object, at: str = "conditions") -> dict[str, Any]:
    """Give conditions in their normal form; None and `{}` are none at all. Raises InvalidInput with the field's path,
    such as `conditions.all[0].value`, under the name `at`."""
    checker = _Checker(at)
    if given is None or given == {}:
        return {}
    checked = checker.node(given, at, 1)
    if len(msgspec.json.encode(checked)) > MAX_BYTES:
        raise InvalidInput(f"Conditions are at most {MAX_BYTES:,} bytes of JSON.", fields=[at])
    return checked


class _Checker:
    """Counts what it has seen of one user's conditions."""

    def __init__(self, at: str) -> None:
        self.whole = at
        self.seen = 0
        self.patterns = 0

    def node(self, given: object, at: str, depth: int) -> dict[str, Any]:
        if not isinstance(given, dict):
            raise InvalidInput(
                'A condition is an object such as {"field", "op", "value"} or {"all": […]}.', fields=[at]
            )
        if depth > MAX_DEPTH:
            raise InvalidInput(f"Conditions nest at most {MAX_DEPTH} deep.", fields=[at])
        groups = [name for name in (*_GROUPS, "not") if name in given]
        if not groups:
            return self._leaf(given, at)
        if len(given) > 1:
            raise InvalidInput("A condition has one of all, any, not or field. Nest it to say more.", fields=[at])
        [name] = groups
        if name == "not":
            return {"not": self.node(given["not"], f"{at}.not", depth + 1)}
        return {name: self._group(given[name], f"{at}.{name}", name, depth)}

    def _group(self, given: object, at: str, name: str, depth: int) -> list[dict[str, Any]]:
        if not isinstance(given, list):
            raise InvalidInput(f"{name} is a list of conditions.", fields=[at])
        if len(given) > MAX_CONDITIONS:
            self._too_many()
        if not given and name == "any":
            raise InvalidInput("any needs a condition: of none, none would ever be met.", fields=[at])
        return [self.node(inner, f"{at}[{place}]", depth + 1) for place, inner in enumerate(given)]

    def _leaf(self, given: dict[str, Any], at: str) -> dict[str, Any]:
        self.seen += 1
        if self.seen > MAX_CONDITIONS:
            self._too_many()
        for name in given:
            if name not in ("field", "op", "value"):
                raise InvalidInput("A condition has field, op and value, and nothing else.", fields=[at])
        field, op = given.get("field"), given.get("op")
        kind = _kind(field, f"{at}.field")
        if not isinstance(op, str) or op not in OPS:
            raise InvalidInput(f"op is one of: {' '.join(OPS)}.", fields=[f"{at}.op"])
        if op in UNVALUED:
            if given.get("value") is not None:
                raise InvalidInput(f"{op} takes no value.", fields=[f"{at}.value"])
            return {"field": field, "op": op}
        return {"field": field, "op": op, "value": self._value(given.get("value"), op, kind, at)}

    def _value(self, value: object, op: str, kind: Kind, at: str) -> Any:
        place = f"{at}.value"
        if op in LISTED:
            if not isinstance(value, list) or not 1 <= len(value) <= MAX_VALUES:
                raise InvalidInput(f"{op} takes a list of 1 to {MAX_VALUES} values.", fields=[place])
            return [_scalar(one, kind, f"{place}[{nth}]") for nth, one in enumerate(value)]
        if op in ("contains", "matches"):
            if not isinstance(value, str) or not value.strip():
                raise InvalidInput(f"{op} takes a text.", fields=[place])
            if op == "matches":
                self._pattern(value, place)
            return _scalar(value, "text", place)
        if op in ORDERED:
            return _ordered(value, kind, f"{at}.op", place)
        return _scalar(value, kind, place)

    def _pattern(self, value: str, at: str) -> None:
        self.patterns += 1
        if self.patterns > MAX_PATTERNS:
            raise InvalidInput(f"There are at most {MAX_PATTERNS} conditions with matches.", fields=[at])
        check_pattern(value, at)

    def _too_many(self) -> None:
        raise InvalidInput(f"There are at most {MAX_CONDITIONS} conditions.", fields=[self.whole])


def _kind(field: object, at: str) -> Kind:
    if not isinstance(field, str) or not field or len(field) > MAX_FIELD:
        raise InvalidInput("field is the name of a lead's field, such as source or custom_data.budget.", fields=[at])
    kind = kind_of(field)
    if kind is None:
        raise InvalidInput(f"There is no field {field[:60]!r}.{_instead(field)}", fields=[at])
    return kind


def _instead(field: str) -> str:
    bare = field.removeprefix("lead.")
    if field in OBJECTS:
        return f" Name what is in it, such as {field}.name."
    if bare != field and kind_of(bare):
        return f" Write {bare}."
    if kind_of(SESSION + field):
        return f" Of the visit it is {SESSION}{field}."
    return f" What a form or integration sent by a name of its own is custom_data.{field[:60]}."


def _ordered(value: object, kind: Kind, op_at: str, at: str) -> Any:
    if kind in ("flag", "list"):
        raise InvalidInput("That field has no order. Ask with ==, in or contains.", fields=[op_at])
    if number(value) is None and moment(value) is None:
        raise InvalidInput('Compare with a number or a date, such as 50 or "2026-05-04".', fields=[at])
    return _scalar(value, kind, at)


def _scalar(value: object, kind: Kind, at: str) -> Any:
    """Give a value that a field of this kind can have. The empty text stands for nothing at all."""
    if not isinstance(value, str | int | float | bool):
        raise InvalidInput("The value is a text, a number, true or false.", fields=[at])
    if isinstance(value, str) and (len(value) > MAX_TEXT or "\0" in value):
        raise InvalidInput(f"A value has at most {MAX_TEXT} characters, and no NUL.", fields=[at])
    if not isinstance(value, str | bool) and (number(value) is None or abs(value) > MAX_NUMBER):
        raise InvalidInput("That number is too large.", fields=[at])
    if value == "" or kind in ("text", "list", "any"):
        return value
    if kind == "flag":
        return _flag(value, at)
    found = number(value) if kind == "number" else moment(value)
    if found is None or (isinstance(found, Decimal) and abs(found) > MAX_NUMBER):
        raise InvalidInput(f"This field holds {_HOLDS[kind]}: write {_LIKE[kind]}.", fields=[at])
    return float(found) if isinstance(found, Decimal) and isinstance(value, str) else value


def _flag(value: object, at: str) -> bool:
    said = {"true": True, "yes": True, "false": False, "no": False}.get(str(value).strip().lower())
    if said is None:
        raise InvalidInput("This field is true or false.", fields=[at])
    return said
