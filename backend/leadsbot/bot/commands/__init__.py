"""The bot's commands, one file each: a module in here that defines `COMMAND` is one, and no list names it."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from leadsbot.bot.said import Command


@cache
def commands() -> dict[str, Command]:
    """Give every command by each of its names, in the order of their places."""
    modules = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    found: list[Command] = [module.COMMAND for module in modules if hasattr(module, "COMMAND")]
    return {name: command for command in sorted(found, key=lambda one: one.place) for name in command.names}
