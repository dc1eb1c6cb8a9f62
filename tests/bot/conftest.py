"""The house's fixtures, for the bot."""

from __future__ import annotations

import pytest

from leadsbot.services import Services
from tests.bot.talking import Talk
from tests.routing.house import make_services, services
from tests.support.neighbours import telegram
from tests.support.telegram_server import TelegramServer

__all__ = ["make_services", "services", "telegram"]


@pytest.fixture
def talk(services: Services, telegram: TelegramServer) -> Talk:
    return Talk(services, telegram)
