"""Alerts in a Discord channel, through an incoming webhook.

https://discord.com/developers/docs/resources/webhook#execute-webhook
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from leadsbot.channels.base import DeliveryFailed, Parcel, Receipt, failed_answer, failed_request, summarize
from leadsbot.channels.base.digest import named, plain_digest
from leadsbot.channels.base.fields import ConfigField
from leadsbot.channels.base.hooks import FIELD, Hooks
from leadsbot.channels.base.pace import Limit
from leadsbot.channels.base.replies import note, retry_after
from leadsbot.channels.discord.layout import laid_out, listed, plainly, threaded
from leadsbot.errors import InvalidInput
from leadsbot.outbound import Outbound, OutboundError, Response, check_url

_MAX_ANSWER = 64 * 1024
_HOOKS = Hooks(
    hosts=frozenset(
        f"{build}{host}" for build in ("", "ptb.", "canary.") for host in ("discord.com", "discordapp.com")
    ),
    path=re.compile(r"/api(?:/v[0-9]+)?/webhooks/(?P<id>[0-9]+)/[A-Za-z0-9_-]+/?"),
    advice="Paste a Discord webhook's address, such as https://discord.com/api/webhooks/123…/abc… (channel settings →"
    " Integrations → Webhooks).",
)
_THREAD = re.compile(r"[0-9]{1,20}")
_GONE = {
    10003: "The Discord channel or thread was deleted. Make a webhook in another one.",
    10015: "The webhook was deleted in Discord. Make a new one and switch the channel on again.",
    50027: "Discord doesn't accept the webhook's token. Copy its address from Discord anew.",
}
_FORUM = 220001  # every message begins a thread there, which wants a name
_UNKNOWN = "Discord doesn't know this webhook. Copy its address from Discord anew."


class Discord:
    """Config: `webhook_url`; a `thread_id` in its query sends to that thread."""

    kind = "discord"
    label = "Discord"
    fields = (ConfigField(FIELD, "Webhook URL", "It begins with https://discord.com/api/webhooks/.", "secret"),)
    steps = (
        "In Discord, open the settings of the channel that is to hear of leads (the gear beside its name).",
        "Integrations → Webhooks → New Webhook. Name it as you like.",
        "Press Copy Webhook URL and paste it here. Whoever has that address can write there, so keep it to yourself.",
    )

    def check_config(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Check the address by its form, and keep of its query nothing but the thread."""
        url = check_url(_HOOKS.checked(config))
        thread = url.params.get("thread_id")
        if thread is not None and not _THREAD.fullmatch(thread):
            raise InvalidInput("thread_id is a number that Discord gives.", fields=[f"config.{FIELD}"])
        return {FIELD: str(url.copy_with(params={"thread_id": thread} if thread else None, fragment=None))}

    def check_home(self, config: Mapping[str, Any]) -> None:
        """Refuse an address that isn't Discord's."""
        _HOOKS.require_home(config)

    def destination(self, config: Mapping[str, Any]) -> str:
        place = _HOOKS.place(self.kind, config)
        thread = check_url(str(config[FIELD])).params.get("thread_id")
        return f"{place}/{thread}" if thread else place

    def limits(self, config: Mapping[str, Any]) -> Sequence[Limit]:
        """Give Discord's limit of thirty messages a minute and channel, with five at once.

        It isn't documented but kept to; what Discord says beyond it stands in its answers' headers.
        """
        return [Limit(self.destination(config), every=2_000, burst=5)]

    async def send(self, parcel: Parcel, outbound: Outbound) -> Receipt:
        """Post the alert and wait until Discord has it; the receipt's state has `channel_id` and `message_id`.

        Where Discord minds how it is laid out, the same goes out as plain text.
        """
        summary = summarize(parcel)
        receipt, _ = await self._deliver(parcel, outbound, summary.title, laid_out(parcel, summary), plainly(summary))
        return receipt

    async def send_digest(self, parcels: Sequence[Parcel], outbound: Outbound) -> Sequence[Receipt]:
        """Post many as one message, each line leading to its lead; as many of them as an embed's text holds."""
        message, count = listed(parcels)
        plain, fewer = plain_digest(parcels)
        title = named(parcels, count).title
        receipt, is_plain = await self._deliver(parcels[0], outbound, title, message, plainly(summarize(plain)))
        return [receipt] * (fewer if is_plain else count)

    async def _deliver(
        self, parcel: Parcel, outbound: Outbound, title: str, message: Mapping[str, Any], plain: Mapping[str, Any]
    ) -> tuple[Receipt, bool]:
        """Give the receipt, and whether it is for the plain message. In a forum each message is a thread of its own."""
        response = await self._post(parcel, outbound, message)
        if response.status == HTTPStatus.BAD_REQUEST and _decoded(response).get("code") == _FORUM:
            message, plain = threaded(message, title), threaded(plain, title)
            response = await self._post(parcel, outbound, message)
        if minded := response.status == HTTPStatus.BAD_REQUEST:
            response = await self._post(parcel, outbound, plain)
        if not 200 <= response.status < 300:
            raise _failure(response)
        return _receipt(response), minded

    async def _post(self, parcel: Parcel, outbound: Outbound, message: Mapping[str, Any]) -> Response:
        url = check_url(str(parcel.config[FIELD])).copy_merge_params({"wait": "true"})
        try:
            return await outbound.send(
                f"{self.kind}:{parcel.destination_id}",
                "POST",
                str(url),
                headers={"Content-Type": "application/json"},
                content=json.dumps({**message, "allowed_mentions": {"parse": []}}).encode(),
                max_body=_MAX_ANSWER,
            )
        except OutboundError as error:
            raise failed_request(error) from error


