"""An endpoint's address, its rules, and a CAPTCHA's provider."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client, api, as_, nobody, serve, stranger_api
from tests.support.captcha_server import CaptchaServer

__all__ = ["api", "as_", "nobody", "serve", "stranger_api"]


@pytest.fixture
def door(workspace: Created) -> str:
    return f"/api/inbound/w/{workspace.endpoint_id}/leads"


@pytest.fixture
def provider() -> Iterator[CaptchaServer]:
    with CaptchaServer() as server:
        yield server


@pytest.fixture
def rules(api: Client, workspace: Created) -> Any:
    """Set the endpoint's rules; gives what the API answers."""

    async def change(**changes: Any) -> dict[str, Any]:
        answer = await api.patch(f"/api/v1/endpoints/{workspace.endpoint_id}", json=changes)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    return change
