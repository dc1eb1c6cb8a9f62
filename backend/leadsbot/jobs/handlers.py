"""Finding the handlers of job kinds and the ticks, so that `jobs` knows none of them.

A module anywhere in the package offers work by defining `job_handlers(services)`, which gives handlers by kind, and
recurring work by defining `TICKS`.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Protocol

from leadsbot.db import Database
from leadsbot.jobs.cron import Tick
from leadsbot.jobs.runner import JobHandler


class HasDatabase(Protocol):
    """The least that a job's module is given."""

    @property
    def database(self) -> Database: ...


def handlers_of(modules: Iterable[ModuleType], services: HasDatabase) -> dict[str, JobHandler]:
    """Give every handler by kind; two modules that claim one kind are a programming error."""
    found: dict[str, JobHandler] = {}
    for module in modules:
        offered: Mapping[str, JobHandler] = getattr(module, "job_handlers", lambda _: {})(services)
        for kind, handler in offered.items():
            if kind in found:
                raise RuntimeError(f"two handlers for the job kind {kind}")
            found[kind] = handler
    return found


def ticks_of(modules: Iterable[ModuleType]) -> list[Tick]:
    return [tick for module in modules for tick in getattr(module, "TICKS", ())]


@cache
def modules_in(package: str) -> tuple[ModuleType, ...]:
    """Import every module below `package` (migrations and the command line aside) and give them."""
    root = import_module(package)
    names = [
        module.name
        for module in pkgutil.walk_packages(root.__path__, f"{package}.")
        if ".migrations" not in module.name and ".cli" not in module.name and not module.name.endswith("__main__")
    ]
    return tuple(import_module(name) for name in names)
