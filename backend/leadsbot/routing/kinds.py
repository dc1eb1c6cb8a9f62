"""What routing knows of the kinds of channels: the events they get unasked, and what the instance lends them.

A kind that isn't named here needs nothing of the sort; adding a channel is no line in this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadsbot.settings import Settings

WEBHOOK = "webhook"
EMAIL = "email"
TELEGRAM = "telegram"

_CHAT_EVENTS = ("lead.created", "lead.updated", "form.abandoned", "webhook.disabled")
_MAIL_EVENTS = ("lead.created", "webhook.disabled")


def default_events(kind: str) -> tuple[str, ...]:
    """Give what a channel without `events` of its own is told.

    Chats hear of new leads, of leads that come back, of forms left by somebody who can be reached, and of webhooks that
    were switched off. A mailbox gets less: new leads, and webhooks switched off.
    """
    return _MAIL_EVENTS if kind == EMAIL else _CHAT_EVENTS


def reachable(settings: Settings, kind: str, config: Mapping[str, Any]) -> bool:
    """Tell whether deliveries make sense yet: mail needs an SMTP server, a Telegram channel a linked chat."""
    if kind == EMAIL:
        return bool(settings.smtp_url)
    return kind != TELEGRAM or config.get("chat_id") is not None


def lent(settings: Settings, kind: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Give the channel's config with what the instance adds to it."""
    if kind == EMAIL:
        return {**config, "smtp_url": settings.smtp_url, "mail_from": settings.mail_from}
    if kind == TELEGRAM:
        token = config.get("bot_token") or settings.telegram_token
        return {**config, "bot_token": token, "api_base": settings.telegram_api}
    return dict(config)


def lacks(kind: str) -> Mapping[str, str]:
    """Give the options that a kind of channel has no use for, each with the reason."""
    if kind == TELEGRAM:
        return {}
    return {"escalate_after_minutes": "Only in Telegram can a lead be claimed, so only there can it be told of again."}
