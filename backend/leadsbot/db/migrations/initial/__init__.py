"""The first migration's tables and indexes, by room. Frozen: a change to a room's `tables.py` is a migration of its own.

A room's `INDEXES` are those that Piccolo's columns can't say: for lists with their filters, for sweeps, for claims.
"""

from __future__ import annotations

from piccolo.table import Table

from leadsbot.db.migrations.initial import bot, events, forms, jobs, leads, routing, workspaces

_ROOMS = (workspaces, forms, leads, events, jobs, routing, bot)

TABLES: tuple[type[Table], ...] = tuple(
    value
    for room in _ROOMS
    for value in vars(room).values()
    if isinstance(value, type) and issubclass(value, Table) and value.__module__ == room.__name__
)
INDEXES: tuple[str, ...] = tuple(index for room in _ROOMS for index in getattr(room, "INDEXES", ()))
