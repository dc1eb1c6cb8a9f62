"""A workspace's webhooks: made, changed, tested, their secrets rotated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from leadsbot import clock
from leadsbot.channels.webhook import CHANNEL, new_secret
from leadsbot.db import Database, Tx
from leadsbot.db.paging import Page
from leadsbot.errors import InvalidInput
from leadsbot.events.log import topic
from leadsbot.ids import new_id
from leadsbot.routing import inputs, kinds, secrets, trial, trouble
from leadsbot.routing.destination import Destination
from leadsbot.routing.owned import held, owned, page
from leadsbot.routing.tables import Webhook
from leadsbot.services import Services
from leadsbot.vault import Vault

_CHANGEABLE = ("url", "name", "events", "enabled", "missed_since")
_WRITTEN = ("url", "name", "events", "enabled", "disabled_reason", *trouble.STORY, "missed_since")

Row = dict[str, Any]


async def create_webhook(
    database: Database,
    vault: Vault,
    workspace_id: str,
    url: str,
    events: Sequence[str] = (),
    enabled: bool = True,
    name: str = "",
) -> tuple[Row, str]:
    """Add a webhook; gives its row, and its secret, which is shown this once. Raises InvalidInput."""
    secret = new_secret()
    row: Row = {
        "id": new_id(),
        "workspace_id": workspace_id,
        "url": _url(url),
        "name": inputs.check_name(name),
        "secret": vault.encrypt(secret),
        "events": _json(inputs.check_events(events)),
        "enabled": inputs.check_flag(enabled, "enabled"),
        "created_at": clock.now(),
    }

    async def unit(tx: Tx) -> None:
        tx.insert(Webhook, row)
        tx.signal(topic(workspace_id))

    await database.write(unit)
    return await get_webhook(database, workspace_id, row["id"]), secret


async def get_webhook(database: Database, workspace_id: str, webhook_id: str) -> Row:
    """Give a webhook's row, or raise NotFound."""
    return await owned(database, "webhook", workspace_id, webhook_id)


async def list_webhooks(database: Database, workspace_id: str, cursor: str | None = None, limit: int = 50) -> Page:
    return await page(database, "webhooks", {"workspace_id": workspace_id}, cursor, limit)


async def update_webhook(database: Database, workspace_id: str, webhook_id: str, changes: dict[str, Any]) -> Row:
    """Change `url`, `name`, `events` or `enabled`, or forget what it missed (`missed_since` is None). Switching it on
    forgives what had failed. Raises NotFound, InvalidInput."""
    inputs.only_known(changes, _CHANGEABLE)

    async def unit(tx: Tx) -> Row:
        if "enabled" in changes:  # its probe's delivery first, as whoever settles that takes them
            probed = await owned(tx, "webhook", workspace_id, webhook_id)
            await trouble.end_probe(tx, webhook_id, probed["disabled_at"])
        before = await held(tx, "webhook", workspace_id, webhook_id)
        row = {**before, **_checked(changes)}
        if before["enabled"] and row["enabled"]:  # whether it works again is for what arrives to say
            row |= {name: before[name] for name in trouble.STORY}
        if before["enabled"] and not row["enabled"]:
            missed = await trouble.missed_from(tx, before, clock.now())
            row["missed_since"] = min(before["missed_since"] or missed, missed)
        await tx.execute(
            f"UPDATE webhooks SET {', '.join(f'{name} = ${at}' for at, name in enumerate(_WRITTEN, 2))} WHERE id = $1",
            webhook_id,
            *(row[name] for name in _WRITTEN),
        )
        tx.signal(topic(workspace_id))
        return row

    return await database.write(unit)


async def rotate_secret(database: Database, vault: Vault, workspace_id: str, webhook_id: str) -> tuple[Row, str]:
    """Give the webhook a new secret, shown this once; the one before signs along for 24 hours, as do those before it
    for what is left of theirs. Raises NotFound, or Conflict where too many would sign."""
    secret = new_secret()
    sealed = vault.encrypt(secret)

    async def unit(tx: Tx) -> Row:
        row = await held(tx, "webhook", workspace_id, webhook_id)
        before = secrets.rotated(row, clock.now())
        new = {"secret": sealed, "previous_secrets": secrets.stored(before), "previous_until": before[0].until}
        await tx.execute(
            "UPDATE webhooks SET secret = $2, previous_secrets = $3, previous_until = $4 WHERE id = $1",
            webhook_id,
            *new.values(),
        )
        tx.signal(topic(workspace_id))
        return {**row, **new}

    return await database.write(unit), secret


async def test_webhook(services: Services, workspace_id: str, webhook_id: str) -> Row:
    """Send a test at once, signed like any other; gives the delivery, as `delivery_json`. Raises NotFound."""
    row = await get_webhook(services.database, workspace_id, webhook_id)
    return await trial.send(services, Destination(kinds.WEBHOOK, row))


def _checked(changes: dict[str, Any]) -> Row:
    checked: Row = {}
    if "url" in changes:
        checked["url"] = _url(changes["url"])
    if "name" in changes:
        checked["name"] = inputs.check_name(changes["name"])
    if "events" in changes:
        checked["events"] = _json(inputs.check_events(changes["events"]))
    if "enabled" in changes:
        checked |= trouble.by_hand(inputs.check_flag(changes["enabled"], "enabled"))
    if "missed_since" in changes:
        if changes["missed_since"] is not None:
            raise InvalidInput("missed_since can only be null: forget what it missed.", fields=["missed_since"])
        checked["missed_since"] = None
    return checked


def _url(url: object) -> str:
    try:
        return str(CHANNEL.check_config({"url": url})["url"])
    except InvalidInput as error:  # a webhook's address stands beside its events, not in a config
        raise InvalidInput(error.message, fields=["url"]) from None


def _json(events: list[str]) -> str:
    return msgspec.json.encode(events).decode()
