"""An outbound client that may reach the test's own servers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from leadsbot.outbound import Outbound


@pytest.fixture
async def outbound() -> AsyncIterator[Outbound]:
    client = Outbound(allow_private=True)
    yield client
    await client.aclose()
