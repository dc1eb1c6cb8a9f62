"""The client as an operator who allows private addresses has it, and somebody to call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from leadsbot.outbound import Outbound
from tests.outbound.calling import opened
from tests.support.webhook_receiver import WebhookReceiver


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as running:
        yield running


@pytest.fixture
async def outbound() -> AsyncIterator[Outbound]:
    async with opened(Outbound(allow_private=True)) as client:
        yield client