def _receipt(response: Response) -> Receipt:
    said = _decoded(response)
    state = {"channel_id": said.get("channel_id"), "message_id": said.get("id")}
    known = {key: value for key, value in state.items() if isinstance(value, str)}
    told = f"Discord has it as message {known['message_id']}." if "message_id" in known else note(response.body)
    return Receipt(response.status, told, known, pause=_bucket_refills(response.headers))


def _bucket_refills(headers: Mapping[str, str]) -> float | None:
    """Give the seconds until Discord takes the next one, where this one was the last of the present bucket's.

    https://discord.com/developers/docs/topics/rate-limits#header-format
    """
    return _seconds(headers.get("x-ratelimit-reset-after")) if headers.get("x-ratelimit-remaining") == "0" else None


def _failure(response: Response) -> DeliveryFailed:
    said = _decoded(response)
    status, code, answer = response.status, said.get("code"), note(response.body)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        asked = (_seconds(said.get("retry_after")), retry_after(response.headers), _bucket_refills(response.headers))
        wait = max((seconds for seconds in asked if seconds is not None), default=None)
        message = f"Discord asks to wait {wait:g} seconds." if wait is not None else "Discord asks to wait."
        return DeliveryFailed(message, status_code=status, retry_after=wait, answer=answer)
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND):
        why = _GONE.get(code, _UNKNOWN) if isinstance(code, int) else _UNKNOWN
        return DeliveryFailed(why, status_code=status, permanent=True, disable=why, answer=answer)
    if status == HTTPStatus.BAD_REQUEST:
        message = f"Discord refused the message: {str(said.get('message') or answer)[:200]}"
        return DeliveryFailed(message, status_code=status, unfit=True, answer=answer)
    return failed_answer("Discord", response)


def _decoded(response: Response) -> dict[str, Any]:
    try:
        said = json.loads(response.body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _seconds(value: object) -> float | None:
    try:
        seconds = float(str(value))
    except ValueError:
        return None
    return seconds if 0 <= seconds < 24 * 3600 else None


CHANNEL = Discord()
