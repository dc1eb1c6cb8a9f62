"""The only clock. Tests freeze it with `clock.freeze()`; nothing else in the package asks the system for the time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _system() -> int:
    return time.time_ns() // 1_000_000


_source: Callable[[], int] = _system


def now() -> int:
    """Give the time in milliseconds since the epoch, UTC."""
    return _source()


@contextmanager
def freeze(at: int) -> Iterator[Callable[[int], None]]:
    """Hold `now()` at `at` (ms) for a test; calling what it yields moves the frozen time forward by so many ms."""
    global _source
    held = [at]

    def advance(by: int) -> None:
        held[0] += by

    before, _source = _source, lambda: held[0]
    try:
        yield advance
    finally:
        _source = before


def to_datetime(ms: int) -> datetime:
    """Give `ms` as an aware UTC datetime."""
    return _EPOCH + timedelta(milliseconds=ms)


@lru_cache(maxsize=4096)
def rfc3339(ms: int) -> str:
    """Write `ms` the way every answer does: RFC 3339, UTC, milliseconds, `Z`."""
    return to_datetime(ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def zone(name: str) -> tzinfo:
    """Give the time zone of this (IANA) name; UTC for one that nobody knows."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC
