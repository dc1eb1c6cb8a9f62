"""When and how a channel tells: what a user may set of it, in its normal form, as the API shows and takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, get_args

import msgspec
from msgspec import Meta

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
        field = f"options.{path.rstrip('`')}" if path else "options"
        raise InvalidInput(f"{said}.", fields=[field]) from None
    hours = options.quiet_hours
    if hours and (hours.start is None) != (hours.end is None):
        raise InvalidInput("Quiet hours have a start and an end.", fields=["options.quiet_hours"])
    if hours and hours.start is None and not hours.days_off:
        raise InvalidInput("Say when it is quiet: from when to when, or on which days.", fields=["options.quiet_hours"])
    if hours and (set(hours.days_off) == _EVERY_DAY or (hours.start is not None and hours.start == hours.end)):
        message = "It would be quiet all the time. Leave it some hours, or switch the channel off."
        raise InvalidInput(message, fields=["options.quiet_hours"])
    shown: dict[str, Any] = msgspec.to_builtins(options)
    return shown
