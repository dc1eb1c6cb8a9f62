"""Alerts in a Slack channel, through an incoming webhook.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from leadsbot.channels.base import DeliveryFailed, Parcel, Receipt, Summary, failed_answer, failed_request, summarize
from leadsbot.channels.base.cutting import fitted
from leadsbot.channels.base.digest import Digest, Entry, named, plain_digest
from leadsbot.channels.base.fields import ConfigField
from leadsbot.channels.base.hooks import FIELD, Hooks, can_open
from leadsbot.channels.base.pace import Limit
from leadsbot.channels.base.replies import note, retry_after
from leadsbot.outbound import Outbound, OutboundError, Response

# https://docs.slack.dev/reference/block-kit/blocks
MAX_HEADER, MAX_TEXT, MAX_FIELD, MAX_FIELDS, MAX_BLOCKS = 150, 3_000, 2_000, 10, 50
MOST_IN_DIGEST = 60
MAX_PLAIN = 4_000  # more is allowed and then cut by Slack
_LABEL, _VALUE, _CONTEXT = 80, 500, 200

_HOOKS = Hooks(
    hosts=frozenset({"hooks.slack.com", "hooks.slack-gov.com"}),
    path=re.compile(r"/services/(?P<id>[A-Za-z0-9]+/[A-Za-z0-9]+)/[A-Za-z0-9]+/?"),
    advice="Paste an incoming webhook's address, such as https://hooks.slack.com/services/T…/B…/… (an app's page →"
    " Incoming Webhooks).",
)
# What a webhook answers once it can't work any more, with a status of 4xx.
_GONE = {
    "no_service": "The webhook was removed or switched off in Slack. Make a new one.",
    "no_service_id": "The webhook was removed or switched off in Slack. Make a new one.",
    "no_active_hooks": "The webhook was removed or switched off in Slack. Make a new one.",
    "no_team": "The Slack workspace was deleted. Make a webhook in another one.",
    "team_disabled": "The Slack workspace is switched off. Make a webhook in another one.",
    "invalid_token": "Slack doesn't accept the webhook's address. Copy it from Slack anew.",
    "token_revoked": "The webhook was revoked in Slack. Make a new one.",
    "channel_not_found": "The Slack channel was deleted. Make a webhook for another one.",
    "channel_is_archived": "The Slack channel was archived. Bring it back, or make a webhook for another one.",
    "user_not_found": "Whoever the Slack webhook wrote to is gone. Make a webhook for a channel.",
    "action_prohibited": "An admin of Slack forbids this webhook to write. Ask them, or make another one.",
    "posting_to_general_channel_denied": "Few may write in that channel. Make a webhook for another one.",
}
_LAYOUT = ("invalid_blocks", "invalid_payload", "invalid_attachments", "missing_text_or_fallback")
# What mrkdwn takes for bold, code or a quote. It knows no escape for these, so such text goes out as plain text.
_FORMATS = re.compile(r"[*~`]|(?<![^\W_])_.*_(?![^\W_])|^\s*>", re.MULTILINE | re.DOTALL)


class Slack:
    """Config: `webhook_url`."""

    kind = "slack"
    label = "Slack"
    fields = (ConfigField(FIELD, "Webhook URL", "It begins with https://hooks.slack.com/services/.", "secret"),)
    steps = (
        "Open api.slack.com/apps, press Create New App → From scratch, and choose your Slack workspace.",
        "In the app, open Incoming Webhooks, switch them on, and press Add New Webhook. Choose the channel.",
        "Copy the webhook's URL and paste it here. Whoever has that address can write there, so keep it to yourself.",
    )

    def check_config(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Check the address by its form."""
        return {FIELD: _HOOKS.checked(config)}

    def check_home(self, config: Mapping[str, Any]) -> None:
        """Refuse an address that isn't Slack's."""
        _HOOKS.require_home(config)

    def destination(self, config: Mapping[str, Any]) -> str:
        return _HOOKS.place(self.kind, config)

    def limits(self, config: Mapping[str, Any]) -> Sequence[Limit]:
        """Give Slack's limit: one message a second, with short bursts.

        https://docs.slack.dev/apis/web-api/rate-limits
        """
        return [Limit(self.destination(config), every=1_000, burst=3)]

    async def send(self, parcel: Parcel, outbound: Outbound) -> Receipt:
        """Post the alert; where Slack minds how it is laid out, the same goes out as plain text."""
        summary = summarize(parcel)
        receipt, _ = await self._deliver(parcel, outbound, laid_out(parcel, summary), plainly(summary))
        return receipt

    async def send_digest(self, parcels: Sequence[Parcel], outbound: Outbound) -> Sequence[Receipt]:
        """Post many as one message, each line leading to its lead."""
        told = named(parcels, min(len(parcels), MOST_IN_DIGEST))
        plain, fewer = plain_digest(parcels)
        blocks = listed(parcels[0], told)
        receipt, is_plain = await self._deliver(parcels[0], outbound, blocks, plainly(summarize(plain)))
        return [receipt] * (fewer if is_plain else len(told.entries))

    async def _deliver(
        self, parcel: Parcel, outbound: Outbound, message: Mapping[str, Any], plain: Mapping[str, Any]
    ) -> tuple[Receipt, bool]:
        """Give the receipt, and whether it is for the plain message."""
        response = await self._post(parcel, outbound, message)
        if minded := response.status == HTTPStatus.BAD_REQUEST and _code(response).startswith(_LAYOUT):
            response = await self._post(parcel, outbound, plain)
        if 200 <= response.status < 300:
            return Receipt(response.status, note(response.body)), minded
        raise _failure(response)

    async def _post(self, parcel: Parcel, outbound: Outbound, message: Mapping[str, Any]) -> Response:
        try:
            return await outbound.send(
                f"{self.kind}:{parcel.workspace_id}:{self.destination(parcel.config)}",
                "POST",
                str(parcel.config[FIELD]),
                headers={"Content-Type": "application/json"},
                content=json.dumps({**message, "unfurl_links": False, "unfurl_media": False}).encode(),
            )
        except OutboundError as error:
            raise failed_request(error) from error


