"""Sends files of leads to the API, and looks at what became of them."""

from __future__ import annotations

from typing import Any

from leadsbot.db import Database
from leadsbot.imports import run
from tests.api.conftest import Client

PATH = "/api/v1/imports"
CSV = {"content-type": "text/csv"}
PEOPLE = (
    "Name,E-mail,Telephone,Guests,Stage,Created at,Tags\n"
    'Jane Doe,Jane@Example.com,+43 660 1234567,80,Quoted,2024-03-01 10:00,"vip; fair"\n'
    "Max Muster,max@example.com,,,,,\n"
    "No Contact,,,12,,,\n"
    "Wrong Stage,w@example.com,,,Nowhere,,\n"
    "No Mail,not an address,1,,,,\n"
    "Jane Again,JANE@example.com,,90,New,,late\n"
)


async def send(api: Client, text: str | bytes = PEOPLE, **query: str) -> dict[str, Any]:
    body = text if isinstance(text, bytes) else text.encode()
    answer = await api.post(PATH, content=body, headers=CSV, params=query)
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def imported(api: Client, database: Database, text: str | bytes = PEOPLE, **query: str) -> dict[str, Any]:
    """Send a file and let the job run; gives the import as it is then."""
    made = await send(api, text, **query)
    await run.work(database, made["id"])
    return await shown(api, made["id"])


async def shown(api: Client, import_id: str) -> dict[str, Any]:
    answer = await api.get(f"{PATH}/{import_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def leads(api: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await api.get("/api/leads?limit=100")).json()["leads"]
    return found


def counts(found: dict[str, Any]) -> tuple[int, int, int, int]:
    return found["created"], found["updated"], found["skipped"], found["failed_rows"]
