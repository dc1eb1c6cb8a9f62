"""The endpoints page: an address to copy, rules to set, who was turned away and how to let them in."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
import shutil
import subprocess

import httpx
import pytest

from leadsbot.dashboard.shown.endpoint_examples import Rules, examples
from leadsbot.db import Database
from leadsbot.workspaces.bootstrap import Created
from tests.dashboard.browsing import Browser, shown
from tests.dashboard.test_render import ATTACK, harmless
from tests.support.waiting import PATIENCE_S

JANE = {"name": "Jane Doe", "email": "jane@example.com", "phone": "+43 660 1234567"}
RULES = {
    "name": "Inbound",
    "required_fields": ["name", "email"],
    "allow_all_ips": "all",
    "allowed_ips": "",
    "allowed_origins": "",
    "leads_per_ip_per_day": "",
    "burst_per_second": "50",
    "captcha_provider": "",
    "captcha_secret": "",
}


def door(workspace: Created) -> str:
    return f"/api/inbound/w/{workspace.endpoint_id}/leads"


async def sent(browser: Browser, workspace: Created, **headers: str) -> httpx.Response:
    return await browser.client.post(door(workspace), json=JANE, headers=headers)


async def page_with(owner: Browser, words: str) -> str:
    """Give the page once it says this: a refusal is counted after it was answered."""
    async with asyncio.timeout(PATIENCE_S):
        page = ""
        while words not in page:
            page = shown(await owner.see("/endpoints"))
    return page


async def test_it_shows_the_address_and_how_to_send_there(owner: Browser, workspace: Created) -> None:
    page = shown(await owner.see("/endpoints"))
    assert f"https://leads.example{door(workspace)}" in page and "Waiting for the first lead" in page
    for label in ("curl", "JavaScript", "HTML form", "PHP"):
        assert f"<h3>{label}</h3>" in page
    assert "Everybody who knows the address may send." in page
    assert (await sent(owner, workspace)).status_code == 201
    assert "In use" in await page_with(owner, "last lead")


async def test_a_lead_says_that_it_came_by_an_endpoint(owner: Browser, workspace: Created) -> None:
    lead_id = (await sent(owner, workspace)).json()["id"]
    page = shown(await owner.see(f"/leads/{lead_id}"))
    assert "Sent to an endpoint" in page and "by hand" not in page and "Inbound (endpoint)" in page


async def test_an_endpoint_is_created_and_takes_a_lead_at_once(owner: Browser) -> None:
    wrong = await owner.press("/endpoints", {"name": "", "allowed_origins": "example.com"})
    assert wrong.status_code == 422
    assert "Give it a name." in shown(wrong) and 'write "https://example.com"' in shown(wrong)
    answer = await owner.press("/endpoints", {"name": "Partner", "allowed_origins": ""})
    assert answer.status_code == 303
    endpoint_id = re.findall(r"endpoint-([0-9a-f-]{36})$", answer.headers["location"])[0]
    assert "Endpoint created." in shown(await owner.see("/endpoints"))
    made = await owner.client.post(f"/api/inbound/w/{endpoint_id}/leads", json=JANE)
    assert made.status_code == 201


async def test_rules_are_saved_and_hold_from_the_next_request(owner: Browser, workspace: Created) -> None:
    said = {
        **RULES,
        "name": "Portal",
        "required_fields": ["company"],
        "allow_all_ips": "listed",
        "allowed_ips": "192.0.2.0/24\r\n2001:db8::/32",
        "leads_per_ip_per_day": "3",
        "captcha_provider": "turnstile",
        "captcha_secret": "0xSECRET",
    }
    assert (await owner.press(f"/endpoints/{workspace.endpoint_id}", said)).status_code == 303
    page = shown(await owner.see("/endpoints"))
    assert "Rules saved." in page and "Only 2 addresses or networks may send." in page and "0xSECRET" not in page
    assert (await sent(owner, workspace)).json()["fields"] == ["company"]
    kept = await owner.press(f"/endpoints/{workspace.endpoint_id}", {**said, "captcha_secret": ""})
    assert kept.status_code == 303


async def test_what_is_wrong_is_shown_with_what_was_typed(owner: Browser, workspace: Created) -> None:
    said = {
        **RULES,
        "name": "",
        "allow_all_ips": "listed",
        "allowed_ips": "10.0.0.1/8",
        "allowed_origins": ATTACK,
        "leads_per_ip_per_day": "many",
        "burst_per_second": "0",
        "captcha_secret": "s3cret-typed",
    }
    answer = await owner.press(f"/endpoints/{workspace.endpoint_id}", said)
    assert answer.status_code == 422
    harmless(answer.text)
    for words in ("Give it a name.", 'write "10.0.0.0/8" for the network', "A whole number from 1 to 1,000,000."):
        assert words in shown(answer)
    assert "10.0.0.1/8</textarea>" in answer.text and "s3cret-typed" not in answer.text
    without = await owner.press(f"/endpoints/{workspace.endpoint_id}", {**RULES, "captcha_provider": "hcaptcha"})
    assert without.status_code == 422 and "A CAPTCHA needs the secret" in shown(without)


async def test_who_was_turned_away_is_let_in_with_one_press(owner: Browser, workspace: Created) -> None:
    said = {**RULES, "allow_all_ips": "listed", "allowed_ips": "10.0.0.0/8", "allowed_origins": "https://a.example"}
    await owner.press(f"/endpoints/{workspace.endpoint_id}", said)
    assert (await sent(owner, workspace, origin="https://b.example")).status_code == 403
    await page_with(owner, "pages at <b>https://b.example</b> are not on the list")
    await owner.press(f"/endpoints/{workspace.endpoint_id}/allow", {"origin": "https://b.example"})
    assert (await sent(owner, workspace, origin="https://b.example")).status_code == 403
    await page_with(owner, "address <b>192.0.2.7</b> is not on the list")
    answer = await owner.press(f"/endpoints/{workspace.endpoint_id}/allow", {"ip": "192.0.2.7"})
    assert answer.headers["location"] == f"/endpoints#endpoint-{workspace.endpoint_id}"
    page = shown(await owner.see("/endpoints"))
    assert "192.0.2.7 may send from now on." in page and "Turned away" not in page
    assert (await sent(owner, workspace, origin="https://b.example")).status_code == 201


async def test_other_reasons_are_told_in_a_sentence(owner: Browser, workspace: Created) -> None:
    await owner.client.post(door(workspace), json={})
    await page_with(owner, "Turned away 1 time: a lead without name, phone, email, which this endpoint asks for.")


async def test_a_missing_signature_is_not_called_a_wrong_one(owner: Browser, workspace: Created) -> None:
    await owner.press(f"/endpoints/{workspace.endpoint_id}/sign")
    assert (await sent(owner, workspace)).status_code == 401
    await page_with(owner, "missing or didn't fit; the last was a body without X-LeadsBot-Signature")


async def test_what_cannot_be_allowed_is_refused(owner: Browser, workspace: Created) -> None:
    for said in ({"origin": "null"}, {"ip": "somewhere"}, {}):
        assert (await owner.press(f"/endpoints/{workspace.endpoint_id}/allow", said)).status_code == 400


async def test_a_signing_secret_is_shown_once(owner: Browser, workspace: Created) -> None:
    await owner.press(f"/endpoints/{workspace.endpoint_id}/sign")
    page = shown(await owner.see("/endpoints"))
    secret = re.findall(r"lbs_[\w-]+", page)[0]
    assert secret not in (await owner.see("/endpoints")).text
    assert "HTML form</h3>" not in page and "X-LeadsBot-Signature: $SIGNATURE" in page
    assert (await sent(owner, workspace)).status_code == 401
    body = json.dumps(JANE).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    signed = await owner.client.post(door(workspace), content=body, headers={"x-leadsbot-signature": signature})
    assert signed.status_code == 201
    await owner.press(f"/endpoints/{workspace.endpoint_id}/unsign")
    assert (await sent(owner, workspace)).status_code == 201


async def test_a_deleted_endpoint_is_gone_and_an_empty_page_says_what_to_do(owner: Browser, workspace: Created) -> None:
    assert (await sent(owner, workspace)).status_code == 201
    assert "What is posted to its address is refused from then on" in shown(await owner.see("/endpoints"))
    await owner.press(f"/endpoints/{workspace.endpoint_id}/delete")
    page = shown(await owner.see("/endpoints"))
    assert "is deleted. Its leads stay." in page and "Your first endpoint will stand here" in page
    assert (await sent(owner, workspace)).status_code == 404
    assert "Jane Doe" in shown(await owner.see("/leads"))


async def test_nobody_touches_anothers_endpoint(
    outsider: Browser, owner: Browser, database: Database, workspace: Created
) -> None:
    before = await database.fetch("SELECT * FROM endpoints WHERE id = $1", workspace.endpoint_id)
    for path, said in (
        ("", RULES),
        ("/sign", {}),
        ("/unsign", {}),
        ("/allow", {"ip": "192.0.2.7"}),
        ("/delete", {}),
    ):
        answer = await outsider.press(f"/endpoints/{workspace.endpoint_id}{path}", dict(said))
        assert answer.status_code == 404, path
    assert workspace.endpoint_id not in (await outsider.see("/endpoints")).text
    assert await database.fetch("SELECT * FROM endpoints WHERE id = $1", workspace.endpoint_id) == before


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash to run the example")
@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl to sign with")
def test_the_shells_example_signs_as_the_door_checks() -> None:
    code = examples("https://leads.example/x", Rules(("name", "o'clock"), signing=True))[0].code
    shell = code.replace("curl -X POST", "printf '%s\\n'")
    printed = subprocess.run(
        ["bash", "-c", shell], env={"SECRET": "lbs_secret", "PATH": "/usr/bin:/bin"}, capture_output=True, check=True
    ).stdout.decode()
    lines = printed.splitlines()
    body = lines[-1]
    signature = next(line for line in lines if line.startswith("X-LeadsBot-Signature")).partition(": ")[2]
    assert json.loads(body)["o'clock"] == "…"
    assert signature == hmac.new(b"lbs_secret", body.encode(), hashlib.sha256).hexdigest()


def test_only_what_the_rules_let_in_is_shown() -> None:
    def labels(rules: Rules) -> list[str]:
        return [one.label for one in examples("https://leads.example/x", rules)]

    assert labels(Rules(("name",))) == ["curl", "JavaScript", "HTML form", "PHP"]
    assert labels(Rules(("name",), anywhere=False)) == ["curl", "PHP"]
    assert labels(Rules(("name",), signing=True)) == ["curl", "PHP"]
    paged = examples("https://leads.example/x", Rules(("name",), origins=("https://*.a.example",)))
    assert [one.label for one in paged] == ["curl", "JavaScript", "HTML form"]
    assert "-H 'Origin: https://www.a.example'" in paged[0].code


def test_the_html_form_asks_for_what_the_endpoint_requires() -> None:
    code = next(
        one.code
        for one in examples("https://leads.example/in", Rules(("email", "message")))
        if one.label == "HTML form"
    )
    assert 'name="email" type="email" required>' in code and '<textarea name="message" required>' in code
    code = next(one.code for one in examples("https://leads.example/in", Rules(("phone",))) if one.label == "HTML form")
    assert code.count(" required") == 1 and 'name="phone" type="tel" required>' in code