def laid_out(parcel: Parcel, summary: Summary) -> dict[str, Any]:
    """Give the message as blocks, with a text for notifications and for clients that show none."""
    blocks: list[dict[str, Any]] = [{"type": "header", "text": _plain_text(summary.title, MAX_HEADER)}]
    if summary.message:
        blocks.append({"type": "section", "text": _plain_text(summary.message, MAX_TEXT)})
    for first in range(0, len(summary.facts), MAX_FIELDS):
        some = summary.facts[first : first + MAX_FIELDS]
        blocks.append({"type": "section", "fields": [_field(label, value) for label, value in some]})
    if summary.link and can_open(summary.link):
        button = {"type": "button", "text": _plain_text(summary.opens, 75), "url": summary.link, "style": "primary"}
        blocks.append({"type": "actions", "elements": [button]})
    elif summary.link:
        blocks.append({"type": "section", "text": _plain_text(summary.link, MAX_TEXT)})
    workspace = str(parcel.workspace.get("name") or "LeadsBot")
    blocks.append({"type": "context", "elements": [_plain_text(workspace, _CONTEXT)]})
    return {"text": _fallback(summary), "blocks": blocks[:MAX_BLOCKS]}


def listed(parcel: Parcel, told: Digest) -> dict[str, Any]:
    """Give a digest as blocks: a section for as many lines as it holds."""
    sections = [""]
    for line in (*map(_line, told.entries), *filter(None, [told.ending])):
        if len(sections[-1]) + len(line) >= MAX_TEXT:
            sections.append("")
        sections[-1] += f"{line}\n"
    texts = [{"type": "section", "text": {"type": "mrkdwn", "text": text}} for text in sections if text]
    foot = {"type": "context", "elements": [_plain_text(str(parcel.workspace.get("name") or "LeadsBot"), _CONTEXT)]}
    header = {"type": "header", "text": _plain_text(told.title, MAX_HEADER)}
    return {"text": escaped(told.title), "blocks": [header, *texts[: MAX_BLOCKS - 2], foot]}


def _line(entry: Entry) -> str:
    name = escaped(entry.name)
    linked = f"<{escaped(entry.link)}|{name}>" if entry.link and can_open(entry.link) else name
    return " · ".join((f"• {linked}", *map(escaped, entry.details)))


def plainly(summary: Summary) -> dict[str, Any]:
    """Give the message as text alone, in which nothing is formatted."""
    facts = [f"{label}: {value}" for label, value in summary.facts]
    text = "\n".join(filter(None, (summary.title, *facts, summary.message)))
    link = f"\n{escaped(summary.link)}" if summary.link else ""
    return {"text": fitted(text, MAX_PLAIN - len(link), escaped) + link, "mrkdwn": False}


def escaped(text: str) -> str:
    """Give text in which Slack finds no mention, command or link with another name.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _fallback(summary: Summary) -> str:
    reach = ", ".join(value for label, value in summary.facts if label in ("Email", "Phone"))
    return fitted(" – ".join(filter(None, (summary.title, reach))), MAX_TEXT, escaped)


def _plain_text(text: str, most: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": fitted(text, most, escaped), "emoji": False}


def _field(label: str, value: str) -> dict[str, Any]:
    name, shown = fitted(label, _LABEL, escaped), fitted(value, min(_VALUE, MAX_FIELD - _LABEL - 4), escaped)
    if _FORMATS.search(label) or _FORMATS.search(value):
        return {"type": "plain_text", "text": f"{name}\n{shown}", "emoji": False}
    return {"type": "mrkdwn", "text": f"*{name}*\n{shown}"}


def _failure(response: Response) -> DeliveryFailed:
    status, code, answer = response.status, _code(response), note(response.body)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = retry_after(response.headers)
        message = f"Slack asks to wait {wait:g} seconds." if wait is not None else "Slack asks to wait."
        return DeliveryFailed(message, status_code=status, retry_after=wait, answer=answer)
    if why := _GONE.get(code) or (_GONE["no_service"] if status in (404, 410) else None):
        return DeliveryFailed(why, status_code=status, permanent=True, disable=why, answer=answer)
    if status == HTTPStatus.BAD_REQUEST:
        message = f"Slack refused the message: {code[:200] or status}"
        return DeliveryFailed(message, status_code=status, unfit=True, answer=answer)
    return failed_answer("Slack", response)


def _code(response: Response) -> str:
    """Give the word that Slack answers with."""
    return response.body.decode(errors="replace").strip()


CHANNEL = Slack()
