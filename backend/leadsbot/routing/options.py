"""When and how a channel tells: what a user may set of it, in its normal form, as the API shows and takes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, get_args

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from leadsbot.errors import InvalidInput

MAX_TEMPLATE: Final = 4_000
MOST_ESCALATION_MINUTES: Final = 7 * 24 * 60

Time = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_EVERY_DAY: Final = frozenset(get_args(Day))


class QuietHours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From `start` to `end` of the workspace's day (`end` before `start`: of the next) the channel is silent; and all
    day on each of `days_off`. What happened meanwhile arrives afterwards, folded into one message."""

    start: Time | None = None
    end: Time | None = None
    days_off: tuple[Day, ...] = ()


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """`digest` gathers news of an hour or a day into one message; `template` is a sandboxed text that takes the place
    of the message's; a lead that nobody has claimed `escalate_after_minutes` after its alert is told of again;
    `summaries` are sent at the workspace's hour."""

    quiet_hours: QuietHours | None = None
    digest: Literal["off", "hourly", "daily"] = "off"
    template: Annotated[str, Meta(max_length=MAX_TEMPLATE)] = ""
    escalate_after_minutes: Annotated[int, Meta(ge=1, le=MOST_ESCALATION_MINUTES)] | None = None
    summaries: tuple[Literal["daily", "weekly"], ...] = ()


# What each has to be, by how its path begins.
_WANTED: Final = {
    "quiet_hours.days_off": f"Days off are some of: {', '.join(get_args(Day))}.",
    "quiet_hours.": "Write times such as 22:00.",
    "quiet_hours": 'quiet_hours is an object such as {"start": "22:00", "end": "07:00"}, or null.',
    "digest": "digest is off, hourly or daily.",
    "template": f"A template is a text of at most {MAX_TEMPLATE:,} characters.",
    "escalate_after_minutes": f"A whole number of minutes from 1 to {MOST_ESCALATION_MINUTES:,}, which is a week.",
    "summaries": "Summaries are daily, weekly or both.",
}


def read(stored: str) -> Options:
    """Give a channel's options as they are stored."""
    return msgspec.json.decode(stored or "{}", type=Options)


def merged(stored: str, given: object) -> dict[str, Any]:
    """Give what to check where somebody changes options: what is named replaces, null removes, None removes all."""
    if not isinstance(given, Mapping):
        return {} if given is None else check(given)
    whole = {**msgspec.json.decode(stored or "{}", type=dict[str, Any]), **given}
    return {name: value for name, value in whole.items() if value is not None}


def check(given: object) -> dict[str, Any]:
    """Give options in their normal form, what is as usual left out. Raises InvalidInput with the field's path."""
    try:
        options = msgspec.convert(given if given is not None else {}, Options)
    except msgspec.ValidationError as error:
        said, _, path = str(error).partition(" - at `$.")
        path = path.rstrip("`")
        raise InvalidInput(_in_words(said, path), fields=[f"options.{path}" if path else "options"]) from None
    hours = options.quiet_hours
    if hours and (hours.start is None) != (hours.end is None):
        raise InvalidInput("Quiet hours have a start and an end.", fields=["options.quiet_hours"])
    if hours and hours.start is None and not hours.days_off:
        raise InvalidInput("Say when it is quiet: from when to when, or on which days.", fields=["options.quiet_hours"])
    if hours and (set(hours.days_off) == _EVERY_DAY or (hours.start is not None and hours.start == hours.end)):
        message = "It would be quiet all the time. Leave it some hours, or switch the channel off."
        raise InvalidInput(message, fields=["options.quiet_hours"])
    shown: dict[str, Any] = msgspec.to_builtins(_each_once(options))
    return shown


def _each_once(options: Options) -> Options:
    hours = options.quiet_hours
    return replace(
        options,
        quiet_hours=hours and replace(hours, days_off=tuple(dict.fromkeys(hours.days_off))),
        summaries=tuple(dict.fromkeys(options.summaries)),
    )


def _in_words(said: str, path: str) -> str:
    """Say what msgspec found at `path` as what has to stand there."""
    unknown = re.match(r"Object contains unknown field `(.{0,80})`", said)
    if unknown:
        there = QuietHours if path else Options
        return f'There is no "{unknown[1]}" here. There are: {", ".join(there.__struct_fields__)}.'
    if not path:
        return 'options is an object such as {"digest": "daily"}, or null.'
    return next((words for start, words in _WANTED.items() if path.startswith(start)), f"{said}.")
