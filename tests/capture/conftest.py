"""The capture doors over ASGI, and a page of the workspace's site that talks to them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from leadsbot.capture.edge import App
from leadsbot.db import Database
from leadsbot.workspaces.bootstrap import Created
from tests.support.capture import Page, edge


@pytest.fixture
async def app(database: Database) -> AsyncIterator[App]:
    async with edge(database) as opened:
        yield opened


@pytest.fixture
def page(app: App, workspace: Created) -> Page:
    """A page on the site's one allowed origin."""
    return Page(app, workspace.public_token)
