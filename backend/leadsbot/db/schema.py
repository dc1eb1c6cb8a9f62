"""Which tables there are: every `tables.py` of the package, found rather than listed."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from piccolo.table import Table


@cache
def all_tables() -> tuple[type[Table], ...]:
    """Give every Piccolo table of the package, in the order of their modules' names."""
    package = import_module("leadsbot")
    found: list[type[Table]] = []
    for module in pkgutil.iter_modules(package.__path__, "leadsbot."):
        if module.ispkg and find_spec(f"{module.name}.tables"):
            tables = import_module(f"{module.name}.tables")
            found += [
                value
                for value in vars(tables).values()
                if isinstance(value, type) and issubclass(value, Table) and value.__module__ == tables.__name__
            ]
    return tuple(found)
