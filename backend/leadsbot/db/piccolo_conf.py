"""Where Piccolo looks for the engine when it makes or runs migrations (`PICCOLO_CONF=leadsbot.db.piccolo_conf`).

`migrate.py` puts the open database's engine here; the command line tool of Piccolo gets the embedded one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from piccolo.conf.apps import AppRegistry
from piccolo.engine.base import Engine

from leadsbot.db.sqlite import PooledSQLiteEngine

DB: Engine[Any] = PooledSQLiteEngine(Path("data/leadsbot.db"))
APP_REGISTRY = AppRegistry(apps=["leadsbot.db.piccolo_app"])
