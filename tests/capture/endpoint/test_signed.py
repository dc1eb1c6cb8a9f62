"""What an endpoint takes from whoever signs, and from nobody else."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import httpx

from leadsbot.db import Database
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client, Serve
from tests.capture.endpoint.posting import JANE, LINKS, noted, signature


async def test_a_signed_body_is_taken_and_no_other(
    nobody: Client, api: Client, database: Database, rules: Any, workspace: Created, door: str
) -> None:
    secret = (await rules(signing=True))["signing_secret"]
    body = json.dumps(JANE).encode()
    good = signature(body, secret)

    async def post(given: str | None, content: bytes = body) -> httpx.Response:
        headers = [(b"content-type", b"application/json")]
        if given is not None:
            headers.append((b"x-leadsbot-signature", given.encode("latin-1")))
        return await nobody.post(door, content=content, headers=headers)

    for fitting in (good, good.upper(), f"sha256={good}"):
        assert (await post(fitting)).status_code == 201, fitting
    for given in (None, "", "0" * 64, good[:-1], signature(body, "another"), "sha256=", "ä"):
        answer = await post(given)
        code = "signature_wrong" if given else "signature_missing"
        assert (answer.status_code, answer.json()["code"]) == (401, code), given
        assert answer.headers["www-authenticate"]
    assert (await post(good, body + b" ")).status_code == 401
    assert (await noted(database, "signature"))["status"] == 401
    turned = (await api.post(f"/api/v1/endpoints/{workspace.endpoint_id}/rotate-secret")).json()["signing_secret"]
    assert (await post(good)).status_code == 401
    assert (await post(signature(body, turned))).status_code == 201


async def test_a_secret_that_can_not_be_read_is_told_the_owner_alone(
    serve: Serve, database: Database, rules: Any, door: str
) -> None:
    await rules(signing=True)
    async with serve({"LEADSBOT_SECRET_KEY": "another key than before"}) as client:
        answer = await client.post(door, json=JANE, headers={"x-leadsbot-signature": "0" * 64})
        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
        assert "SECRET" not in answer.text
        assert "LEADSBOT_SECRET_KEY was changed" in (await noted(database, "secret_unreadable"))["hint"]


async def test_a_signed_form_is_taken_byte_for_byte(nobody: Client, rules: Any, door: str) -> None:
    secret = (await rules(signing=True))["signing_secret"]
    body = urlencode(JANE).encode()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-leadsbot-signature": signature(body, secret),
    }
    assert (await nobody.post(door, content=body, headers=headers)).status_code == 201


async def test_whoever_signs_may_say_whom_a_lead_is_for(
    nobody: Client, rules: Any, workspace: Created, door: str
) -> None:
    secret = (await rules(signing=True))["signing_secret"]
    body = json.dumps({**JANE, "assigned_to": "OWNER@example.com"}).encode()
    answer = await nobody.post(door, content=body, headers={"x-leadsbot-signature": signature(body, secret)})
    assert answer.status_code == 201 and answer.json()["assigned_to"] == workspace.user_id


async def test_whoever_signs_may_say_where_a_lead_stands(nobody: Client, rules: Any, door: str) -> None:
    secret = (await rules(signing=True))["signing_secret"]
    for said, status, code in (("won", 201, None), ("Nope", 400, "unknown_stage")):
        body = json.dumps({**JANE, "stage": said}).encode()
        answer = await nobody.post(door, content=body, headers={"x-leadsbot-signature": signature(body, secret)})
        assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
        assert status == 400 or (answer.json()["stage"], answer.json()["custom_data"]) == ("Won", {})


# --- CAPTCHAs


async def test_whoever_signs_is_told_why_it_is_spam(nobody: Client, rules: Any, door: str) -> None:
    secret = (await rules(signing=True))["signing_secret"]
    raw = json.dumps({**JANE, "message": f"Look here: {LINKS}"}).encode()
    signature = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
    headers = {"content-type": "application/json", "x-leadsbot-signature": signature}
    lead = (await nobody.post(door, content=raw, headers=headers)).json()
    assert lead["spam"] is True and lead["spam_reasons"]
