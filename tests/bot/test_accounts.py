"""People link their own Telegram account, by a code that is theirs, for an hour, once."""

from __future__ import annotations

import re

import pytest

from leadsbot import clock
from leadsbot.bot import accounts, links
from leadsbot.ids import new_id
from leadsbot.routing import destinations
from leadsbot.services import Services
from leadsbot.vault import Vault
from leadsbot.workspaces.bootstrap import Created
from tests.bot.talking import BOB, GROUP, PRIVATE, Talk, member
from tests.support.telegram_server import ADA

VAULT = Vault("a key for tests")
NOW = 1_800_000_000_000


def test_codes_of_all_kinds_fit_into_a_deep_link_and_are_told_apart() -> None:
    person, channel = new_id(), new_id()
    account, named = links.make_account_code(VAULT, person), links.make_code(VAULT, channel)
    for code in (account, named):
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", code)
    read = links.read_code(VAULT, account)
    assert isinstance(read, links.AccountCode) and read.user_id == person
    assert links.read_code(VAULT, named) == links.ChannelCode(channel)


def test_an_accounts_code_holds_for_an_hour_and_not_longer() -> None:
    with clock.freeze(NOW) as advance:
        code = links.make_account_code(VAULT, new_id())
        advance(clock.HOUR - clock.SECOND)
        assert links.read_code(VAULT, code)
        advance(clock.SECOND)
        with pytest.raises(links.ExpiredCode):
            links.read_code(VAULT, code)
        with pytest.raises(links.WrongCode):
            links.read_code(Vault("another"), code)


async def test_an_account_is_linked_once_by_a_code_and_anew_by_another(
    services: Services, workspace: Created, talk: Talk
) -> None:
    code = links.make_account_code(services.vault, workspace.user_id)
    for _ in range(2):  # Telegram may say it twice
        said = (await talk.asked(PRIVATE, ADA, f"/start {code}")).text
        assert said.startswith("I know you now as owner@example.com") or "I know you now as" in said
    assert "has been used" in (await talk.asked(BOB["id"], BOB, f"/start {code}")).text
    kept = await accounts.account_of(services.database, workspace.user_id)
    assert kept is not None and (kept["telegram_id"], kept["name"], kept["username"]) == (ADA["id"], "Ada", "ada")
    with clock.freeze(clock.now() + 2 * clock.SECOND):
        again = links.make_account_code(services.vault, workspace.user_id)
        assert "I know you now" in (await talk.asked(BOB["id"], BOB, f"/start {again}")).text
    holder = await accounts.holder_of(services.database, BOB["id"])
    assert holder is not None and holder.user_id == workspace.user_id
    assert await accounts.holder_of(services.database, ADA["id"]) is None


async def test_a_code_that_others_can_see_links_nobody(services: Services, workspace: Created, talk: Talk) -> None:
    code = links.make_account_code(services.vault, workspace.user_id)
    assert "private chat" in (await talk.asked(GROUP, ADA, f"/link {code}")).text
    assert await accounts.holder_of(services.database, ADA["id"]) is None


async def test_a_channels_link_lets_nobody_be_somebody_else(services: Services, workspace: Created, talk: Talk) -> None:
    for chat, known in ((GROUP, False), (PRIVATE, False), (PRIVATE, True)):
        if known:
            await member(services, workspace, "Ada", ADA)
        channel = await destinations.create_channel(services, workspace.workspace_id, "telegram", {})
        offer = await links.offer(services, channel)
        assert offer
        said = (await talk.asked(chat, ADA, f"/link {offer.code}")).text
        assert said.startswith("Linked: new leads of Lindenhof arrive here.")
        assert ("who you are: https://leads.example.com/account" in said) == (chat == PRIVATE and not known)
        assert bool(await accounts.holder_of(services.database, ADA["id"])) == known
