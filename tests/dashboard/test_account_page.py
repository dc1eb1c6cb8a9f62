"""Your account: one's own name, password and Telegram account, whatever one's role."""

from __future__ import annotations

import re
from typing import Any

from telegram import User

from leadsbot import clock
from leadsbot.bot import accounts, links
from leadsbot.db import Database
from leadsbot.vault import Vault
from leadsbot.workspaces.bootstrap import Created
from tests.dashboard.browsing import Browser, over_app, shown
from tests.dashboard.conftest import PASSWORD
from tests.dashboard.with_bot import settings, telegram

__all__ = ["settings", "telegram"]


async def test_the_page_offers_a_link_that_is_the_persons_own_and_notices_when_it_was_used(
    owner: Browser, workspace: Created, database: Database
) -> None:
    page = shown(await owner.see("/account"))
    code = re.search(r'href="https://t\.me/leadsbot_test_bot\?start=([\w-]{1,64})"', page)
    assert code is not None and f"/start {code[1]}" in page
    read = links.read_code(Vault("a secret key for tests"), code[1])
    assert isinstance(read, links.AccountCode) and read.user_id == workspace.user_id
    assert (await owner.see("/account/telegram", hx_request="true")).status_code == 204
    await accounts.link(database, workspace.user_id, User(7001, "Ada <b>", False), clock.now())
    part = await owner.see("/account/telegram", hx_request="true")
    assert "Linked." in part.text and "Ada &lt;b&gt;" in part.text and "t.me" not in part.text
    assert (await owner.press("/account/telegram/unlink")).status_code == 303
    assert await accounts.account_of(database, workspace.user_id) is None


async def test_a_name_is_changed_and_an_empty_one_is_not(
    owner: Browser, outsider: Browser, workspace: Created, database: Database
) -> None:
    await owner.see("/account")
    assert (await owner.press("/account", {"name": " Ada \n Lovelace "})).status_code == 303
    assert 'value="Ada Lovelace"' in (await owner.see("/account")).text
    assert (await owner.press("/account", {"name": " "})).status_code == 422
    assert (await owner.press("/account", {"name": "x" * 201})).status_code == 422
    rows = await database.fetch("SELECT name FROM users WHERE name <> ''")
    assert [row["name"] for row in rows] == ["Ada Lovelace"]


async def test_a_password_is_changed_by_who_knows_it_and_ends_other_sign_ins(owner: Browser, app: Any) -> None:
    elsewhere = over_app(app)
    await elsewhere.sign_in("owner@example.com", PASSWORD)
    await owner.see("/account")
    wrong = {"password": "a guess", "new_password": "another good one"}
    assert "That is not your password." in (await owner.press("/account/password", wrong)).text
    short = {"password": PASSWORD, "new_password": "short"}
    assert "8 to 200" in (await owner.press("/account/password", short)).text
    assert (await elsewhere.see("/leads")).status_code == 200
    right = {"password": PASSWORD, "new_password": "another good one"}
    assert (await owner.press("/account/password", right)).status_code == 303
    assert (await owner.see("/account")).status_code == 200
    assert (await elsewhere.see("/leads")).status_code == 303
    assert (await elsewhere.sign_in("owner@example.com", PASSWORD)).status_code == 401
    assert (await elsewhere.sign_in("owner@example.com", "another good one")).status_code == 303


async def test_where_one_is_signed_in_is_shown_and_ended_but_for_here(
    owner: Browser, outsider: Browser, app: Any
) -> None:
    assert "everywhere else" not in (await owner.see("/account")).text
    elsewhere = over_app(app)
    await elsewhere.sign_in("owner@example.com", PASSWORD)
    page = shown(await owner.see("/account"))
    assert page.count("· signed in") == 2 and page.count("this browser") == 1
    assert (await owner.press("/account/sign-outs")).status_code == 303
    assert (await elsewhere.see("/leads")).status_code == 303
    assert [(await one.see("/leads")).status_code for one in (owner, outsider)] == [200, 200]


async def test_nobody_changes_anything_without_the_pages_own_token(owner: Browser, passer_by: Browser) -> None:
    owner.token = "forged"
    for path in ("/account", "/account/password", "/account/sign-outs", "/account/telegram/unlink"):
        assert (await owner.press(path, {"name": "x"})).status_code == 403
        assert (await passer_by.press(path, {"name": "x"})).status_code == 303
