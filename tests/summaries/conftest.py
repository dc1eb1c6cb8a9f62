"""The house's fixtures, for summaries."""

from __future__ import annotations

from tests.routing.house import make_services, run, running, services
from tests.support.neighbours import receiver, smtp, telegram

__all__ = ["make_services", "receiver", "run", "running", "services", "smtp", "telegram"]
