"""The house's fixtures, for the bot."""

from __future__ import annotations

from tests.routing.house import make_services, services
from tests.support.neighbours import telegram

__all__ = ["make_services", "services", "telegram"]
