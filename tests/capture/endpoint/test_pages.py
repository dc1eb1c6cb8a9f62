"""A page's own form, sent to an endpoint with no script: a person reads the answer."""

from __future__ import annotations

from typing import Any

import pytest

from leadsbot.capture.form_words import LANGUAGES
from leadsbot.db import Database
from tests.api.conftest import Client
from tests.capture.endpoint.posting import JANE, PAGE, leads

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "origin": PAGE, "referer": f"{PAGE}/contact"}


async def test_whoever_sent_a_form_is_thanked_with_a_way_back(nobody: Client, database: Database, door: str) -> None:
    answer = await nobody.post(door, data=JANE, headers=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (201, "text/html; charset=utf-8")
    assert "Thank you" in answer.text and f'href="{PAGE}/contact"' in answer.text and "jane@" not in answer.text
    assert {"Origin", "Accept"} <= set(answer.headers["vary"].split(", "))
    several = await nobody.post(door, data=JANE, files={"cv": ("a.pdf", b"x")}, headers=BROWSER)
    assert several.status_code == 201 and "Thank you" in several.text
    german = await nobody.post(door, data={**JANE, "honeypot": "x"}, headers={**BROWSER, "accept-language": "de"})
    assert german.status_code == 201 and "Vielen Dank" in german.text
    assert await leads(database) == 2


async def test_what_a_form_lacks_is_said_on_a_page(nobody: Client, database: Database, door: str) -> None:
    answer = await nobody.post(door, data={"name": "Jane"}, headers=BROWSER)
    assert answer.status_code == 400 and answer.headers["content-type"].startswith("text/html")
    assert "Something is missing" in answer.text and "“phone”, “email”" in answer.text
    wrong = await nobody.post(door, data={**JANE, "phone": "12"}, headers={**BROWSER, "accept-language": "de"})
    assert wrong.status_code == 400 and "“phone”" in wrong.text and "{" not in wrong.text
    large = await nobody.post(door, data={**JANE, "message": "x" * 1_100_000}, headers=BROWSER)
    assert large.status_code == 413 and "1 MiB" in large.text
    assert await leads(database) == 0


async def test_who_may_not_send_reads_so_on_a_page(nobody: Client, rules: Any, door: str) -> None:
    await rules(allow_all_ips=False, allowed_ips=["203.0.113.7"])
    answer = await nobody.post(door, data=JANE, headers=BROWSER)
    assert answer.status_code == 403 and "be sent from here" in answer.text and "<h1>" in answer.text
    none = await nobody.post("/api/inbound/w/none/leads", data=JANE, headers=BROWSER)
    assert none.status_code == 404 and "<h1>" in none.text


async def test_programs_are_answered_in_json_still(nobody: Client, door: str) -> None:
    assert (await nobody.post(door, json=JANE, headers=BROWSER)).json()["email"] == "jane@example.com"
    assert (await nobody.post(door, data=JANE)).json()["email"] == "jane@example.com"
    assert (await nobody.post(door, data={"name": "Jane"})).json()["error"] == "Missing required fields"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_language_has_every_sentence(lang: str) -> None:
    assert set(LANGUAGES[lang].errors) == set(LANGUAGES["en"].errors)
