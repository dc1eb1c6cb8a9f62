"""A webhook or a channel, seen alike by whoever routes and delivers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from leadsbot import clock
from leadsbot.db import Database
from leadsbot.ids import new_id
from leadsbot.routing import kinds, options, secrets
from leadsbot.routing.options import Options
from leadsbot.services import Services
from leadsbot.vault import Undecipherable, Vault

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Destination:
    """`row` is its own, as stored: secrets and config still encrypted."""

    kind: str
    row: Row

    @property
    def id(self) -> str:
        return str(self.row["id"])

    @property
    def workspace_id(self) -> str:
        return str(self.row["workspace_id"])

    @property
    def is_webhook(self) -> bool:
        return self.kind == kinds.WEBHOOK

    @property
    def table(self) -> str:
        return "webhooks" if self.is_webhook else "channels"

    @property
    def lane(self) -> str:
        """Name what a slow one of these holds up: itself alone."""
        return _lane(self.id if self.is_webhook else None, self.id)

    @property
    def events(self) -> tuple[str, ...]:
        return tuple(msgspec.json.decode(self.row["events"], type=list[str]))

    @property
    def filter(self) -> dict[str, Any]:
        """The leads it is told of (see `wants`); a webhook has none."""
        return {} if self.is_webhook else msgspec.json.decode(self.row["filter"], type=dict[str, Any])

    @property
    def options(self) -> Options:
        """When and how a channel tells; a webhook has none of it."""
        return Options() if self.is_webhook else options.read(self.row.get("options") or "{}")

    def config(self, vault: Vault) -> dict[str, Any]:
        """Give its config, decrypted. Raises `Undecipherable`."""
        if not self.is_webhook:
            return open_config(vault, str(self.row["config"]))
        config = {"url": self.row["url"], "secret": vault.decrypt(self.row["secret"])}
        before = secrets.previous(self.row, clock.now())
        return {**config, "previous_secrets": [vault.decrypt(one.secret) for one in before]}

    def name(self, services: Services) -> str:
        """Say where it leads, for the record; without secrets."""
        channel = services.channels.get(self.kind)
        try:
            return channel.destination(self.config(services.vault)) if channel else self.kind
        except Undecipherable:
            return self.kind

    def delivery(self, name: str, event: Row, body: bytes, **more: Any) -> dict[str, Any]:
        """Give the row of a delivery of `event` (its `id`, `type`, `lead_id`; from the log, its `session_id` and `seq`
        too) to this destination, as it is called."""
        return {
            "id": new_id(),
            "workspace_id": self.workspace_id,
            "event_id": event["id"],
            "event_type": event["type"],
            "lead_id": event["lead_id"],
            "line": event["lead_id"] or event.get("session_id") or "",
            "position": event.get("seq", 0),
            "channel_id": None if self.is_webhook else self.id,
            "webhook_id": self.id if self.is_webhook else None,
            "destination": name[:2000],
            "status": "pending",
            "reason": "",
            "body": body.decode(),
            "created_at": clock.now(),
            "next_attempt_at": None,
            **more,
        }


def lane_of(delivery: Row) -> str:
    """Give the lane of a delivery's destination, whether that is still there or not."""
    return _lane(delivery["webhook_id"], delivery["channel_id"])


def _lane(webhook_id: str | None, channel_id: str | None) -> str:
    return f"webhook:{webhook_id}" if webhook_id else f"channel:{channel_id}"


def open_config(vault: Vault, stored: str) -> dict[str, Any]:
    """Give a channel's config as `seal_config()` took it. Raises `Undecipherable`.

    One that holds no secret may lie there in the open: what makes the first workspace has no key yet.
    """
    text = stored if stored.startswith("{") else vault.decrypt(stored)
    return msgspec.json.decode(text, type=dict[str, Any])


def seal_config(vault: Vault, config: Row) -> str:
    """Give a channel's config as it is stored."""
    return vault.encrypt(msgspec.json.encode(config).decode())


async def enabled_in(database: Database, workspace_ids: Sequence[str]) -> list[Destination]:
    """Give every destination of these workspaces that is switched on."""
    where = f"WHERE workspace_id {database.one_of(1)} AND enabled"
    among = database.many(list(workspace_ids))
    webhooks = await database.fetch(f"SELECT * FROM webhooks {where}", among)
    channels = await database.fetch(f"SELECT * FROM channels {where}", among)
    return [
        *(Destination(kinds.WEBHOOK, row) for row in webhooks),
        *(Destination(row["kind"], row) for row in channels),
    ]


async def of_delivery(database: Database, delivery: Row) -> Destination | None:
    """Give where a delivery goes, or None when that was deleted."""
    if delivery["webhook_id"]:
        row = await database.fetch_one("SELECT * FROM webhooks WHERE id = $1", delivery["webhook_id"])
        return None if row is None else Destination(kinds.WEBHOOK, row)
    row = await database.fetch_one("SELECT * FROM channels WHERE id = $1", delivery["channel_id"])
    return None if row is None else Destination(row["kind"], row)
