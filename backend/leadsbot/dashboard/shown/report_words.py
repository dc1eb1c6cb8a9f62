"""Shares and spans of time as people say them."""

from __future__ import annotations

from typing import Final
from unicodedata import bidirectional

from leadsbot.clock import HOUR, MINUTE, SECOND
from leadsbot.dashboard.views import Part
from leadsbot.forms.report_shape import Rate

LONGEST_QUOTE = 60
_APART: Final = "\u2068"
_END: Final = "\u2069"


def quoted(label: str) -> str:
    """Quote a field's label in a sentence; a long one, such as a consent's, by how it begins."""
    short = label if len(label) <= LONGEST_QUOTE else f"{label[: LONGEST_QUOTE - 1].rstrip()}…"
    # Set apart (Unicode, UAX #9, 2.4), so that a name in Arabic or Hebrew doesn't turn the rest of the sentence around.
    return f"“{_APART}{short}{_END}”" if any(bidirectional(one) in ("R", "AL") for one in short) else f"“{short}”"


def percent(rate: Rate) -> str:
    """Write a share: "43 %", and neither 0 nor 100 where it is only nearly so; a dash where there is none."""
    if rate.rate is None:
        return "–"
    shown = round(100 * rate.rate)
    if shown == 0 and rate.count:
        return "<1\u00a0%"
    if shown == 100 and rate.of and rate.count < rate.of:
        return ">99\u00a0%"
    return f"{shown}\u00a0%"


def part(rate: Rate) -> Part:
    """Give a share with its counts."""
    counts = f"{rate.count:,} of {rate.of:,}" if rate.of else ""
    return Part(percent(rate), counts, min(100.0, round(100 * (rate.rate or 0), 1)))


def lasted(ms: int | None) -> str:
    """Write how long something took: "0.4 s", "12 s", "2 min 10 s", "1 h 5 min"; a dash where nothing was timed."""
    return "–" if ms is None else _span(ms).replace(" ", "\u00a0")


def _span(ms: int) -> str:
    if ms < 10 * SECOND:
        return f"{ms / SECOND:.1f} s"
    if ms < MINUTE:
        return f"{ms // SECOND} s"
    if ms < HOUR:
        minutes, seconds = divmod(ms // SECOND, 60)
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
    hours, minutes = divmod(ms // MINUTE, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
