"""Who hears of leads: channels, webhooks, and what was sent to them."""

from __future__ import annotations

from leadsbot.api.reference.call import Call, Listed
from leadsbot.api.reference.shapes import Channel, Delivery, MadeWebhook, Webhook

CALLS = [
    Call(door="GET /api/v1/channels", answer=Listed[Channel]),
    Call(
        door="POST /api/v1/channels",
        says='`config` by kind: telegram `{"chat_id"?, "thread_id"?, "bot_token"?}`, email `{"to": […]}`. A Telegram'
        " channel without `chat_id` answers with `link_url` and `link_code`.",
        answer=Channel,
        example={"kind": "email", "name": "Sales", "config": {"to": ["sales@example.com"]}, "events": ["lead.created"]},
        refusals=(409, 413, 415),
    ),
    Call(door="GET /api/v1/channels/{channel_id}", answer=Channel, refusals=(404,)),
    Call(
        door="PATCH /api/v1/channels/{channel_id}",
        says="What is left out stays as it is.",
        answer=Channel,
        example={"enabled": False},
        refusals=(404, 409, 413, 415),
    ),
    Call(door="DELETE /api/v1/channels/{channel_id}", refusals=(404,)),
    Call(door="POST /api/v1/channels/{channel_id}/test", answer=Delivery, refusals=(404, 409)),
    Call(door="GET /api/v1/webhooks", answer=Listed[Webhook]),
    Call(
        door="POST /api/v1/webhooks",
        says="It gets the events that it names; with none only workflows call it. `secret` is shown in this answer"
        " alone.",
        answer=MadeWebhook,
        example={"url": "https://example.com/hook", "events": ["lead.created", "lead.stage_changed"]},
        refusals=(409, 413, 415),
    ),
    Call(door="GET /api/v1/webhooks/{webhook_id}", answer=Webhook, refusals=(404,)),
    Call(
        door="PATCH /api/v1/webhooks/{webhook_id}",
        says="What is left out stays as it is. Enabling one again forgives what disabled it.",
        answer=Webhook,
        example={"events": ["lead.created"], "enabled": True},
        refusals=(404, 409, 413, 415),
    ),
    Call(door="DELETE /api/v1/webhooks/{webhook_id}", refusals=(404,)),
    Call(door="POST /api/v1/webhooks/{webhook_id}/test", answer=Delivery, refusals=(404, 409)),
    Call(
        door="POST /api/v1/webhooks/{webhook_id}/rotate-secret",
        says="The old secret signs too for 24 hours.",
        answer=MadeWebhook,
        refusals=(404,),
    ),
    Call(door="GET /api/v1/webhooks/{webhook_id}/deliveries", answer=Listed[Delivery], refusals=(404,)),
    Call(
        door="GET /api/v1/deliveries",
        answer=Listed[Delivery],
        query={"status": "dead", "limit": "25"},
    ),
    Call(door="GET /api/v1/deliveries/{delivery_id}", answer=Delivery, refusals=(404,)),
    Call(
        door="POST /api/v1/deliveries/{delivery_id}/retry",
        answer=Delivery,
        refusals=(404, 409),
    ),
]
