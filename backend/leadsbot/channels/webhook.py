"""Signed JSON to an address of the user's: the contract's section 5, and https://www.standardwebhooks.com."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets as random
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from standardwebhooks import Webhook as StandardWebhook

from leadsbot import __version__, clock
from leadsbot.channels.base import DeliveryFailed, Parcel, Receipt, failed_answer, failed_request, note, retry_after
from leadsbot.errors import InvalidInput
from leadsbot.outbound import Outbound, OutboundError, Response, check_url, without_query

_PREFIX = "whsec_"
_SECRET_BYTES = 24


def new_secret() -> str:
    """Give a new signing secret in its `whsec_` form (24 random bytes; Standard Webhooks asks for 24 to 64)."""
    return _PREFIX + base64.b64encode(random.token_bytes(_SECRET_BYTES)).decode()


def sign(body: bytes, secrets: Sequence[str], message_id: str, timestamp: int) -> dict[str, str]:
    """Give the signature headers of one attempt at `timestamp` (ms).

    `secrets` has the current secret first and, while rotations overlap, those before it, the latest first. The plain
    signatures are keyed by the secret's text exactly as shown, the standard ones by the bytes it stands for.
    """
    moment = clock.to_datetime(timestamp)
    standard = (StandardWebhook(secret).sign(message_id, moment, body.decode()) for secret in secrets)
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp // clock.SECOND),
        "webhook-signature": " ".join(standard),
    }
    for age, secret in enumerate(secrets):
        headers[_plain_name(age)] = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return headers


def _plain_name(age: int) -> str:
    """Name the header of a plain signature. One header has one, so that a comparison finds it."""
    return "X-LeadsBot-Signature" + ("" if age == 0 else "-Previous" if age == 1 else f"-Previous-{age}")


class Webhook:
    """Config: `url`, `secret`, and `previous_secrets`, the latest first, while rotations overlap."""

    kind = "webhook"
    label = "Webhook"

    def check_config(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Check the address; where it leads is judged at each attempt, and its secret is not the user's to choose."""
        url = config.get("url")
        if not isinstance(url, str) or not url.strip():
            raise InvalidInput("Say which address the webhook calls.", fields=["config.url"])
        try:
            checked = str(check_url(url.strip()))
            return {"url": str(check_url(checked))}  # escapes may have made it longer
        except OutboundError as error:
            raise InvalidInput(error.message, fields=["config.url"]) from None

    def destination(self, config: Mapping[str, Any]) -> str:
        return without_query(str(config["url"]))

    async def send(self, parcel: Parcel, outbound: Outbound) -> Receipt:
        """Deliver by one POST: a 2xx is success, 410 says that nobody listens there any more."""
        url = str(parcel.config["url"])
        try:
            response = await outbound.send(
                f"{self.kind}:{parcel.destination_id}",
                "POST",
                url,
                headers=_headers(parcel),
                content=parcel.body,
            )
        except OutboundError as error:
            raise failed_request(error) from error
        if 200 <= response.status < 300:
            return Receipt(response.status, note(response.body))
        raise _failure(check_url(url).host, response)


def plain_headers(event_type: str, delivery_id: str) -> dict[str, str]:
    """Give the headers of a request but for those that sign it, which every attempt makes anew."""
    return {
        "Content-Type": "application/json",
        "User-Agent": f"LeadsBot/{__version__}",
        "X-LeadsBot-Event": event_type,
        "X-LeadsBot-Delivery": delivery_id,
        "webhook-id": delivery_id,
    }


def _headers(parcel: Parcel) -> dict[str, str]:
    secrets = [parcel.config["secret"], *parcel.config.get("previous_secrets", ())]
    return {
        **plain_headers(parcel.event_type, parcel.delivery_id),
        **sign(parcel.body, secrets, parcel.delivery_id, clock.now()),
    }


def _failure(host: str, response: Response) -> DeliveryFailed:
    if response.status == HTTPStatus.GONE:
        message = f"{host} answered 410: nobody listens there any more."
        said = note(response.body)
        return DeliveryFailed(message, status_code=response.status, permanent=True, disable=message, answer=said)
    if 300 <= response.status < 400:
        where = without_query(response.headers.get("location", ""))[:200]
        message = f"{host} answered with a redirect ({response.status}), which is not followed"
        message += f": use {where} as the address if that is the right one." if where else "."
        wait, said = retry_after(response.headers), note(response.body)
        return DeliveryFailed(message, status_code=response.status, retry_after=wait, answer=said)
    return failed_answer(host, response)


CHANNEL = Webhook()
