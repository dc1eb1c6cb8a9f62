"""Who hears of leads: channels, webhooks, and what was sent to them."""

from __future__ import annotations

from leadsbot.api.reference.call import Call, Listed
from leadsbot.api.reference.shapes.outbound import Channel, Delivery, MadeWebhook, Previewed, Queued, Removal, Webhook

_CHANNEL = """
`config` by kind: telegram `{"chat_id"?, "thread_id"?, "bot_token"?}`, email `{"to": […]}`, discord and slack
`{"webhook_url"}`, apprise `{"url"}`. A Telegram channel without `chat_id` answers with `link_url` and `link_code`.
A mail's `to` holds addresses and the words `owners`, `admins` and `members`, which stand for whoever that is at the
time; who left by a mail's link stands in `config.unsubscribed`, and naming them in `to` again undoes that.
`webhook_url` leads to the service's own hosts, and `url` to a service that Apprise reaches at its own
(`pover://USER@TOKEN`).

`filter` lets only some news pass: conditions as a workflow's
(`{"all": [{"field": "source", "op": "==", "value": "google"}]}`), or a lead's fields, each with the values that pass
(`{"source": ["google", "bing"]}`).

`options`, each of which may be left out: `quiet_hours` (`{"start": "22:00", "end": "07:00", "days_off": ["sat"]}`, in
the workspace's time), `digest` (`off`, `hourly`, `daily`), `template` (text in place of the usual message),
`escalate_after_minutes` (telegram alone), `summaries` (`daily`, `weekly`).
""".strip()

CALLS = [
    Call(door="GET /api/v1/channels", answer=Listed[Channel]),
    Call(
        door="POST /api/v1/channels",
        says=_CHANNEL,
        answer=Channel,
        example={"kind": "email", "name": "Sales", "config": {"to": ["sales@example.com"]}, "events": ["lead.created"]},
        refusals=(409, 413, 415),
    ),
    Call(door="GET /api/v1/channels/{channel_id}", answer=Channel, refusals=(404,)),
    Call(
        door="PATCH /api/v1/channels/{channel_id}",
        says="What is left out stays as it is, within `config` and `options` too; null removes. A secret handed back as"
        " it is shown stays. `muted_until` is a time until which the channel is silent, or null.",
        answer=Channel,
        example={"options": {"quiet_hours": {"start": "20:00", "end": "07:00"}, "digest": None}},
        refusals=(404, 409, 413, 415),
    ),
    Call(
        door="POST /api/v1/channels/preview",
        says="Nothing is stored or sent. Without `lead_id` it is tried on the latest lead, or on a sample; `event` is"
        " the type of news, `lead.created` unless said. A template that could not be saved is refused with 400; one"
        " that fails for this lead says so in `error`.",
        answer=Previewed,
        example={"template": "New: {{ lead.name }}, {{ lead.phone }}"},
        refusals=(404, 413, 415),
    ),
    Call(door="DELETE /api/v1/channels/{channel_id}", refusals=(404,)),
    Call(door="POST /api/v1/channels/{channel_id}/test", answer=Delivery, refusals=(404, 409)),
    Call(
        door="POST /api/v1/channels/{channel_id}/summary",
        says="Of `today` so far unless `span` says `yesterday` or `week`. Sent at once, in quiet hours and to a channel"
        " that is off too, and tried once.",
        answer=Delivery,
        example={"span": "yesterday"},
        refusals=(404, 409, 413, 415),
    ),
    Call(
        door="GET /api/v1/removals",
        says="Channels, webhooks, endpoints, members and invitations that were removed within 30 days. `id` is that of"
        " what was removed.",
        answer=Listed[Removal],
        query={"kind": "channel"},
    ),
    Call(
        door="POST /api/v1/removals/{removed_id}/restore",
        says="It is there again under its id, with its secrets. A channel sends what it was still due; a webhook's"
        " `missed_since` says from when on it can be replayed.",
        answer=Removal,
        refusals=(404, 409),
    ),
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
        says="What is left out stays as it is. Enabling one again forgives what disabled it. `missed_since` can only be"
        " set to null: what it missed is offered no more.",
        answer=Webhook,
        example={"events": ["lead.created"], "enabled": True},
        refusals=(404, 409, 413, 415),
    ),
    Call(door="DELETE /api/v1/webhooks/{webhook_id}", refusals=(404,)),
    Call(door="POST /api/v1/webhooks/{webhook_id}/test", answer=Delivery, refusals=(404, 409)),
    Call(
        door="POST /api/v1/webhooks/{webhook_id}/rotate-secret",
        says="The old secret signs too for 24 hours, as do those before it for what is left of theirs.",
        answer=MadeWebhook,
        refusals=(404, 409),
    ),
    Call(
        door="POST /api/v1/webhooks/{webhook_id}/replay",
        says="Sends again all that the webhook was due from `since` on (a time, or a date in the workspace's zone): the"
        " delivered too under their ids, and what happened while it was off. With `missed_only` what has arrived is"
        " left out, and always what is on its way, about spam, or about a deleted lead. It goes on in the background:"
        " `replay` says how many are `due` and `queued`, and is null again once all are. One that is under way goes on"
        " instead of a second.",
        answer=Webhook,
        example={"since": "2026-05-04T00:00:00Z", "missed_only": False},
        refusals=(404, 409, 413, 415),
    ),
    Call(door="GET /api/v1/webhooks/{webhook_id}/deliveries", answer=Listed[Delivery], refusals=(404,)),
    Call(
        door="GET /api/v1/deliveries",
        answer=Listed[Delivery],
        query={"status": "dead", "limit": "25"},
    ),
    Call(
        door="POST /api/v1/deliveries/retry",
        says="All that was given up (`dead`) within 7 days, or what the body names of it, each under its own id, up to"
        " 500 at once. Left out is what is about spam, a test, and what goes where nothing can: switched off, removed.",
        answer=Queued,
        example={"event_type": "lead.created"},
        refusals=(409, 413, 415),
    ),
    Call(door="GET /api/v1/deliveries/{delivery_id}", answer=Delivery, refusals=(404,)),
    Call(
        door="POST /api/v1/deliveries/{delivery_id}/retry",
        says="Sends it at once under its own id, with the schedule begun anew. One that is on its way already goes on"
        " as it is.",
        answer=Delivery,
        refusals=(404, 409),
    ),
]
