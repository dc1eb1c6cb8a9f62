"""Link codes: made by us, for one channel, for a day."""

from __future__ import annotations

import base64
import re

import pytest

from leadsbot import clock
from leadsbot.bot import bot_username, links
from leadsbot.ids import new_id
from leadsbot.routing import destinations
from leadsbot.services import Services
from leadsbot.vault import Vault
from leadsbot.workspaces.bootstrap import Created
from tests.routing.house import Make
from tests.support.telegram_server import TelegramServer

NOW = 1_800_000_000_000
VAULT = Vault("a key for tests")


def test_a_code_names_its_channel_in_letters_that_telegram_passes_on() -> None:
    for _ in range(50):
        channel_id = new_id()
        code = links.make_code(VAULT, channel_id)
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", code)
        assert links.read_code(VAULT, code) == links.ChannelCode(channel_id)


def test_a_code_holds_for_a_day_and_not_longer() -> None:
    with clock.freeze(NOW) as advance:
        code = links.make_code(VAULT, new_id())
        advance(links.VALID_MS - clock.SECOND)
        links.read_code(VAULT, code)
        advance(clock.SECOND)
        with pytest.raises(links.ExpiredCode):
            links.read_code(VAULT, code)


def test_a_code_of_another_house_is_wrong() -> None:
    with pytest.raises(links.WrongCode):
        links.read_code(VAULT, links.make_code(Vault("another key"), new_id()))


@pytest.mark.parametrize("place", [0, 15, 16, 19, 20, 35])
def test_a_code_with_a_single_changed_byte_is_wrong(place: int) -> None:
    raw = bytearray(base64.urlsafe_b64decode(links.make_code(VAULT, new_id())))
    raw[place] ^= 1
    with pytest.raises(links.WrongCode):
        links.read_code(VAULT, base64.urlsafe_b64encode(raw).decode())


@pytest.mark.parametrize("code", ["", "hello", "é" * 48, "=" * 48, "A" * 48, "A" * 64, "A" * 4096, "AA+/" * 12])
def test_what_was_never_a_code_is_wrong(code: str) -> None:
    with pytest.raises(links.WrongCode):
        links.read_code(VAULT, code)


async def test_a_channel_without_a_chat_is_offered_a_link(
    services: Services, workspace: Created, telegram: TelegramServer
) -> None:
    channel = await destinations.create_channel(services, workspace.workspace_id, "telegram", {})
    offer = await links.offer(services, channel)
    assert offer is not None
    assert offer.url == f"https://t.me/leadsbot_test_bot?start={offer.code}"
    assert links.read_code(services.vault, offer.code) == links.ChannelCode(channel["id"])
    assert set(offer.json()) == {"link_url", "link_code", "link_expires_at"}


async def test_a_channel_with_a_chat_is_offered_none(services: Services, workspace: Created) -> None:
    channel = await destinations.create_channel(services, workspace.workspace_id, "telegram", {"chat_id": -1})
    assert await links.offer(services, channel) is None


async def test_a_mail_channel_is_offered_none(services: Services, workspace: Created) -> None:
    channel = await destinations.create_channel(services, workspace.workspace_id, "email", {"to": ["a@example.com"]})
    assert await links.offer(services, channel) is None


async def test_a_channel_stored_under_another_key_is_offered_none(make_services: Make, workspace: Created) -> None:
    channel = await destinations.create_channel(make_services(), workspace.workspace_id, "telegram", {})
    assert await links.offer(make_services(secret_key="another key"), channel) is None


async def test_without_a_bot_there_is_a_code_and_no_address(make_services: Make, workspace: Created) -> None:
    services = make_services(telegram_token="")
    channel = await destinations.create_channel(services, workspace.workspace_id, "telegram", {})
    offer = await links.offer(services, channel)
    assert offer is not None and offer.url is None and offer.code


async def test_the_bots_name_is_asked_once(services: Services, telegram: TelegramServer) -> None:
    assert [await bot_username(services) for _ in range(3)] == ["leadsbot_test_bot"] * 3
    assert [call.method for call in telegram.calls] == ["getMe"]


async def test_a_bot_that_telegram_refuses_has_no_name(make_services: Make) -> None:
    assert await bot_username(make_services(telegram_token="1:wrong")) is None
