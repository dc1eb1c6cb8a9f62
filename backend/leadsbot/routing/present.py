"""Destinations and deliveries as the API shows them (contract, section 9). No secret passes through here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from leadsbot.clock import rfc3339
from leadsbot.routing.destination import open_config
from leadsbot.vault import Undecipherable, Vault

Row = Mapping[str, Any]

# Whoever has one of these can write in somebody's name; names are those of all channels' configs.
_SECRET = frozenset({"bot_token", "webhook_url", "url", "token", "password"})
_SHOWN = 4


def webhook_json(row: Row) -> dict[str, Any]:
    """Give a webhook's public shape, without its secret."""
    replay = msgspec.json.decode(row["replay"] or "{}")
    return {
        "id": row["id"],
        "url": row["url"],
        "name": row["name"],
        "events": msgspec.json.decode(row["events"]),
        "enabled": bool(row["enabled"]),
        "disabled_reason": row["disabled_reason"],
        "next_probe_at": _time(row["probe_at"]),
        "missed_since": _time(row["missed_since"]),
        "replay": _replay_json(replay) if replay else None,
        "created_at": rfc3339(row["created_at"]),
    }


def _replay_json(replay: Row) -> dict[str, Any]:
    shown = {name: replay[name] for name in ("due", "queued")}
    return {"since": rfc3339(replay["since"]), "missed_only": replay["missed"], **shown}


def channel_json(row: Row, vault: Vault) -> dict[str, Any]:
    """Give a channel's public shape; of secrets in its config only the end is shown."""
    try:
        config = open_config(vault, row["config"])
    except Undecipherable:  # a list must not break because one channel was stored under another key
        config = {}
    return {
        "id": row["id"],
        "kind": row["kind"],
        "name": row["name"],
        "config": {key: masked(key, value) for key, value in config.items()},
        "events": msgspec.json.decode(row["events"]),
        "filter": msgspec.json.decode(row["filter"]),
        "options": msgspec.json.decode(row["options"] or "{}"),
        "enabled": bool(row["enabled"]),
        "disabled_reason": row["disabled_reason"],
        "failing_since": _time(row["failing_since"]),
        "muted_until": _time(row["muted_until"]),
        "created_at": rfc3339(row["created_at"]),
    }


def masked(key: str, value: Any) -> Any:
    """Give a config's value as it may be shown: a secret as an ellipsis and its last characters."""
    return f"…{value[-_SHOWN:]}" if key in _SECRET and isinstance(value, str) else value


def delivery_json(row: Row, attempts: Sequence[Row]) -> dict[str, Any]:
    """Give a delivery's public shape with its attempts, oldest first."""
    shown = ["id", "event_type", "lead_id", "channel_id", "webhook_id", "destination"]
    shown += ["status", "reason", "folded_into"]
    times = ["created_at", "delivered_at", "next_attempt_at"]
    return {
        **{column: row[column] for column in shown},
        **{column: _time(row[column]) for column in times},
        "attempts": [_attempt_json(attempt) for attempt in attempts],
    }


def _attempt_json(row: Row) -> dict[str, Any]:
    return {
        "at": rfc3339(row["at"]),
        "status_code": row["status_code"],
        "latency_ms": row["latency_ms"],
        "error": row["error"] or None,
        "answer": row["answer"],
    }


def _time(ms: int | None) -> str | None:
    return None if ms is None else rfc3339(ms)
