"""Piccolo's view of LeadsBot: its tables and its migrations."""

from __future__ import annotations

from pathlib import Path

from piccolo.conf.apps import AppConfig

from leadsbot.db.schema import all_tables

APP_CONFIG = AppConfig(
    app_name="leadsbot",
    migrations_folder_path=Path(__file__).parent / "migrations",
    table_classes=list(all_tables()),
)
