"""Webhooks: signed so that receivers can trust them, and honest about every answer."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from email.utils import format_datetime
from typing import Any

import pytest
from standardwebhooks import Webhook as StandardWebhook
from standardwebhooks import WebhookVerificationError

from leadsbot import clock
from leadsbot.channels.base import DeliveryFailed, Receipt
from leadsbot.channels.webhook import CHANNEL, new_secret, sign
from leadsbot.errors import InvalidInput
from leadsbot.outbound import Outbound
from tests.channels.parcels import parcel
from tests.support.webhook_receiver import Answer, WebhookReceiver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as running:
        yield running


async def deliver(outbound: Outbound, receiver: WebhookReceiver, **config: Any) -> Receipt:
    return await CHANNEL.send(parcel({"url": receiver.url, "secret": SECRET, **config}), outbound)


async def failure(outbound: Outbound, receiver: WebhookReceiver) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        await deliver(outbound, receiver)
    return failed.value


async def test_the_body_arrives_byte_for_byte_with_its_headers(outbound: Outbound, receiver: WebhookReceiver) -> None:
    receipt = await deliver(outbound, receiver)
    sent, arrived = parcel({}), receiver.requests[0]
    assert (receipt.status_code, arrived.method, arrived.body) == (204, "POST", sent.body)
    assert arrived.headers["content-type"] == "application/json"
    assert arrived.headers["x-leadsbot-event"] == "lead.created"
    assert arrived.headers["x-leadsbot-delivery"] == arrived.headers["webhook-id"] == sent.delivery_id
    assert arrived.headers["user-agent"].startswith("LeadsBot/")


async def test_both_signatures_verify(outbound: Outbound, receiver: WebhookReceiver) -> None:
    await deliver(outbound, receiver)
    assert receiver.verify(SECRET)["type"] == "lead.created"
    plain = hmac.new(SECRET.encode(), receiver.requests[0].body, hashlib.sha256).hexdigest()
    assert receiver.requests[0].headers["x-leadsbot-signature"] == plain
    assert "x-leadsbot-signature-previous" not in receiver.requests[0].headers


async def test_another_secret_does_not_verify(outbound: Outbound, receiver: WebhookReceiver) -> None:
    await deliver(outbound, receiver)
    with pytest.raises(WebhookVerificationError):
        receiver.verify(new_secret())


async def test_the_old_secret_verifies_while_a_rotation_overlaps(outbound: Outbound, receiver: WebhookReceiver) -> None:
    older = new_secret()
    await deliver(outbound, receiver, previous_secrets=[OLD, older])
    for secret in (SECRET, OLD, older):
        receiver.verify(secret)
    headers = receiver.requests[0].headers
    assert headers["x-leadsbot-signature-previous"] == hmac.new(OLD.encode(), parcel({}).body, "sha256").hexdigest()
    assert len(headers["webhook-signature"].split()) == 3


async def test_a_later_attempt_has_the_same_id_and_its_own_time(outbound: Outbound, receiver: WebhookReceiver) -> None:
    with clock.freeze(clock.now()) as advance:
        await deliver(outbound, receiver)
        advance(2 * clock.HOUR)
        await deliver(outbound, receiver)
    first, second = (request.headers for request in receiver.requests)
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 7200


def test_the_standard_signature_is_that_of_the_specifications_example() -> None:
    body = b'{"test": 2432232314}'
    headers = sign(body, [SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330_000)
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


def test_new_secrets_differ_and_work() -> None:
    first, second = new_secret(), new_secret()
    assert first != second
    assert first.startswith("whsec_") and len(base64.b64decode(first.removeprefix("whsec_"))) >= 24
    assert StandardWebhook(first)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_every_2xx_is_a_success(status: int, outbound: Outbound, receiver: WebhookReceiver) -> None:
    receiver.always(Answer(status, b"" if status == 204 else b"thanks"))
    assert (await deliver(outbound, receiver)).status_code == status


async def test_what_the_receiver_said_is_noted_up_to_a_kilobyte(outbound: Outbound, receiver: WebhookReceiver) -> None:
    receiver.always(Answer(200, "ü".encode() * 4000))
    assert (await deliver(outbound, receiver)).note == "ü" * 512


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 429, 500, 503])
async def test_anything_else_is_tried_again(status: int, outbound: Outbound, receiver: WebhookReceiver) -> None:
    receiver.always(Answer(status, b"no"))
    failed = await failure(outbound, receiver)
    assert (failed.status_code, failed.permanent, failed.disable) == (status, False, None)
    assert str(status) in failed.message


@pytest.mark.parametrize("status", [302, 404, 410, 429, 500])
async def test_what_a_failing_receiver_said_is_kept_up_to_a_kilobyte(
    status: int, outbound: Outbound, receiver: WebhookReceiver
) -> None:
    receiver.always(Answer(status, "ü".encode() * 4000))
    assert (await failure(outbound, receiver)).answer == "ü" * 512


async def test_a_redirect_names_the_address_to_use(outbound: Outbound, receiver: WebhookReceiver) -> None:
    receiver.always(Answer(301, headers={"Location": "https://new.example/hook"}))
    assert "https://new.example/hook" in (await failure(outbound, receiver)).message
    assert len(receiver.requests) == 1


async def test_gone_switches_the_webhook_off(outbound: Outbound, receiver: WebhookReceiver) -> None:
    receiver.always(Answer(410))
    failed = await failure(outbound, receiver)
    assert failed.permanent and failed.disable and failed.status_code == 410


@pytest.mark.parametrize(
    ("value", "wait"), [("120", 120), ("9" * 12, 315_360_000), ("0", None), ("soon", None), ("", None)]
)
async def test_retry_after_in_seconds_is_obeyed(
    value: str, wait: float | None, outbound: Outbound, receiver: WebhookReceiver
) -> None:
    receiver.always(Answer(503, headers={"Retry-After": value}))
    assert (await failure(outbound, receiver)).retry_after == wait


@pytest.mark.parametrize(("ahead", "wait"), [(90_000, 90), (-90_000, None), (90 * clock.DAY, 90 * 86_400)])
async def test_retry_after_as_a_date_is_obeyed(
    ahead: int, wait: float | None, outbound: Outbound, receiver: WebhookReceiver
) -> None:
    with clock.freeze(1_777_897_800_000):
        date = format_datetime(clock.to_datetime(clock.now() + ahead), usegmt=True)
        receiver.always(Answer(429, headers={"Retry-After": date}))
        assert (await failure(outbound, receiver)).retry_after == wait


async def test_an_address_inside_is_not_called_and_not_tried_again(receiver: WebhookReceiver) -> None:
    outbound = Outbound()
    failed = await failure(outbound, receiver)
    await outbound.aclose()
    assert failed.permanent and failed.status_code is None and receiver.requests == []


async def test_a_receiver_that_is_down_is_tried_again(outbound: Outbound) -> None:
    with WebhookReceiver() as gone:
        pass
    failed = await failure(outbound, gone)
    assert (failed.permanent, failed.disable, failed.status_code) == (False, None, None)


@pytest.mark.parametrize(
    "url", [None, "", 5, "ftp://a.example", "https://u:p@a.example", "https://a.example/" + "x" * 2000]
)
def test_an_address_that_cannot_be_called_is_refused(url: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        CHANNEL.check_config({"url": url})
    assert refused.value.fields == ("config.url",)


def test_an_address_that_escapes_make_too_long_is_refused() -> None:
    with pytest.raises(InvalidInput):
        CHANNEL.check_config({"url": "https://a.example/" + "é" * 1_900})


def test_a_good_config_comes_back_in_its_normal_form() -> None:
    checked = CHANNEL.check_config({"url": " HTTPS://A.example/Hook?x=1 ", "secret": "of my own", "other": 1})
    assert checked == {"url": "https://a.example/Hook?x=1"}
    assert CHANNEL.destination(checked) == "https://a.example/Hook?…"
