"""The servers around LeadsBot, as fixtures: somebody's webhook endpoint, a Bot API server, a mail server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.smtp_server import SmtpServer
from tests.support.telegram_server import TelegramServer
from tests.support.webhook_receiver import WebhookReceiver


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    """Somebody's webhook endpoint, which takes everything."""
    with WebhookReceiver() as server:
        yield server


@pytest.fixture
def telegram() -> Iterator[TelegramServer]:
    with TelegramServer() as server:
        yield server


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server
