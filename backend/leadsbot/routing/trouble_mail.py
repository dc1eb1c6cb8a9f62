"""The last resort: a destination fails, and no channel that works is told of such things.

Then the workspace's owners and admins are mailed straight, wherever SMTP is set; where it isn't, every channel hears of
it, whatever it has asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from leadsbot import clock
from leadsbot.channels.base import DeliveryFailed, one_line
from leadsbot.channels.email import begun, post
from leadsbot.db import Tx
from leadsbot.db.tx import Row
from leadsbot.ids import derived_id
from leadsbot.jobs.outcomes import Again, Dead, Done, Outcome
from leadsbot.jobs.queue import enqueue
from leadsbot.jobs.runner import JobHandler
from leadsbot.routing import kinds
from leadsbot.routing.destination import Destination, open_config
from leadsbot.routing.news import News
from leadsbot.routing.trouble import CHANNEL_DISABLED, URGENT, WEBHOOK_DISABLED
from leadsbot.routing.wants import wants
from leadsbot.services import Services
from leadsbot.vault import Undecipherable

KIND: Final = "mail.trouble"
LANE: Final = "mail:trouble"
GIVEN_UP_AFTER: Final = 5 * clock.DAY
SOONEST, LATEST = 5 * clock.MINUTE, 5 * clock.HOUR
"""Between two tries passes as long as since the news, but no less and no more than these."""
_TO = "('owner', 'admin')"


def unheard(one: News, ready: Sequence[tuple[Destination, str]]) -> bool:
    """Tell whether somebody must be told of this, and no channel of those `ready` that works and asks for it is."""
    return one.type in URGENT and not any(
        not destination.is_webhook and destination.row["failing_since"] is None and wants(destination, one)
        for destination, _ in ready
    )


def mail(tx: Tx, one: News) -> None:
    """Enqueue the mail, in the caller's transaction; of an event that is routed twice, once."""
    event_id = str(one.event["id"])
    enqueue(tx, KIND, {"event": event_id}, lane=LANE, unique_key=f"{KIND}:{event_id}", workspace_id=one.workspace_id)


def job_handlers(services: Services) -> dict[str, JobHandler]:
    async def run(payload: Mapping[str, Any]) -> Outcome:
        event = await services.database.fetch_one(
            "SELECT e.*, w.name FROM events e JOIN workspaces w ON w.id = e.workspace_id WHERE e.id = $1",
            payload["event"],
        )
        if event is None or not services.settings.smtp_url:
            return Done()
        return await (_mail(services, event, payload["to"]) if "to" in payload else _share(services, event))

    return {KIND: run}


async def _share(services: Services, event: Row) -> Outcome:
    """Give everybody's mail a job of its own: whom the server can't take for now is tried again alone."""
    to = await _recipients(services, event)

    async def write(tx: Tx) -> None:
        for address in to:
            payload = {"event": event["id"], "to": address}
            enqueue(tx, KIND, payload, lane=LANE, workspace_id=event["workspace_id"])

    return Done(writes=write)


async def _mail(services: Services, event: Row, to: str) -> Outcome:
    settings = services.settings
    title, text, path = _said(event)
    message = begun([to], one_line(title), settings.mail_from, derived_id("mail", event["id"]))
    message.set_content(
        f"{title}.\n\n{text}\n\n{settings.public_url}{path}\n\nThis is the workspace {event['name']}.\n"
    )
    try:
        await post(message, [to], settings.smtp_url)
    except DeliveryFailed as error:
        since = clock.now() - event["at"]
        if error.permanent or since > GIVEN_UP_AFTER:
            return Dead(error.message)
        return Again(min(max(since, SOONEST), LATEST), error=error.message, failed=True)
    return Done()


async def _recipients(services: Services, event: Row) -> list[str]:
    """Give who owns and looks after the workspace, but for those whose mail is what failed."""
    rows = await services.database.fetch(
        f"SELECT u.email FROM members m JOIN users u ON u.id = m.user_id WHERE m.workspace_id = $1 AND m.role IN {_TO}"
        " ORDER BY m.created_at",
        event["workspace_id"],
    )
    failed = await _failed_addresses(services, event)
    return [row["email"] for row in rows if row["email"].lower() not in failed]


async def _failed_addresses(services: Services, event: Row) -> set[str]:
    if event["type"] != CHANNEL_DISABLED:
        return set()
    about = msgspec.json.decode(event["data"])["channel"]
    row = await services.database.fetch_one("SELECT kind, config FROM channels WHERE id = $1", about["id"])
    if row is None or row["kind"] != kinds.EMAIL:
        return set()
    try:
        return {str(address).lower() for address in open_config(services.vault, row["config"]).get("to", [])}
    except Undecipherable:
        return set()


def _said(event: Row) -> tuple[str, str, str]:
    """Give the title, what there is to say, and the page that it is about."""
    data = msgspec.json.decode(event["data"])
    if event["type"] == WEBHOOK_DISABLED:
        hook = data["webhook"]
        return f"The webhook {hook['url']} was switched off", str(hook["disabled_reason"]), "/webhooks"
    alert = data["alert"]
    return str(alert["title"]), str(alert["text"]), str(alert["path"])
