"""Everything that the API and the dashboard do with a workspace's channels and webhooks, in one place to import."""

from __future__ import annotations

from leadsbot.routing.channels import (
    channel_kinds,
    check_config,
    create_channel,
    get_channel,
    link_chat,
    list_channels,
    test_channel,
    update_channel,
)
from leadsbot.routing.present import channel_json, webhook_json
from leadsbot.routing.removing import delete_channel, delete_webhook
from leadsbot.routing.webhooks import (
    create_webhook,
    get_webhook,
    list_webhooks,
    rotate_secret,
    test_webhook,
    update_webhook,
)

__all__ = [
    "channel_json",
    "channel_kinds",
    "check_config",
    "create_channel",
    "create_webhook",
    "delete_channel",
    "delete_webhook",
    "get_channel",
    "get_webhook",
    "link_chat",
    "list_channels",
    "list_webhooks",
    "rotate_secret",
    "test_channel",
    "test_webhook",
    "update_channel",
    "update_webhook",
    "webhook_json",
]
