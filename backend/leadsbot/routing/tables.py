"""Where news goes, and the story of each piece of it: destinations, deliveries, attempts."""

from __future__ import annotations

from piccolo.columns import JSON, BigInt, Boolean, ForeignKey, Integer, Text, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from leadsbot.workspaces.tables import Workspace


class Channel(Table, tablename="channels"):
    """A way to tell people. `config` is JSON, encrypted unless it holds no secret; no `events`: the kind's own.

    `options` says when and how it tells (quiet hours, digests, a template, escalation, summaries). Until `muted_until`
    it is silent, as somebody in the chat asked. One that failed by itself since `disabled_at` is probed at `probe_at`.
    In trouble since `failing_since`, it has failed for `failing_ms` until `failed_at` (see `failing`). `chat` and `bot`
    say of a Telegram one where its config leads (see `places`; None: not noted yet).
    """

    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    kind = Varchar(length=32)
    name = Varchar(length=200, default="")
    config = Text(default="")
    chat = Varchar(length=100, null=True, default=None, index=True)
    bot = Varchar(length=32, null=True, default=None, index=True)
    events = JSON(default="[]")
    filter = JSON(default="{}")
    enabled = Boolean(default=True)
    disabled_reason = Varchar(length=500, default="")
    failing_since = BigInt(null=True, default=None)
    failed_at = BigInt(null=True, default=None)
    failing_ms = BigInt(default=0)
    options = JSON(default="{}")
    muted_until = BigInt(null=True, default=None)
    disabled_at = BigInt(null=True, default=None)
    probe_at = BigInt(null=True, default=None)
    probes = Integer(default=0)
    created_at = BigInt()


class Webhook(Table, tablename="webhooks"):
    """An address of the user's own. Secrets are encrypted; `previous_secrets` sign along (see `secrets`), the last of
    them until `previous_until`.

    In trouble since `failing_since`, it has failed for `failing_ms` until `failed_at` (see `failing`). One that failed
    by itself since `disabled_at` is probed at `probe_at`, the more rarely the more `probes` failed. From `missed_since`
    on it may have missed what somebody can still have sent again. `replay` is what of its past is being sent again, as
    far as that has gone; empty while nothing is.
    """

    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    url = Varchar(length=2000)
    name = Varchar(length=200, default="")
    secret = Text()
    previous_secrets = Text(default="")
    previous_until = BigInt(null=True, default=None)
    events = JSON(default="[]")
    enabled = Boolean(default=True)
    disabled_reason = Varchar(length=500, default="")
    failing_since = BigInt(null=True, default=None)
    failed_at = BigInt(null=True, default=None)
    failing_ms = BigInt(default=0)
    disabled_at = BigInt(null=True, default=None)
    probe_at = BigInt(null=True, default=None)
    probes = Integer(default=0)
    missed_since = BigInt(null=True, default=None)
    replay = JSON(default="{}")
    created_at = BigInt()


class Delivery(Table, tablename="deliveries"):
    """One piece of news for one destination. `body` is what is sent, the same on every attempt.

    `attempt_count` is how far the schedule has gone. Trying again by hand begins it anew under the next `round`; a job
    or an attempt of an earlier round changes nothing any more. `reason` says why nothing (more) is sent, and `state`
    keeps what the channel needs to edit its message later. `folded_into` is the delivery of the digest that carried it.
    `held` says by what it is held back (see `gates`): its channel's own job sends it then, not one of its own.
    """

    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    event_id = Varchar(length=36)
    event_type = Varchar(length=32)
    lead_id = Varchar(length=36, null=True, default=None)
    line = Varchar(length=36, default="")
    position = BigInt(default=0)
    channel_id = Varchar(length=36, null=True, default=None)
    webhook_id = Varchar(length=36, null=True, default=None)
    destination = Varchar(length=2000, default="")
    status = Varchar(length=16, default="pending")
    reason = Varchar(length=500, default="")
    round = Integer(default=0)
    attempt_count = Integer(default=0)
    state = JSON(default="{}")
    body = Text(default="")
    folded_into = Varchar(length=36, null=True, default=None)
    held = Varchar(length=8, default="")
    created_at = BigInt()
    delivered_at = BigInt(null=True, default=None)
    next_attempt_at = BigInt(null=True, default=None)


class Attempt(Table, tablename="attempts"):
    """One try: when, what the other side said, how long it took. `answer` keeps the first kilobyte."""

    id = Varchar(length=36, primary_key=True)
    delivery = ForeignKey(Delivery, on_delete=OnDelete.cascade, db_column_name="delivery_id", null=False)
    at = BigInt()
    status_code = Integer(null=True, default=None)
    latency_ms = Integer(null=True, default=None)
    error = Text(default="")
    answer = Text(default="")


class Message(Table, tablename="messages"):
    """A message that stands in a chat, so that it can be edited, answered, claimed and reminded of.

    `place` is `chat:message` as the service numbers them (numbers of one bot, so look it up among one bot's channels);
    a digest has a row for each of its leads. Nobody having claimed the lead by `escalate_at`, the chat hears of
    it again. Nothing that a visitor typed is kept here.
    """

    id = Varchar(length=36, primary_key=True)
    workspace = ForeignKey(Workspace, on_delete=OnDelete.cascade, db_column_name="workspace_id", null=False)
    channel = ForeignKey(Channel, on_delete=OnDelete.cascade, db_column_name="channel_id", null=False)
    delivery_id = Varchar(length=36, null=True, default=None)
    lead_id = Varchar(length=36, null=True, default=None, index=True)
    event_type = Varchar(length=32, default="")
    place = Varchar(length=100, index=True)
    thread_id = BigInt(null=True, default=None)
    state = JSON(default="{}")
    snoozed_until = BigInt(null=True, default=None)
    escalate_at = BigInt(null=True, default=None, index=True)
    created_at = BigInt()
