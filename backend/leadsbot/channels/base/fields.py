"""What a channel's page asks for: a kind says what its config holds, so that no page knows kinds by name.

A kind has `fields`, and `steps` to take elsewhere first, as class attributes; one without them is asked for `url`.
`kept` names what else its config may hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from leadsbot.channels.base.contract import Channel


@dataclass(frozen=True, slots=True)
class ConfigField:
    """A value of a kind's config, by the name it has there. `lines` are a list, one entry a line; of a `secret` only
    the end is ever shown."""

    name: str
    label: str
    hint: str = ""
    kind: Literal["text", "lines", "secret"] = "text"


def fields_of(channel: Channel) -> tuple[ConfigField, ...]:
    """Give the fields of a kind's config, in the order in which they are asked for."""
    found: tuple[ConfigField, ...] = getattr(
        channel, "fields", (ConfigField("url", "Address to send to", kind="secret"),)
    )
    return found


def steps_of(channel: Channel) -> tuple[str, ...]:
    """Give what has to be done at the service itself first, a sentence a step."""
    found: tuple[str, ...] = getattr(channel, "steps", ())
    return found


def names_of(channel: Channel) -> tuple[str, ...]:
    """Give the names that a kind's config may have."""
    kept: tuple[str, ...] = getattr(channel, "kept", ())
    return (*(field.name for field in fields_of(channel)), *kept)
