"""The database: Piccolo engines to read, the one writer to write, migrations. SQLite or PostgreSQL, same tests."""

from __future__ import annotations

from leadsbot.db.database import Database
from leadsbot.db.tx import Tx

__all__ = ["Database", "Tx"]
