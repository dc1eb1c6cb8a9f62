"""The sandbox that channels' templates run in: plain data, a few filters, and an end to every loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any, Final

from jinja2 import ChainableUndefined, Undefined, pass_context
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from leadsbot.channels.base import plain

MAX_STEPS: Final = 5_000
MAX_ITEMS: Final = 100
MAX_PART: Final = 4_000
MAX_SAID: Final = 64_000
# What the rules put in the place of a loop's items and of `~`; no name of a template's own begins like that.
LOOP: Final = "_few"
JOINED: Final = "_together"
_STEP = 200  # characters
_A_HOLDER = 20_000  # what it is taken for, to print or search something that holds others

_DEEPEST = 6
_OF_A_LOOP = frozenset(("index", "index0", "first", "last", "length"))
_TESTS = (
    "defined",
    "undefined",
    "none",
    "string",
    "number",
    "mapping",
    "iterable",
    "even",
    "odd",
    "in",
    "true",
    "false",
)


class TooMuch(Exception):
    """A rendering has done all that it may."""


class Budget:
    """The steps of one rendering."""

    def __init__(self) -> None:
        self.left = MAX_STEPS

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise TooMuch


class Sandbox(ImmutableSandboxedEnvironment):
    """Knows the items of mappings and lists, and a loop's counters; no attribute of anything else."""

    def __init__(self) -> None:
        super().__init__(undefined=ChainableUndefined, finalize=_printed, trim_blocks=True, lstrip_blocks=True)
        self.globals = {}
        self.filters = {name: _paid(take) for name, take in _FILTERS.items()}
        self.filters |= {"local": _local, LOOP: _few, JOINED: _paid(_together)}
        self.tests = {name: self.tests[name] for name in _TESTS}

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(obj, LoopContext) and argument in _OF_A_LOOP:
            return getattr(obj, argument)
        if isinstance(obj, Undefined):
            return obj
        try:
            if isinstance(obj, Mapping) or (isinstance(obj, str | Sequence) and isinstance(argument, int | slice)):
                return obj[argument]
        except (LookupError, TypeError):
            pass
        return self.undefined(name=str(argument))

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return False

    def is_safe_callable(self, obj: Any) -> bool:
        return False


def bounded(data: Mapping[str, Any]) -> dict[str, Any]:
    """Give data with no text beyond 4,000 characters, no list beyond 100 items, and 64,000 characters in all."""
    return _Bounding().take(data) or {}


class _Bounding:
    def __init__(self) -> None:
        self.left = MAX_SAID

    def take(self, value: Any, depth: int = 0) -> Any:
        if isinstance(value, Mapping):
            few = islice(value.items(), MAX_ITEMS) if depth < _DEEPEST else ()
            return {str(name)[:_STEP]: self.take(inner, depth + 1) for name, inner in few}
        if isinstance(value, list | tuple):
            return [self.take(inner, depth + 1) for inner in value[:MAX_ITEMS]] if depth < _DEEPEST else []
        if isinstance(value, str):
            cut = value[: min(MAX_PART + 1, self.left)]  # one more, so that it shows that it was cut
            self.left -= len(cut)
            return cut
        return value


def _paid(take: Callable[..., Any]) -> Callable[..., Any]:
    """Let a filter cost as much as it has to look at."""

    @pass_context
    def paid(context: Context, value: Any, *more: Any, **named: Any) -> Any:
        budget: Budget = context["_budget"]
        budget.spend(1 + sum(map(_weight, (value, *more))) // _STEP)
        return take(value, *more, **named)

    return paid


def _weight(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    return _A_HOLDER if isinstance(value, Mapping | list) and value else 1


@pass_context
def _printed(context: Context, value: Any) -> str:
    budget: Budget = context["_budget"]
    budget.spend(1 + _weight(value) // _STEP)
    return _shown(value)


def _together(first: Any, *more: Any) -> str:
    """`~`, cut."""
    return "".join(map(_text, (first, *more)))[:MAX_PART]


def _shown(value: Any) -> str:
    return "" if isinstance(value, Undefined) else plain(value)


@pass_context
def _few(context: Context, items: Iterable[Any], steps: int) -> Iterator[Any]:
    """Go through at most 100 items, and pay `steps` for each."""
    budget: Budget = context["_budget"]
    for item in islice(iter(items), MAX_ITEMS):
        budget.spend(steps)
        yield item


@pass_context
def _local(context: Context, value: Any) -> str:
    """Write a time where the team lives, `4 May 2026, 14:30 CEST`, and a date as `4 May 2026`."""
    text = _shown(value)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if len(text) == len("2026-05-04"):
        return _day(moment)
    moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(context["_zone"])
    return f"{_day(moment)}, {moment:%H:%M %Z}"


def _day(moment: date) -> str:
    return f"{moment.day} {moment:%b %Y}"


def _text(value: Any) -> str:
    return _shown(value)[:MAX_PART]


def _default(value: Any, instead: Any = "") -> Any:
    """Unlike jinja2's, also of what is empty."""
    return instead if isinstance(value, Undefined) or value in (None, "", [], {}) else value


def _items(value: Any) -> list[tuple[str, Any]]:
    return list(islice(value.items(), MAX_ITEMS)) if isinstance(value, Mapping) else []


def _join(value: Any, between: Any = ", ") -> str:
    items = value.values() if isinstance(value, Mapping) else value
    few = islice(items if isinstance(items, Iterable) and not isinstance(items, Undefined) else [], MAX_ITEMS)
    return _text(between)[:20].join(_text(item) for item in few)[:MAX_PART]


def _truncate(value: Any, length: Any = 200) -> str:
    text, most = _shown(value), max(1, min(int(length), MAX_PART))
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _round(value: Any, digits: Any = 0) -> float | int:
    places = max(0, min(int(digits), 6))
    rounded = round(float(value), places)
    return rounded if places else int(rounded)


def _number(value: Any) -> float:
    return float(_text(value)[:40])


def _length(value: Any) -> int:
    return len(value) if isinstance(value, str | Sequence | Mapping) else 0


def _end(value: Any, place: int) -> Any:
    items = list(islice(value, MAX_PART)) if isinstance(value, str | Sequence) else []
    return items[place] if items else ""


_FILTERS: dict[str, Any] = {
    "capitalize": lambda value: _text(value).capitalize(),
    "d": _default,
    "default": _default,
    "first": lambda value: _end(value, 0),
    "items": _items,
    "join": _join,
    "last": lambda value: _end(value, -1),
    "length": _length,
    "lower": lambda value: _text(value).lower(),
    "number": _number,
    "round": _round,
    "title": lambda value: _text(value).title(),
    "trim": lambda value: _text(value).strip(),
    "truncate": _truncate,
    "upper": lambda value: _text(value).upper(),
}
FILTERS: Final = tuple(sorted({*_FILTERS, "local"} - {"d"}))
