"""An endpoint that asks for a CAPTCHA."""

from __future__ import annotations

from typing import Any

import pytest

from leadsbot.db import Database
from tests.api.conftest import Client, Serve
from tests.capture.endpoint.posting import JANE, PAGE, kept, leads, noted
from tests.support.captcha_server import SECRET, TOKEN, CaptchaServer
from tests.support.http_thread import Answer

FIELD = {
    "turnstile": "cf-turnstile-response",
    "hcaptcha": "h-captcha-response",
    "recaptcha": "g-recaptcha-response",
}


@pytest.mark.parametrize("name", FIELD)
async def test_a_solved_captcha_lets_a_lead_in_once(
    serve: Serve, database: Database, rules: Any, provider: CaptchaServer, door: str, name: str
) -> None:
    await rules(captcha_provider=name, captcha_secret=SECRET)
    async with serve({"LEADSBOT_CAPTCHA_VERIFY_URL": provider.url}) as client:
        answer = await client.post(door, data={**JANE, FIELD[name]: TOKEN, "g-recaptcha-response": TOKEN})
        assert answer.status_code == 201, answer.text
        assert provider.asked == [{"secret": SECRET, "response": TOKEN, "remoteip": "192.0.2.7"}]
        assert answer.json()["custom_data"] == {}
        kept = await database.fetch("SELECT fields FROM submissions")
        assert TOKEN not in str(kept)
        again = await client.post(door, json={**JANE, "captcha_token": TOKEN}, headers={"origin": PAGE})
        assert (again.status_code, again.json()["code"]) == (400, "captcha_failed")
        assert again.json()["fields"] == [FIELD[name], "captcha_token"]
        assert again.headers["access-control-allow-origin"] == PAGE
        assert SECRET not in again.text
        assert "timeout-or-duplicate" in (await noted(database, "captcha"))["hint"]
    assert await leads(database) == 1


async def test_a_lead_without_a_token_is_refused_before_anybody_is_asked(
    serve: Serve, rules: Any, provider: CaptchaServer, door: str
) -> None:
    await rules(captcha_provider="turnstile", captcha_secret=SECRET)
    async with serve({"LEADSBOT_CAPTCHA_VERIFY_URL": provider.url}) as client:
        for more in ({}, {"captcha_token": ""}, {"captcha_token": 7}, {"captcha_token": "a" * 20_000}):
            answer = await client.post(door, json={**JANE, **more})
            assert (answer.status_code, answer.json()["code"]) == (400, "captcha_missing"), more
        # A token is good for one question: what is wrong with the form is said first.
        incomplete = await client.post(door, json={"captcha_token": TOKEN})
        assert incomplete.json()["code"] == "missing_fields"
    assert provider.asked == []


async def test_a_wrong_token_is_refused(serve: Serve, rules: Any, provider: CaptchaServer, door: str) -> None:
    await rules(captcha_provider="hcaptcha", captcha_secret=SECRET)
    async with serve({"LEADSBOT_CAPTCHA_VERIFY_URL": provider.url}) as client:
        answer = await client.post(door, json={**JANE, "captchaToken": "made up"})
    assert (answer.status_code, answer.json()["code"]) == (400, "captcha_failed")


BROKEN = [
    Answer(500, b"oops"),
    Answer(200, b"<html>"),
    Answer(200, b'{"success": "perhaps"}'),
    Answer(302, b"", {"location": "https://elsewhere.example"}),
    Answer(200, b'{"success": false, "error-codes": ["internal-error"]}'),
    Answer(200, b'{"success": false, "error-codes": ["invalid-input-secret"]}'),
]


@pytest.mark.parametrize("instead", BROKEN, ids=lambda answer: f"{answer.status}-{len(answer.body)}")
async def test_where_the_provider_can_not_say_the_caller_keeps_the_lead(
    serve: Serve, database: Database, rules: Any, provider: CaptchaServer, door: str, instead: Answer
) -> None:
    await rules(captcha_provider="turnstile", captcha_secret=SECRET)
    provider.instead = instead
    async with serve({"LEADSBOT_CAPTCHA_VERIFY_URL": provider.url}) as client:
        answer = await client.post(door, json={**JANE, "captcha_token": TOKEN})
        assert (answer.status_code, answer.json()["code"]) == (503, "captcha_unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert await leads(database) == 0
        assert (await noted(database, "captcha_unavailable"))["status"] == 503
        provider.instead = None
        assert (await client.post(door, json={**JANE, "captcha_token": TOKEN})).status_code == 201


async def test_where_nobody_answers_for_the_provider_the_caller_keeps_the_lead(
    serve: Serve, database: Database, rules: Any, door: str
) -> None:
    await rules(captcha_provider="recaptcha", captcha_secret=SECRET)
    async with serve({"LEADSBOT_CAPTCHA_VERIFY_URL": "http://127.0.0.1:9/siteverify"}) as client:
        answer = await client.post(door, json={**JANE, "captcha_token": TOKEN})
    assert answer.status_code == 503 and await leads(database) == 0


async def test_whom_recaptcha_takes_for_a_bot_is_kept_as_spam(
    serve: Serve, api: Client, rules: Any, provider: CaptchaServer, door: str
) -> None:
    await rules(captcha_provider="recaptcha", captcha_secret=SECRET)
    provider.more = {"score": 0.1}
    async with serve({"LEADSBOT_CAPTCHA_VERIFY_URL": provider.url}) as client:
        answer = await client.post(door, json={**JANE, "captcha_token": TOKEN})
    lead = await kept(api, answer)
    assert lead["spam"] is True and lead["spam_reasons"] == ["reCAPTCHA takes the sender for a bot (0.1 of 1)"]


async def test_tokens_are_never_kept_where_none_is_asked_for_either(
    nobody: Client, database: Database, door: str
) -> None:
    answer = await nobody.post(door, data={**JANE, **dict.fromkeys(FIELD.values(), TOKEN), "captcha_token": TOKEN})
    assert answer.status_code == 201 and TOKEN not in answer.text
    assert TOKEN not in str(await database.fetch("SELECT * FROM submissions"))


async def test_a_request_that_is_sent_again_makes_nothing_and_costs_no_token(
    serve: Serve, database: Database, rules: Any, provider: CaptchaServer, door: str
) -> None:
    await rules(captcha_provider="turnstile", captcha_secret=SECRET)
    headers = {"idempotency-key": "a-key", "origin": PAGE}
    async with serve({"LEADSBOT_CAPTCHA_VERIFY_URL": provider.url}) as client:
        first, second = [
            await client.post(door, json={**JANE, "captcha_token": TOKEN}, headers=headers) for _ in range(2)
        ]
        assert first.status_code == second.status_code == 201 and first.json() == second.json()
        assert second.headers["access-control-allow-origin"] == PAGE
        other = await client.post(door, json={**JANE, "message": "another"}, headers=headers)
        assert other.status_code == 409
    assert len(provider.asked) == 1 and await leads(database) == 1
