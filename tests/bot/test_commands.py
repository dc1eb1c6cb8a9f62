"""What the bot tells of leads, to whom, and how much of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leadsbot import clock
from leadsbot.bot import links, times
from leadsbot.bot.commands import commands
from leadsbot.bot.menu import menu
from leadsbot.channels.telegram.presses import PAGE, Press, data_of, waiting
from leadsbot.channels.telegram.text import units_of
from leadsbot.errors import InvalidInput
from leadsbot.leads import changes, merges
from leadsbot.routing import destinations
from leadsbot.routing.erasure import delete_lead
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.bot.talking import BOB, GROUP, PRIVATE, Talk, channel_in, lead, linked, member
from tests.support.telegram_calls import UNPARSABLE, Fault
from tests.support.telegram_server import ADA

ASKING = ("/leads", "/lead 1", "/find grace", "/stats", "/summary")


@pytest.mark.parametrize("chat", [PRIVATE, GROUP])
async def test_a_chat_that_is_not_linked_is_told_nothing(
    services: Services, workspace: Created, talk: Talk, chat: int
) -> None:
    await lead(services, workspace)
    for command in ASKING:
        said = (await talk.asked(chat, ADA, command)).text
        assert "isn't linked" in said and "Grace" not in said


async def test_a_chat_is_told_of_its_own_workspace_alone(
    services: Services, workspace: Created, stranger: Created, talk: Talk
) -> None:
    await channel_in(services, workspace, GROUP)
    await lead(services, workspace)
    theirs = await lead(services, stranger, "Alan")
    for command in (*ASKING, "/find hopper"):
        said = (await talk.asked(GROUP, BOB, command)).text
        assert "Alan" not in said and "Elsewhere" not in said
    for command in (f"/lead {theirs}", "/lead alan@navy.example", "/lead 2"):
        assert "I found no such lead" in (await talk.asked(GROUP, BOB, command)).text


async def test_a_linked_member_asks_in_private_about_what_they_belong_to(
    services: Services, workspace: Created, stranger: Created, talk: Talk
) -> None:
    await lead(services, workspace)
    await lead(services, stranger, "Alan")
    await linked(services, workspace.user_id, ADA)
    listed = await talk.asked(PRIVATE, ADA, "/leads")
    assert "Grace" in listed.text and "Alan" not in listed.text
    assert (await talk.asked(PRIVATE, ADA, "/unlink")).text.startswith("Done.")
    assert "isn't linked" in (await talk.asked(PRIVATE, ADA, "/leads")).text


async def test_what_was_asked_hours_ago_is_not_answered_any_more_but_a_code_is_taken(
    services: Services, workspace: Created, talk: Talk
) -> None:
    """As after a night without the server, when people have long asked elsewhere."""
    given: dict[str, str] = {}
    channel = await destinations.create_channel(services, workspace.workspace_id, "telegram", given)
    with clock.freeze(clock.now() + 3 * clock.HOUR):
        assert await talk.say(PRIVATE, ADA, "/help") == []
        code = links.make_code(services.vault, channel["id"])
        assert (await talk.asked(PRIVATE, ADA, f"/start {code}")).text.startswith("Linked")


async def test_in_a_broadcast_channel_nobody_asks_and_is_told_where_to(
    services: Services, workspace: Created, talk: Talk
) -> None:
    talk.telegram.chats[-1009] = {"id": -1009, "type": "channel", "title": "News"}
    await channel_in(services, workspace, -1009)
    await lead(services, workspace)
    said = talk.telegram._message(-1009, "/leads")
    talk.telegram.push({"channel_post": {**said, "sender_chat": talk.telegram.chats[-1009]}})
    (answer,) = await talk.hear()
    assert "Ask me in a linked group" in answer.text and "Grace" not in answer.text


async def test_a_command_by_name_is_heard_while_telegram_does_not_say_what_the_bot_is_called(talk: Talk) -> None:
    assert await talk.say(GROUP, BOB, "/help@other_bot") == []
    talk.line = replace(talk.line, username=None)
    assert "I bring new leads" in (await talk.asked(GROUP, BOB, "/help@leadsbot_test_bot")).text


async def test_a_lists_button_of_a_lead_that_is_gone_or_merged(
    services: Services, workspace: Created, talk: Talk
) -> None:
    await channel_in(services, workspace, PRIVATE)
    kept, merged, gone = [await lead(services, workspace, name) for name in ("Grace", "Alan", "Edsger")]
    number = (await talk.asked(PRIVATE, ADA, "/leads")).result["message_id"]
    await merges.merge(services.database, workspace.workspace_id, kept, merged, "owner@example.com")
    await delete_lead(services.database, workspace.workspace_id, gone)
    talk.telegram.press(number, ADA, data_of(Press(PAGE, merged, "o")))
    assert (await talk.hear())[0].text.startswith("Grace Hopper")
    assert (await talk.press(number, ADA, Press(PAGE, gone, "o"))).startswith("!This lead is not here.")


async def test_pages_turn_in_their_own_message(services: Services, workspace: Created, talk: Talk) -> None:
    await channel_in(services, workspace, PRIVATE)
    for number in range(20):
        await lead(services, workspace, f"Lead{number:02}", created_at=1_000 + number)
    first = await talk.asked(PRIVATE, ADA, "/find lead")
    assert "1. Lead19" in first.text and "8. Lead12" in first.text and "20" in first.text.splitlines()[0]
    assert [button["text"] for button in first.buttons][-1] == "▶" and "◀" not in str(first.buttons)
    number = first.result["message_id"]
    for page, there in (("▶", "9. Lead11"), ("▶", "20. Lead00"), ("◀", "16. Lead04")):
        talk.telegram.press(number, ADA, talk.telegram.buttons(number)[page]["callback_data"])
        edited, answered = await talk.hear()
        assert (edited.method, answered.method) == ("editMessageText", "answerCallbackQuery")
        assert there in edited.text and edited.text.startswith("Leads with “lead”")


async def test_those_that_nobody_has_claimed_are_listed_to_be_claimed(
    services: Services, workspace: Created, stranger: Created, talk: Talk
) -> None:
    await channel_in(services, workspace, PRIVATE)
    for number in range(10):
        await lead(services, workspace, f"Lead{number:02}", created_at=1_000 + number)
    await lead(services, workspace, "Moved", stage="Contacted")
    await lead(services, workspace, "Taken", assigned_to=workspace.user_id)
    await lead(services, workspace, "Spammer", spam=True)
    await lead(services, stranger, "Alan")
    listed = await talk.asked(PRIVATE, ADA, "/leads NEW")
    assert listed.text.startswith("Leads of Lindenhof that nobody has claimed: 10\n") and "Alan" not in listed.text
    number = listed.result["message_id"]
    talk.telegram.press(number, ADA, talk.telegram.buttons(number)["▶"]["callback_data"])
    turned, _ = await talk.hear()
    assert turned.text.splitlines()[0] == listed.text.splitlines()[0] and "10. Lead00" in turned.text
    talk.telegram.press(number, ADA, talk.telegram.buttons(number)["10"]["callback_data"])
    card, _ = await talk.hear()
    claim = next(button for button in card.buttons if button["text"] == "Claim")
    assert await talk.press(card.result["message_id"], ADA, claim["callback_data"]) == "It is yours."
    talk.telegram.press(number, ADA, talk.telegram.buttons(number)["◀"]["callback_data"])
    assert "claimed: 9" in (await talk.hear())[0].text


async def test_no_lead_is_passed_over_when_some_of_the_page_were_claimed_meanwhile(
    services: Services, workspace: Created, talk: Talk
) -> None:
    await channel_in(services, workspace, PRIVATE)
    leads = [await lead(services, workspace, f"Lead{number:02}", created_at=1_000 + number) for number in range(20)]
    listed = await talk.asked(PRIVATE, ADA, "/leads new")
    number = listed.result["message_id"]

    async def turn(way: str, *claimed: int) -> str:
        for one in claimed:
            await changes.assign(services.database, workspace.workspace_id, leads[one], workspace.user_id, "Ada")
        talk.telegram.press(number, ADA, talk.telegram.buttons(number)[way]["callback_data"])
        return (await talk.hear())[0].text

    assert "1. Lead19" in listed.text and "8. Lead12" in listed.text
    second = await turn("▶", 19, 17, 12)
    assert "6. Lead11" in second and "13. Lead04" in second and "claimed: 17" in second
    back = await turn("◀", 11)
    assert "1. Lead18" in back and "5. Lead13" in back and "6. Lead10" in back and "Lead19" not in back
    stale = talk.telegram.buttons(number)["▶"]["callback_data"]
    last = await turn("▶", *range(8))
    assert "1. Lead18" in last and "8. Lead08" in last and not {"▶", "◀"} & set(talk.telegram.buttons(number))
    for one in leads:
        await changes.assign(services.database, workspace.workspace_id, one, workspace.user_id, "Ada")
    talk.telegram.press(number, ADA, stale)
    assert "None: somebody looks after each." in (await talk.hear())[0].text


async def test_a_digests_button_lists_its_leads_in_a_message_of_its_own(
    services: Services, workspace: Created, stranger: Created, talk: Talk
) -> None:
    channel = await channel_in(services, workspace, GROUP, thread_id=7)
    waits = await lead(services, workspace)
    digest = await talk.alert(GROUP, waits, channel)
    talk.telegram.message(digest).update(message_thread_id=7, is_topic_message=True)
    talk.telegram.press(digest, BOB, waiting(workspace.workspace_id))
    listed, answered = await talk.hear()
    assert (listed.method, answered.method) == ("sendMessage", "answerCallbackQuery")
    assert listed.text.startswith("Leads of Lindenhof that nobody has claimed: 1\n")
    assert listed.params["message_thread_id"] == "7" and "1" in talk.telegram.buttons(listed.result["message_id"])
    refused = await talk.press(digest, BOB, waiting(stranger.workspace_id))
    assert refused == "!This list is not here any more."


async def test_those_at_a_stage_are_listed_whatever_the_pipeline_is_called_since(
    services: Services, workspace: Created, talk: Talk
) -> None:
    await channel_in(services, workspace, PRIVATE)
    for number in range(9):
        await lead(services, workspace, f"Lead{number}", created_at=1_000 + number, stage="Won")
    listed = await talk.asked(PRIVATE, ADA, "/leads  won")
    assert listed.text.startswith("Leads of Lindenhof at Won: 9\n")
    turn = talk.telegram.buttons(listed.result["message_id"])["▶"]["callback_data"]
    assert "None stands there" in (await talk.asked(PRIVATE, ADA, "/leads lost")).text
    refused = (await talk.asked(PRIVATE, ADA, "/leads of <old>")).text
    assert "/leads new" in refused and "Contacted, Quoted, Won" in refused
    stages = '["Form Started", "New", "Signed", "Lost"]'
    await services.database.write(lambda tx: tx.execute("UPDATE workspaces SET stages = $1", stages))
    assert "!The pipeline has no such stage" in await talk.press(listed.result["message_id"], ADA, turn)


@pytest.mark.parametrize(
    "asked",
    ["1", "GRACE@navy.example", "+49 30 901820", "grace hop", "{id}"],
    ids=["place", "email", "phone", "text", "id"],
)
async def test_a_lead_is_found_by_what_people_have_at_hand(
    services: Services, workspace: Created, talk: Talk, asked: str
) -> None:
    await channel_in(services, workspace, PRIVATE)
    lead_id = await lead(services, workspace, phone="+49 30 901820", phone_e164="+4930901820")
    card = await talk.asked(PRIVATE, ADA, f"/lead {asked.format(id=lead_id)}")
    assert card.text.startswith("Grace Hopper") and "Stage: New" in card.text
    assert {"Contacted", "Claim", "Spam", "Open"} <= {button["text"] for button in card.buttons}
    # A place in the list beyond its end is no part of a phone; with a zero in front it is.
    assert "no such lead" in (await talk.asked(PRIVATE, ADA, "/lead 901")).text
    assert (await talk.asked(PRIVATE, ADA, "/lead 0901")).text.startswith("Grace Hopper")


async def test_what_visitors_typed_is_text_and_fits(services: Services, workspace: Created, talk: Talk) -> None:
    await channel_in(services, workspace, PRIVATE)
    for number in range(9):
        typed = {"company": "x</b>" * 300, "message": "&lt;" * 4_000, "email": "<" * 1_000, "email_key": ""}
        await lead(services, workspace, f"<i>{number}" + "🦊" * 900, **typed)
    for command in ("/leads", "/find 🦊", "/lead 1", "/stats", "/find <b>&amp;"):
        said = await talk.asked(PRIVATE, ADA, command)
        assert said.params["parse_mode"] == "HTML" and units_of(said.text) <= 4_096
    assert "No lead says that" in said.text and "“<b>&amp;”" in said.text


async def test_an_answer_whose_markup_is_refused_arrives_plain(
    services: Services, workspace: Created, talk: Talk
) -> None:
    await channel_in(services, workspace, PRIVATE)
    await lead(services, workspace, "<Grace>")
    talk.telegram.fail(PRIVATE, UNPARSABLE)
    said = await talk.asked(PRIVATE, ADA, "/LEADS@leadsbot_Test_bot")
    assert "parse_mode" not in said.params and "1. <Grace> Hopper" in said.text


@pytest.mark.parametrize(
    ("said", "left"),
    [("BUTTON_URL_INVALID", "Claim"), ("BUTTON_DATA_INVALID", ""), ("ENTITY_TEXT_INVALID", "Open")],
)
async def test_an_answer_is_sent_without_what_telegram_refuses_of_it(
    services: Services, workspace: Created, talk: Talk, said: str, left: str
) -> None:
    await channel_in(services, workspace, PRIVATE)
    await lead(services, workspace, "<Grace>")
    talk.telegram.fail(PRIVATE, Fault(400, f"Bad Request: {said}"))
    card = await talk.asked(PRIVATE, ADA, "/lead 1")
    labels = [button["text"] for button in card.buttons]
    assert card.text.startswith("<Grace> Hopper") and (left in labels if left else not labels)
    assert ("Open" in labels) is (left == "Open")


async def test_stats_count_by_the_workspaces_clock(services: Services, workspace: Created, talk: Talk) -> None:
    await channel_in(services, workspace, PRIVATE)
    await lead(services, workspace)
    await lead(services, workspace, "Old", created_at=clock.now() - 3 * clock.DAY, stage="Won")
    said = (await talk.asked(PRIVATE, ADA, "/stats")).text
    assert "Leads: 1 today, 2 in 7 days, 2 in 30 days" in said and "Won: 1" in said


async def test_a_summary_comes_with_its_picture_where_the_chat_takes_one(
    services: Services, workspace: Created, talk: Talk
) -> None:
    await channel_in(services, workspace, PRIVATE)
    with clock.freeze(NOON):
        await lead(services, workspace, "<Grace>", source="<b>fair</b>")
        await lead(services, workspace, "Old", created_at=NOON - clock.DAY)
        today = await talk.asked(PRIVATE, ADA, "/summary")
        assert today.method == "sendPhoto" and today.text.startswith("Lindenhof: Wednesday, 31 December so far")
        assert "New leads: 1, as many as the day before" in today.text and "<b>fair</b> 1" in today.text
        yesterday = await talk.asked(PRIVATE, ADA, "/summary Yesterday")
        assert yesterday.text.startswith("Lindenhof: Tuesday, 30 December\n")
        assert "New leads: 1 (0 the day before)" in yesterday.text
        talk.telegram.fail(PRIVATE, Fault(400, "Bad Request: not enough rights to send photos to the chat"))
        assert (await talk.asked(PRIVATE, ADA, "/summary today")).method == "sendMessage"
        week = await talk.asked(PRIVATE, ADA, "/summary week")
        assert week.method == "sendMessage" and "the week of 22 December to 28 December" in week.text
        assert "/summary week" in (await talk.asked(PRIVATE, ADA, "/summary of it all")).text


async def test_a_summary_says_all_its_lines_however_long_one_is_and_that_there_was_nothing(
    services: Services, workspace: Created, talk: Talk
) -> None:
    await channel_in(services, workspace, PRIVATE)
    with clock.freeze(NOON):
        none = await talk.asked(PRIVATE, ADA, "/summary")
        assert none.method == "sendMessage" and "New leads: none, nor the day before" in none.text
        for number in range(5):
            await lead(services, workspace, source=f"{number}<" + "🦊" * 900)
        said = await talk.asked(PRIVATE, ADA, "/summary")
    assert "Waiting: 5 leads that nobody has claimed" in said.text and units_of(said.text) <= 1_024


async def test_mute_is_for_those_who_may_act_and_for_their_own_topic(
    services: Services, workspace: Created, talk: Talk
) -> None:
    here = await channel_in(services, workspace, GROUP, thread_id=31)
    other = await channel_in(services, workspace, GROUP, thread_id=32)
    assert "I don't know you yet" in (await talk.asked(GROUP, BOB, "/mute", thread_id=31)).text
    await member(services, workspace, "Bob", BOB)
    assert (await talk.asked(GROUP, BOB, "/mute 4h", thread_id=31)).text.startswith("Quiet until")
    rows = await services.database.fetch("SELECT id, muted_until FROM channels")
    until = {row["id"]: row["muted_until"] for row in rows}
    assert until[other["id"]] is None and abs(until[here["id"]] - clock.now() - 4 * clock.HOUR) < clock.MINUTE
    assert "Say how long" in (await talk.asked(GROUP, BOB, "/mute soon", thread_id=31)).text
    assert (await talk.asked(GROUP, BOB, "/mute off", thread_id=31)).text == "Alerts arrive again."
    assert "nothing to mute" in (await talk.asked(PRIVATE, BOB, "/mute")).text


async def test_who_hammers_is_told_once_and_others_are_heard(talk: Talk) -> None:
    said = [await talk.say(PRIVATE, ADA, "/help") for _ in range(24)]
    assert [len(calls) for calls in said] == [1] * 21 + [0] * 3
    assert "more than I can answer" in said[20][0].text
    assert await talk.say(BOB["id"], BOB, "/help")


def test_telegram_is_offered_each_command_by_a_name_that_it_takes() -> None:
    offered = {command.command: command.description for command in menu()}
    assert {"leads", "lead", "find", "stats", "mute", "link", "unlink", "help"} <= offered.keys()
    assert offered.keys() <= commands().keys() and all(offered.values())


NOON = 1_767_178_800_000
NIGHT = 1_767_222_000_000  # 2025-12-31 23:00 UTC: midnight in Berlin


@pytest.mark.parametrize(
    ("said", "length"),
    [("30m", 30 * clock.MINUTE), ("4H", 4 * clock.HOUR), ("2 d", 2 * clock.DAY), ("1", clock.HOUR),
     ("tomorrow", 33 * clock.HOUR)],
)  # fmt: skip
def test_a_pause_is_said_in_a_word(said: str, length: int) -> None:
    with clock.freeze(NIGHT):
        assert times.until(said, "Europe/Berlin") == NIGHT + length


@pytest.mark.parametrize("said", ["", "soon", "0m", "-1h", "31d", "1e3h", "٣h"])
def test_what_is_no_pause_is_refused(said: str) -> None:
    with pytest.raises(InvalidInput):
        times.until(said, "UTC")


def test_times_are_those_of_the_workspace() -> None:
    with clock.freeze(NIGHT):
        assert times.moment(NIGHT + clock.HOUR, "Europe/Berlin") == "01:00"
        assert times.moment(NIGHT + clock.DAY, "Europe/Berlin") == "tomorrow 00:00"
        assert times.moment(NIGHT + 3 * clock.DAY, "UTC") == "3 Jan, 23:00"
        assert [times.ago(NIGHT - gone) for gone in (0, 90_000, 2 * clock.HOUR, 3 * clock.DAY)] == [
            "just now", "1 min ago", "2 h ago", "3 d ago"]  # fmt: skip
