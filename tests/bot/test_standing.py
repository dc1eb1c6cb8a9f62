"""The bot is blocked, removed, or its group moves: channels learn of it at once."""

from __future__ import annotations

from typing import Any

import pytest

from leadsbot.channels.telegram.presses import CLAIM, Press
from leadsbot.routing import destinations
from leadsbot.routing.destination import open_config
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.bot.talking import BOB, GROUP, PRIVATE, Talk, channel_in, lead, member
from tests.support.telegram_calls import migrated


async def standing(services: Services, channel: dict[str, Any]) -> tuple[bool, str, int]:
    row = await destinations.get_channel(services.database, channel["workspace_id"], channel["id"])
    chat: int = open_config(services.vault, row["config"])["chat_id"]
    return bool(row["enabled"]), row["disabled_reason"], chat


@pytest.mark.parametrize(("chat", "status", "why"), [(PRIVATE, "kicked", "blocked"), (GROUP, "left", "removed")])
async def test_a_channel_whose_chat_shut_the_bot_out_is_switched_off_and_its_owners_are_told(
    services: Services, workspace: Created, talk: Talk, chat: int, status: str, why: str
) -> None:
    channel, other = await channel_in(services, workspace, chat), await channel_in(services, workspace, -77)
    for _ in range(2):
        talk.telegram.stand(chat, status)
        await talk.hear()
    enabled, reason, _ = await standing(services, channel)
    assert not enabled and why in reason
    assert (await standing(services, other))[0]
    told = await services.database.fetch("SELECT id FROM events WHERE type = 'channel.disabled'")
    assert len(told) == 1


async def test_a_chat_that_takes_the_bot_back_has_its_channel_on_again_unless_somebody_switched_it_off(
    services: Services, workspace: Created, talk: Talk
) -> None:
    channel, off = await channel_in(services, workspace, GROUP), await channel_in(services, workspace, GROUP)
    await destinations.update_channel(services, workspace.workspace_id, off["id"], {"enabled": False})
    for status in ("member", "left", "member"):
        talk.telegram.stand(GROUP, status)
        assert await talk.hear() == []
    assert await standing(services, channel) == (True, "", GROUP)
    assert await standing(services, off) == (False, "", GROUP)


@pytest.mark.parametrize("removed_first", [False, True])
async def test_a_group_that_becomes_a_supergroup_is_followed(
    services: Services, workspace: Created, talk: Talk, removed_first: bool
) -> None:
    channel = await channel_in(services, workspace, GROUP)
    if removed_first:
        talk.telegram.stand(GROUP, "left")
    talk.telegram.migrate(GROUP, -100_999)
    assert await talk.hear() == []
    assert await standing(services, channel) == (True, "", -100_999)


async def test_a_button_of_before_a_group_moved_is_answered_and_one_of_now_works(
    services: Services, workspace: Created, talk: Talk
) -> None:
    channel = await channel_in(services, workspace, GROUP)
    await member(services, workspace, "Bob", BOB)
    lead_id = await lead(services, workspace)
    before = await talk.alert(GROUP, lead_id, channel)
    talk.telegram.migrate(GROUP, -100_999)
    await talk.hear()
    talk.telegram.fail(GROUP, migrated(-100_999), always=True)
    assert "If the chat has moved, act there" in await talk.press(before, BOB, Press(CLAIM, lead_id))
    now = await talk.alert(-100_999, lead_id, channel)
    assert await talk.press(now, BOB, Press(CLAIM, lead_id)) == "It is yours."
