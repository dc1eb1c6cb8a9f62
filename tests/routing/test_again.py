"""What was given up lately is sent again with one press, and nothing else is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.ids import new_id
from leadsbot.routing import again, destinations
from leadsbot.routing.tables import Delivery
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created

URL = "https://crm.example.com/hook"


async def test_what_was_given_up_lately_is_sent_again_where_it_can_be(
    services: Services, workspace: Created, stranger: Created, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, workspace_id = services.database, workspace.workspace_id
    make = lambda: destinations.create_webhook(database, services.vault, workspace_id, URL)  # noqa: E731
    on, off = (await make())[0]["id"], (await make())[0]["id"]
    await destinations.update_webhook(database, workspace_id, off, {"enabled": False})
    now = clock.now()
    told = {"workspace_id": workspace_id, "event_type": "lead.created", "status": "dead", "body": "{}"}
    told |= {"webhook_id": on, "lead_id": None, "created_at": now}
    rows: dict[str, dict[str, Any]] = {
        "old": {"created_at": now - again.LATELY_MS - 1},
        "first": {"created_at": now - 2},
        "second": {"created_at": now - 1, "event_type": "form.abandoned"},
        "off": {"webhook_id": off},
        "removed": {"webhook_id": new_id()},
        "arrived": {"status": "delivered"},
        "emptied": {"body": ""},
        "test": {"event_type": "test"},
    }
    ids = {name: new_id() for name in rows}

    async def unit(tx: Tx) -> None:
        for name, row in rows.items():
            tx.insert(Delivery, {"id": ids[name], "event_id": new_id(), **told, **row})

    await database.write(unit)

    async def pending() -> set[str]:
        found = await database.fetch("SELECT id FROM deliveries WHERE status = 'pending'")
        return {name for name, one in ids.items() if one in {row["id"] for row in found}}

    assert await again.retry_dead(database, stranger.workspace_id, webhook_id=on) == 0
    assert await again.retry_dead(database, workspace_id, webhook_id=off) == 0
    assert await again.retry_dead(database, workspace_id, event_type="form.abandoned") == 1
    assert await pending() == {"second"}

    async def arrives(unit: Any) -> Any:  # sent by somebody else, between looking and beginning
        sql = "UPDATE deliveries SET status = $2 WHERE id = $1"
        await database.write(lambda tx: tx.execute(sql, ids["first"], "delivered"))
        begun = await database.write(unit)
        await database.write(lambda tx: tx.execute(sql, ids["first"], "dead"))
        return begun

    meanwhile = cast(Database, SimpleNamespace(fetch=database.fetch, write=arrives))
    assert await again.retry_dead(meanwhile, workspace_id, webhook_id=on) == 0
    monkeypatch.setattr(again, "MOST", 1)
    assert await again.retry_dead(database, workspace_id, webhook_id=on, event_type=None) == 1
    assert await pending() == {"first", "second"}
    assert await again.retry_dead(database, workspace_id) == 0
    queued = await database.fetch("SELECT id FROM jobs WHERE kind = 'deliver'")
    assert len(queued) == 2
    with pytest.raises(ValueError, match="body"):
        await again.retry_dead(database, workspace_id, body="{}")
