"""Buttons under a lead's messages: who may press them, what they do, and that each press is answered."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from leadsbot import clock
from leadsbot.bot.pace import MOST_PRESSES
from leadsbot.bot.updates import handle
from leadsbot.channels.telegram.presses import CLAIM, NOT_SPAM, PAGE, SNOOZE, SPAM, STAGE, UNCLAIM, Press, data_of, mark
from leadsbot.leads import merges, reading
from leadsbot.routing import destinations
from leadsbot.services import Services
from leadsbot.workspaces import members
from leadsbot.workspaces.bootstrap import Created
from tests.bot.talking import BOB, GROUP, PRIVATE, Talk, channel_in, lead, linked, member, row_of
from tests.support.telegram_server import ADA

CONTACTED = mark("Contacted")


async def test_a_stage_is_set_once_and_the_history_says_by_whom(
    services: Services, workspace: Created, talk: Talk
) -> None:
    channel = await channel_in(services, workspace, GROUP)
    await member(services, workspace, "Bob", BOB)
    lead_id = await lead(services, workspace)
    alert = await talk.alert(GROUP, lead_id, channel)
    press = Press(STAGE, lead_id, CONTACTED)
    assert await talk.press(alert, BOB, press) == "Moved to Contacted."
    assert await talk.press(alert, BOB, press) == "Already at Contacted."
    history = await reading.history(services.database, lead_id)
    assert [(row["to_stage"], row["by"]) for row in history] == [("Contacted", "bob@example.com")]


async def test_a_press_on_a_lead_that_went_on_meanwhile_moves_nothing_and_says_so(
    services: Services, workspace: Created, talk: Talk
) -> None:
    channel = await channel_in(services, workspace, PRIVATE)
    lead_id = await lead(services, workspace, stage="Won")
    alert = await talk.alert(PRIVATE, lead_id, channel)
    assert "!The lead stands at Won" in await talk.press(alert, ADA, Press(STAGE, lead_id, CONTACTED))
    assert "!The pipeline has no such stage" in await talk.press(alert, ADA, Press(STAGE, lead_id, mark("Gone")))
    assert (await row_of(services, lead_id))["stage"] == "Won"
    lost = await lead(services, workspace, "Lost", stage="Lost")
    assert await talk.press(alert, ADA, Press(STAGE, lost, mark("New"))) == "Moved to New."


async def test_of_two_who_claim_the_first_has_it(services: Services, workspace: Created, talk: Talk) -> None:
    channel = await channel_in(services, workspace, GROUP)
    ada, bob = await member(services, workspace, "Ada", ADA), await member(services, workspace, "Bob", BOB)
    lead_id = await lead(services, workspace)
    alert = await talk.alert(GROUP, lead_id, channel)
    assert await talk.press(alert, ADA, Press(CLAIM, lead_id)) == "It is yours."
    assert await talk.press(alert, ADA, Press(CLAIM, lead_id)) == "It is yours already."
    assert await talk.press(alert, BOB, Press(CLAIM, lead_id)) == "!Ada has claimed it already."
    assert (await row_of(services, lead_id))["assigned_to"] == ada
    assert await talk.press(alert, BOB, Press(UNCLAIM, lead_id)) == "Free to be claimed."
    assert await talk.press(alert, BOB, Press(CLAIM, lead_id)) == "It is yours."
    assert (await row_of(services, lead_id))["assigned_to"] == bob


async def test_of_two_presses_at_once_each_is_answered_with_what_became_of_it(
    services: Services, workspace: Created, talk: Talk
) -> None:
    channel = await channel_in(services, workspace, GROUP)
    people = [ADA, BOB, {"id": 7003, "is_bot": False, "first_name": "Cleo"}]
    for one in people:
        await member(services, workspace, one["first_name"], one)
    lead_id = await lead(services, workspace)
    alert = await talk.alert(GROUP, lead_id, channel)
    for one, press in zip(people * 2, [CLAIM] * 3 + [STAGE] * 3, strict=True):
        talk.telegram.press(alert, one, data_of(Press(press, lead_id, CONTACTED if press == STAGE else "")))
    updates = await talk.line.bot.get_updates(timeout=0)
    await asyncio.gather(*(handle(services, talk.line, update) for update in updates))
    told = Counter(call.params["text"] for call in talk.telegram.calls if call.method == "answerCallbackQuery")
    assert told["It is yours."] == told["Moved to Contacted."] == 1 and told["Already at Contacted."] == 2
    assert sum(count for text, count in told.items() if "has claimed it already" in text) == 2
    assert len(await reading.history(services.database, lead_id)) == 1


async def test_spam_and_back(services: Services, workspace: Created, talk: Talk) -> None:
    channel = await channel_in(services, workspace, PRIVATE)
    lead_id = await lead(services, workspace)
    alert = await talk.alert(PRIVATE, lead_id, channel)
    assert await talk.press(alert, ADA, Press(SPAM, lead_id)) == "Marked as spam."
    assert await talk.press(alert, ADA, Press(SPAM, lead_id)) == "It is marked as spam already."
    assert (await row_of(services, lead_id))["spam"]
    assert await talk.press(alert, ADA, Press(NOT_SPAM, lead_id)) == "Back among the leads."
    assert not (await row_of(services, lead_id))["spam"]


@pytest.mark.parametrize(("asked", "length"), [("60", clock.HOUR), ("240", 4 * clock.HOUR)])
async def test_an_alert_sleeps_as_long_as_was_asked(
    services: Services, workspace: Created, talk: Talk, asked: str, length: int
) -> None:
    channel = await channel_in(services, workspace, PRIVATE)
    lead_id = await lead(services, workspace)
    alert = await talk.alert(PRIVATE, lead_id, channel)
    before = clock.now()
    assert (await talk.press(alert, ADA, Press(SNOOZE, lead_id, asked))).startswith("Snoozed until")
    (row,) = await services.database.fetch("SELECT snoozed_until FROM messages")
    assert before + length <= row["snoozed_until"] <= clock.now() + length
    assert "!Say how long" in await talk.press(alert, ADA, Press(SNOOZE, lead_id, "99999"))
    elsewhere = (await talk.line.bot.send_message(PRIVATE, "no alert")).message_id
    assert await talk.press(elsewhere, ADA, Press(SNOOZE, lead_id, asked)) == "!Only a lead's alert can be snoozed."


async def test_how_long_an_alert_sleeps_is_chosen_in_its_own_buttons(
    services: Services, workspace: Created, talk: Talk
) -> None:
    channel = await channel_in(services, workspace, PRIVATE)
    lead_id = await lead(services, workspace)
    alert = await talk.alert(PRIVATE, lead_id, channel)
    assert await talk.press(alert, ADA, Press(SNOOZE, lead_id)) == ""
    choices = talk.telegram.buttons(alert)
    assert list(choices) == ["1 h", "4 h", "Tomorrow 9:00", "Back"]
    assert await talk.press(alert, ADA, choices["Back"]["callback_data"]) == ""
    assert {"Claim", "Snooze", "Spam", "Open"} <= talk.telegram.buttons(alert).keys()
    told = await talk.press(alert, ADA, choices["Tomorrow 9:00"]["callback_data"])
    assert told == "Snoozed until tomorrow 09:00."
    card = await talk.asked(PRIVATE, ADA, "/lead 1")
    assert "Snoozed until" in card.text and "09:00 by Ada (Telegram)" in card.text


async def test_in_a_group_only_members_with_a_linked_account_act(
    services: Services, workspace: Created, stranger: Created, talk: Talk
) -> None:
    channel = await channel_in(services, workspace, GROUP)
    lead_id = await lead(services, workspace)
    alert = await talk.alert(GROUP, lead_id, channel)
    press = Press(STAGE, lead_id, CONTACTED)
    unknown = await talk.press(alert, BOB, press)
    assert unknown.startswith("!I don't know you yet") and "https://leads.example.com/account" in unknown
    await linked(services, stranger.user_id, BOB)
    assert "!Your account doesn't belong to this workspace" in await talk.press(alert, BOB, press)
    assert (await row_of(services, lead_id))["stage"] == "New"


async def test_somebody_who_left_the_workspace_acts_no_more_even_in_their_own_chat(
    services: Services, workspace: Created, talk: Talk
) -> None:
    channel = await channel_in(services, workspace, PRIVATE)
    await member(services, workspace, "Ada", ADA)
    lead_id = await lead(services, workspace)
    alert = await talk.alert(PRIVATE, lead_id, channel)
    everybody = await members.everybody(services.database, workspace.workspace_id)
    ada = next(row["id"] for row in everybody if row["name"] == "Ada")
    await members.remove_member(services.database, workspace.workspace_id, ada)
    assert "!Your account doesn't belong" in await talk.press(alert, ADA, Press(STAGE, lead_id, CONTACTED))
    assert (await row_of(services, lead_id))["stage"] == "New"


async def test_in_a_private_chat_its_own_user_acts_and_claims_for_the_only_member(
    services: Services, workspace: Created, talk: Talk
) -> None:
    channel = await channel_in(services, workspace, PRIVATE)
    lead_id = await lead(services, workspace)
    alert = await talk.alert(PRIVATE, lead_id, channel)
    assert await talk.press(alert, ADA, Press(STAGE, lead_id, CONTACTED)) == "Moved to Contacted."
    assert await talk.press(alert, ADA, Press(CLAIM, lead_id)) == "It is yours."
    history = await reading.history(services.database, lead_id)
    assert history[-1]["by"] == "Ada (Telegram)"
    assert (await row_of(services, lead_id))["assigned_to"] == workspace.user_id
    await talk.press(alert, ADA, Press(UNCLAIM, lead_id))
    await member(services, workspace, "Bob")
    assert "!Only members claim leads" in await talk.press(alert, ADA, Press(CLAIM, lead_id))
    assert (await row_of(services, lead_id))["assigned_to"] is None


async def test_a_private_chat_is_its_own_users_alone(services: Services, workspace: Created, talk: Talk) -> None:
    channel = await channel_in(services, workspace, PRIVATE)
    lead_id = await lead(services, workspace)
    alert = await talk.alert(PRIVATE, lead_id, channel)
    told = await talk.press(alert, BOB, Press(SPAM, lead_id))
    assert told == "!Only its own user can act in a private chat."
    assert not (await row_of(services, lead_id))["spam"]


async def test_presses_from_elsewhere_change_nothing(
    services: Services, workspace: Created, stranger: Created, talk: Talk
) -> None:
    """A chat of another workspace, one that was switched off, a broadcast channel, and a lead that is no more."""
    await member(services, workspace, "Ada", ADA)
    theirs = await channel_in(services, stranger, GROUP)
    lead_id, their_lead = await lead(services, workspace), await lead(services, stranger, "Alan")
    alert = await talk.alert(GROUP, their_lead, theirs)
    press = Press(STAGE, lead_id, CONTACTED)
    assert (await talk.press(alert, ADA, press)).startswith("!This lead is not here.")
    off = await channel_in(services, workspace, GROUP)
    await destinations.update_channel(services, workspace.workspace_id, off["id"], {"enabled": False})
    assert (await talk.press(alert, ADA, press)).startswith("!This lead is not here.")
    talk.telegram.chats[-1009] = {"id": -1009, "type": "channel", "title": "News"}
    await channel_in(services, workspace, -1009)
    public = (await talk.line.bot.send_message(-1009, "New lead")).message_id
    assert "!Nobody can act here" in await talk.press(public, ADA, press)
    assert (await row_of(services, lead_id))["stage"] == "New"
    gone = Press(STAGE, "0190f3a0-0000-7000-8000-000000000001", CONTACTED)
    assert (await talk.press(alert, ADA, gone)).startswith("!This lead is not here.")


async def test_a_button_of_a_lead_that_was_merged_means_the_one_that_was_kept(
    services: Services, workspace: Created, talk: Talk
) -> None:
    channel = await channel_in(services, workspace, PRIVATE)
    kept, merged = await lead(services, workspace), await lead(services, workspace, "Alan")
    alert = await talk.alert(PRIVATE, merged, channel)
    await merges.merge(services.database, workspace.workspace_id, kept, merged, "owner@example.com")
    assert await talk.press(alert, ADA, Press(STAGE, merged, CONTACTED)) == "Moved to Contacted."
    assert (await row_of(services, kept))["stage"] == "Contacted"


async def test_a_button_of_a_stage_that_is_gone_moves_nothing_and_is_replaced(
    services: Services, workspace: Created, talk: Talk
) -> None:
    channel = await channel_in(services, workspace, PRIVATE)
    lead_id = await lead(services, workspace)
    alert, gone = await talk.alert(PRIVATE, lead_id, channel), Press(STAGE, lead_id, mark("Haggled"))
    assert (await talk.press(alert, ADA, gone)).startswith("!The pipeline has no such stage any more.")
    assert await services.database.fetch("SELECT id FROM jobs WHERE kind = 'edit_message'")
    card = (await talk.asked(PRIVATE, ADA, "/lead 1")).result["message_id"]
    bare = InlineKeyboardMarkup([[InlineKeyboardButton("Haggled", callback_data=data_of(gone))]])
    await talk.line.bot.edit_message_reply_markup(PRIVATE, card, reply_markup=bare)
    await talk.press(card, ADA, gone)
    assert "Contacted" in talk.telegram.buttons(card) and "Haggled" not in talk.telegram.buttons(card)
    assert (await row_of(services, lead_id))["stage"] == "New"


async def test_every_press_is_answered(services: Services, workspace: Created, talk: Talk) -> None:
    await channel_in(services, workspace, PRIVATE)
    message = (await talk.line.bot.send_message(PRIVATE, "hello")).message_id
    for data in ("nonsense", "s:broken:x", f"{PAGE}::x", "x" * 64):
        assert (await talk.press(message, ADA, data)).startswith("!This button does nothing")
    for _ in range(MOST_PRESSES):
        told = await talk.press(message, ADA, "nonsense")
    assert told.startswith("!That is too quick")


async def test_a_lead_that_was_asked_for_shows_what_was_done_to_it(
    services: Services, workspace: Created, talk: Talk
) -> None:
    await channel_in(services, workspace, PRIVATE)
    lead_id = await lead(services, workspace)
    card = await talk.asked(PRIVATE, ADA, "/lead 1")
    assert await talk.press(card.result["message_id"], ADA, Press(STAGE, lead_id, CONTACTED)) == "Moved to Contacted."
    shown = talk.telegram.message(card.result["message_id"])["text"]
    assert "Ada (Telegram) moved it to Contacted" in shown and "Stage: Contacted" in shown
    assert "Contacted" not in talk.telegram.buttons(card.result["message_id"])


async def test_a_public_group_is_known_by_its_name_too(services: Services, workspace: Created, talk: Talk) -> None:
    talk.telegram.chats[GROUP] = {"id": GROUP, "type": "supergroup", "title": "Sales", "username": "Sales_Room"}
    given = {"chat_id": "@sales_room"}
    channel = await destinations.create_channel(services, workspace.workspace_id, "telegram", given)
    await member(services, workspace, "Bob", BOB)
    lead_id = await lead(services, workspace)
    alert = await talk.alert(GROUP, lead_id, channel)
    assert await talk.press(alert, BOB, Press(STAGE, lead_id, CONTACTED)) == "Moved to Contacted."
