"""Checks that webhooks and channels share. Each gives the value in its normal form or raises InvalidInput."""

from __future__ import annotations

from typing import Any

from leadsbot.errors import InvalidInput
from leadsbot.events.log import TYPES

NAME_LENGTH = 200


def check_events(events: object) -> list[str]:
    """Give the event types once each, in their given order."""
    if not isinstance(events, list | tuple) or not all(isinstance(event, str) for event in events):
        raise InvalidInput("events is a list of event types.", fields=["events"])
    unknown = [event for event in events if event not in TYPES]
    if unknown:
        message = f"There is no event {unknown[0][:40]!r}. There are: {', '.join(TYPES)}."
        raise InvalidInput(message, fields=["events"])
    return list(dict.fromkeys(events))


def check_flag(value: object, field: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidInput(f"{field} is true or false.", fields=[field])
    return value


def check_name(value: object) -> str:
    if not isinstance(value, str) or len(value) > NAME_LENGTH or "\x00" in value:
        raise InvalidInput(f"name is a text of at most {NAME_LENGTH} characters.", fields=["name"])
    return value.strip()


def only_known(changes: dict[str, Any], known: tuple[str, ...]) -> None:
    """Raise InvalidInput for the first change that nobody knows."""
    for field in changes:
        if field not in known:
            raise InvalidInput(f"{field} can't be changed. What can: {', '.join(known)}.", fields=[field])
