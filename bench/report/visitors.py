"""A busy site's forms, with sessions of all kinds spread over a month."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Iterator
from typing import Any, Final

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.db.migrate import migrate
from leadsbot.forms.tables import Form, FormView, Session
from leadsbot.ids import derived_id, new_id
from leadsbot.workspaces.bootstrap import Created, NewWorkspace, create

MONTH: Final = 30 * clock.DAY
_PART: Final = 2_000
_FIELDS: Final = (
    "Name",
    "Email",
    "Phone",
    "Company",
    "Event date",
    "Guests",
    "Budget",
    "Where",
    "Message",
    "Heard of us",
)
_CLIENT: Final = json.dumps(
    {
        "user_agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0",
        "browser": "Chrome",
        "os": "Windows",
        "lang": "en-GB",
        "tz": "Europe/Vienna",
    }
)
_TOUCH: Final = json.dumps(
    {name: {"at": 1, "url": "https://www.example.com/?utm_source=google&utm_medium=cpc", "ref": "", "utm": {
        "source": "google", "medium": "cpc"}, "ids": {}} for name in ("first", "last")}
)  # fmt: skip


async def house(database: Database) -> Created:
    await migrate(database)
    owner = NewWorkspace("Bench", "bench@example.com", "a long password", ["https://www.example.com"])
    return await create(database, owner)


async def form(database: Database, space: Created, number: int, now: int) -> str:
    """Make a form that `number` visitors began and three times as many saw in the month before `now` (ms)."""
    row = _form(space, f"form-{number}", now)

    async def write(part: int) -> None:
        async def unit(tx: Tx) -> None:
            for nth in range(part, min(part + _PART, number)):
                session = _session(space, row["id"], now - MONTH + MONTH * nth // number, rng)
                tx.insert(Session, session)
                for seen in range(3):
                    view = {"id": new_id(), "form_id": row["id"], "at": session["started_at"] - 1000 * seen}
                    tx.insert(FormView, view)

        await database.write(unit)

    async def begin(tx: Tx) -> None:
        tx.insert(Form, row)

    rng = random.Random(number)
    await database.write(begin)
    for part in range(0, number, _PART):
        await write(part)
    return str(row["id"])


def _form(space: Created, name: str, now: int) -> dict[str, Any]:
    return {
        "id": derived_id("form", space.site_id, name),
        "workspace_id": space.workspace_id,
        "site_id": space.site_id,
        "key": name,
        "name": name,
        "page_url": "https://www.example.com/contact",
        "first_seen_at": now - MONTH,
        "last_seen_at": now,
    }


def _session(space: Created, form_id: str, at: int, rng: random.Random) -> dict[str, Any]:
    done = rng.choice((1, 2, 3, 4, 6, 10, 10, 10, 10))
    sent, took = done == len(_FIELDS), rng.randrange(5_000, 400_000)
    return {
        "id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "workspace_id": space.workspace_id,
        "site_id": space.site_id,
        "visit_id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "form_id": form_id,
        "form_name": "Contact us",
        "state": "submitted" if sent else "abandoned",
        "seq": done,
        "completion_percent": done * 10,
        "fields_completed": done,
        "fields_total": len(_FIELDS),
        "tries": rng.choice((1, 1, 1, 2)) if sent else 0,
        "wait_ms": rng.randrange(500, 60_000),
        "field_stats": json.dumps(list(_stats(done, rng)), separators=(",", ":")),
        "last_field": _FIELDS[done - 1],
        "page_url": "https://www.example.com/contact",
        "source": "google",
        "utm_source": "google",
        "utm_medium": "cpc",
        "device_type": rng.choice(("desktop", "mobile", "mobile", "tablet")),
        "ip_address": "203.0.113.7",
        "touch": _TOUCH,
        "client": _CLIENT,
        "started_at": at,
        "last_activity_at": at + took,
        "abandoned_at": None if sent else at + took + 30 * clock.MINUTE,
        "submitted_at": at + took if sent else None,
    }


def _stats(done: int, rng: random.Random) -> Iterator[list[Any]]:
    for nth, label in enumerate(_FIELDS, 1):
        name = label.lower().replace(" ", "_")
        if nth > done:
            yield [name, label, 0, 0, 0, 0, 0, 0, 0, 0]
        else:
            time = rng.randrange(800, 30_000)
            yield [name, label, nth, time, time // 5, rng.choice((0, 0, 1)), rng.choice((0, 0, 4)), 0, 0, 1]
