"""Whether conditions are met. They were checked before (`check`), so nothing in here refuses anything.

A missing value equals nothing but the empty text: `==`, `>`, `in`, `contains`, `matches` are false of it, and `!=` and
`not_in`, which deny, are true. Of a list (tags, boxes that were ticked) one item that fits is enough.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from leadsbot.conditions import patterns
from leadsbot.conditions.facts import Facts
from leadsbot.conditions.ops import DENIES
from leadsbot.conditions.values import as_day, as_text, moment, normal, number, parts

Node = Mapping[str, Any]

_ORDERS: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}

_YES = frozenset(("true", "yes", "on", "1"))


def met(conditions: Node, facts: Facts) -> bool:
    """Tell whether the facts meet conditions in their normal form; no conditions are met by anything."""
    if not conditions:
        return True
    if "all" in conditions:
        return all(met(inner, facts) for inner in conditions["all"])
    if "any" in conditions:
        return any(met(inner, facts) for inner in conditions["any"])
    if "not" in conditions:
        return not met(conditions["not"], facts)
    return _leaf(conditions, facts)


def _leaf(leaf: Node, facts: Facts) -> bool:
    op, wanted = leaf["op"], leaf.get("value")
    held = facts.value(leaf["field"])
    if op in DENIES:
        return not _says(DENIES[op], held, wanted, facts)
    return _says(op, held, wanted, facts)


def _says(op: str, held: Any, wanted: Any, facts: Facts) -> bool:
    found = parts(held)
    if op == "exists":
        return bool(found)
    if op == "==":
        return _equal(found, [wanted], facts)
    if op == "in":
        return _equal(found, wanted, facts)
    if op == "contains":
        whole = isinstance(held, Mapping | list | tuple)
        return any(normal(wanted) == normal(one) if whole else normal(wanted) in normal(one) for one in found)
    if op == "matches":
        return patterns.found_in(wanted, [as_text(one) for one in found])
    return any(_compared(op, one, wanted, facts) for one in found)


def _equal(found: list[Any], wanted: list[Any], facts: Facts) -> bool:
    """Tell whether one of what is found is one of what is wanted; nothing at all is the empty text.

    What is found is read once, however much is wanted: both may be long lists.
    """
    texts = {normal(one) for one in found} or {""}
    if any(normal(one) in texts for one in wanted):
        return True
    # Equal texts are equal anyway; text such as "007" is only taken for a number where a number is asked for.
    numbers = {number(one) for one in found} - {None}
    moments = [when for one in found if (when := moment(one, facts.zone)) is not None]
    return any(
        any((text in _YES) is one for text in texts - {""})
        if isinstance(one, bool)
        else number(one) in numbers
        if not isinstance(one, str)
        else _at_one_time(moments, moment(one), facts)
        for one in wanted
    )


def _at_one_time(moments: list[date | datetime], wanted: date | datetime | None, facts: Facts) -> bool:
    return wanted is not None and any(_ordered("==", one, wanted, facts) for one in moments)


def _compared(op: str, held: Any, wanted: Any, facts: Facts) -> bool:
    """Compare numbers with numbers, and dates or moments with such."""
    if (mine := number(held)) is not None:
        other = number(wanted)
        return other is not None and _ORDERS[op](mine, other)
    then, when = moment(held, facts.zone), moment(wanted)
    return then is not None and when is not None and _ordered(op, then, when, facts)


def _ordered(op: str, one: date | datetime, other: date | datetime, facts: Facts) -> bool:
    """Compare two times; where one has no time of day, their days."""
    order = _ORDERS[op]
    if isinstance(one, datetime) and isinstance(other, datetime):
        return order(one, other)
    return order(as_day(one, facts.zone), as_day(other, facts.zone))
