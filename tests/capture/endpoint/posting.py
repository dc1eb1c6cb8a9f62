"""Somebody who sends a lead to an endpoint, and what became of it."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import httpx

from leadsbot.db import Database
from tests.api.conftest import Client
from tests.support.waiting import until

JANE = {"name": "Jane Doe", "email": "Jane@Example.com", "phone": "+43 660 1234567"}
PAGE = "https://www.example.com"
LINKS = " ".join(f"https://pills-{number}.example/x" for number in range(12))


async def leads(database: Database) -> int:
    rows = await database.fetch("SELECT id FROM leads")
    return len(rows)


async def kept(api: Client, answer: httpx.Response) -> dict[str, Any]:
    """Give the lead that an answer speaks of, as its owner sees it."""
    lead: dict[str, Any] = (await api.get(f"/api/v1/leads/{answer.json()['id']}")).json()
    return lead


async def noted(database: Database, reason: str) -> dict[str, Any]:
    """Give the request that was turned away for this, once that is written down."""

    async def found() -> dict[str, Any] | None:
        return await database.fetch_one("SELECT * FROM refused_requests WHERE reason = $1", reason)

    row: dict[str, Any] | None = await until(found)
    assert row is not None
    return row


def signature(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
