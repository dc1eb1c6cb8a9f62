"""Alerts in a Slack channel, through an incoming webhook.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from leadsbot.channels.base import DeliveryFailed, Parcel, Receipt, failed_answer, failed_request, summarize
from leadsbot.channels.base.digest import plain_digest
from leadsbot.channels.base.fields import ConfigField
from leadsbot.channels.base.hooks import FIELD, Hooks
from leadsbot.channels.base.pace import Limit
from leadsbot.channels.base.replies import note, retry_after
from leadsbot.channels.slack.layout import laid_out, listed, plainly
from leadsbot.outbound import Outbound, OutboundError, Response

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
_LAYOUT = (
    "invalid_blocks",
    "invalid_payload",
    "invalid_attachments",
    "missing_text_or_fallback",
    "msg_blocks_too_long",
    "msg_too_long",
)


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
        """Post many as one message, each line leading to its lead; as many of them as Slack takes in one."""
        message, count = listed(parcels)
        plain, fewer = plain_digest(parcels)
        receipt, is_plain = await self._deliver(parcels[0], outbound, message, plainly(summarize(plain)))
        return [receipt] * (fewer if is_plain else count)

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
                f"{self.kind}:{parcel.destination_id}",
                "POST",
                str(parcel.config[FIELD]),
                headers={"Content-Type": "application/json"},
                content=json.dumps({**message, "unfurl_links": False, "unfurl_media": False}).encode(),
            )
        except OutboundError as error:
            raise failed_request(error) from error


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
