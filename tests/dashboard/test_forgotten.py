"""Somebody who has forgotten their password chooses another, by a link that nobody else gets and that works once."""

from __future__ import annotations

import re

import pytest

from leadsbot.db import Database
from leadsbot.vault import Vault
from leadsbot.workspaces import password_reset
from leadsbot.workspaces.bootstrap import Created
from tests.dashboard.browsing import Browser, shown
from tests.dashboard.conftest import PASSWORD

NEW = "another horse altogether"


async def _link(database: Database, settings: dict[str, str]) -> str:
    secret = await password_reset.secret_for(database, Vault(settings["LEADSBOT_SECRET_KEY"]), "owner@example.com")
    assert secret
    return f"{password_reset.PATH}/{secret}"


async def test_a_link_sets_another_password_once_and_ends_every_sign_in(
    owner: Browser,
    passer_by: Browser,
    workspace: Created,
    database: Database,
    settings: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link = await _link(database, settings)
    page = await passer_by.see(link)
    assert "For owner@example.com." in page.text and page.headers["referrer-policy"] == "no-referrer"
    weak = await passer_by.press(link, {"password": "short"})
    assert (weak.status_code, "at least 8" in weak.text.lower()) == (422, True)
    done = await passer_by.press(link, {"password": NEW})
    assert done.status_code == 200 and "Sign in with it." in done.text
    assert (await owner.see("/leads")).headers["location"].startswith("/login"), "signed out elsewhere"
    assert (await passer_by.sign_in("owner@example.com", PASSWORD)).status_code == 401
    assert (await passer_by.sign_in("owner@example.com", NEW)).status_code == 303

    for ended in (link, f"{password_reset.PATH}/nonsense", f"{link}x"):
        again = await owner.see(ended)
        assert (again.status_code, "Ask for another" in again.text) == (404, True), ended
    late = await _link(database, settings)
    monkeypatch.setattr(password_reset, "LASTS_S", -1)
    assert "has expired" in (await owner.see(late)).text


async def test_the_answer_is_the_same_whether_there_is_an_account(
    passer_by: Browser, workspace: Created, database: Database
) -> None:
    said = []
    for email in ("owner@example.com", "nobody@example.com"):
        await passer_by.see("/login/forgotten")
        answer = await passer_by.press("/login/forgotten", {"email": email.upper()})
        said.append((answer.status_code, re.sub(r'content="\w{64}"', "", shown(answer).replace(email, "X"))))
    assert said[0] == said[1] and "a mail is on its way" in said[0][1]
    kinds = await database.fetch("SELECT kind, payload FROM jobs WHERE kind = 'mail.password'")
    assert len(kinds) == 2 and "example.com" not in str(kinds)
    passer_by.token = "0" * 64
    assert (await passer_by.press("/login/forgotten", {"email": "owner@example.com"})).status_code == 403


async def test_nobody_asks_without_end(
    passer_by: Browser, workspace: Created, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(password_reset, "MAILS_TO_AN_ACCOUNT", 1)
    monkeypatch.setattr(password_reset, "ASKED_FROM_AN_ADDRESS", 2)
    await passer_by.see("/login/forgotten")
    answers = [await passer_by.press("/login/forgotten", {"email": "owner@example.com"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert len(await database.fetch("SELECT id FROM jobs WHERE kind = 'mail.password'")) == 1


class TestWithoutMail:
    @pytest.fixture
    def settings(self, settings: dict[str, str]) -> dict[str, str]:
        return {name: value for name, value in settings.items() if name != "LEADSBOT_SMTP_URL"}

    async def test_the_page_says_who_can_help(self, passer_by: Browser, database: Database) -> None:
        assert "leadsbot password --email" in (await passer_by.see("/login/forgotten")).text
        answer = await passer_by.press("/login/forgotten", {"email": "owner@example.com"})
        assert "leadsbot password --email" in answer.text
        assert await database.fetch("SELECT id FROM jobs WHERE kind = 'mail.password'") == []
