"""Fixtures of pages whose instance has a bot of its own."""

from __future__ import annotations

import pytest

from tests.support.neighbours import telegram
from tests.support.telegram_server import TelegramServer

__all__ = ["settings", "telegram"]


@pytest.fixture
def settings(settings: dict[str, str], telegram: TelegramServer) -> dict[str, str]:
    return settings | {"LEADSBOT_TELEGRAM_TOKEN": telegram.token, "LEADSBOT_TELEGRAM_API": telegram.base_url}
