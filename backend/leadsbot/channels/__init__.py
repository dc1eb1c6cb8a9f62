"""Where an event goes out: one module per channel, found by itself, each given plain data and no table.

A module (or package) in here that defines `CHANNEL` is a channel; see `base.Channel` for what it promises.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import cast

from leadsbot.channels.base import Channel


def discover() -> dict[str, Channel]:
    """Give every channel by its kind."""
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    channels = (cast(Channel, module.CHANNEL) for module in modules if hasattr(module, "CHANNEL"))
    return {channel.kind: channel for channel in channels}
