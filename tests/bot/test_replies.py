"""A reply to an alert is a note on its lead, kept once, by somebody known."""

from __future__ import annotations

from typing import Any

import pytest

from leadsbot.bot.pace import MOST_PRESSES
from leadsbot.channels.telegram.presses import PAGE, Press
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.bot.talking import BOB, GROUP, PRIVATE, Talk, channel_in, lead, member
from tests.support.telegram_calls import Fault, too_many
from tests.support.telegram_server import ADA

PHOTO = [{"file_id": "a", "file_unique_id": "b", "width": 1, "height": 1}]


async def notes(services: Services) -> list[tuple[str, str]]:
    rows = await services.database.fetch("SELECT text, author FROM notes ORDER BY at, id")
    return [(row["text"], row["author"]) for row in rows]


async def test_a_members_reply_is_kept_once_and_marked(services: Services, workspace: Created, talk: Talk) -> None:
    channel = await channel_in(services, workspace, GROUP)
    await member(services, workspace, "Bob", BOB)
    alert = await talk.alert(GROUP, await lead(services, workspace), channel)
    (mark,) = await talk.say(GROUP, BOB, "She calls <b>back</b> & soon", reply_to=alert, message_thread_id=3)
    assert mark.method == "setMessageReaction"
    talk.telegram.repeat_last_update()
    await talk.hear()
    assert await notes(services) == [("She calls <b>back</b> & soon", "bob@example.com")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_however_many_notes_come_at_once_all_are_kept(services: Services, workspace: Created, talk: Talk) -> None:
    """As after a while in which nobody listened; answers are bounded, so an unknown person isn't answered for ever."""
    channel = await channel_in(services, workspace, GROUP)
    await member(services, workspace, "Bob", BOB)
    alert = await talk.alert(GROUP, await lead(services, workspace), channel)
    for number in range(MOST_PRESSES + 5):
        talk.telegram.say(GROUP, BOB, f"note {number}", reply_to=alert)
        talk.telegram.say(GROUP, ADA, "and mine", reply_to=alert)
    told = await talk.hear()
    assert {text for text, _ in await notes(services)} == {f"note {number}" for number in range(MOST_PRESSES + 5)}
    assert sum(call.method == "sendMessage" for call in told) == MOST_PRESSES


async def test_where_no_mark_is_allowed_a_word_says_so(services: Services, workspace: Created, talk: Talk) -> None:
    channel = await channel_in(services, workspace, PRIVATE)
    alert = await talk.alert(PRIVATE, await lead(services, workspace), channel)
    talk.telegram.fail(PRIVATE, Fault(400, "Bad Request: REACTION_INVALID"))
    (said,) = await talk.say(PRIVATE, ADA, "Call her", reply_to=alert)
    assert said.text == "Noted." and said.params["reply_parameters"]["message_id"]
    talk.telegram.fail(PRIVATE, too_many(3))  # no time for another message
    assert await talk.say(PRIVATE, ADA, "Write to her", reply_to=alert) == []
    assert sorted(await notes(services)) == [("Call her", "Ada (Telegram)"), ("Write to her", "Ada (Telegram)")]


async def test_what_can_not_be_kept_is_told_and_not_kept(services: Services, workspace: Created, talk: Talk) -> None:
    """Somebody unknown, a picture, a digest of two leads, a message about none, a lead that was deleted."""
    channel = await channel_in(services, workspace, GROUP)
    lead_id, other = await lead(services, workspace), await lead(services, workspace, "Alan")
    alert = await talk.alert(GROUP, lead_id, channel)
    assert (await talk.asked(GROUP, BOB, "mine!", reply_to=alert)).text.startswith("Your note was not kept. I don't")
    await member(services, workspace, "Bob", BOB)
    assert "I keep text alone" in (await talk.asked(GROUP, BOB, "", reply_to=alert, photo=PHOTO)).text
    digest = await talk.alert(GROUP, lead_id, channel, other)
    assert "several leads" in (await talk.asked(GROUP, BOB, "which?", reply_to=digest)).text
    plain = (await talk.line.bot.send_message(GROUP, "hello")).message_id
    assert await talk.say(GROUP, BOB, "hello yourself", reply_to=plain) == []
    assert "deleted" in await _after_deletion(services, talk, lead_id, alert)
    assert await notes(services) == []


async def _after_deletion(services: Services, talk: Talk, lead_id: str, alert: int) -> str:
    async def unit(tx: Any) -> None:
        await tx.execute("UPDATE leads SET deleted_at = 1 WHERE id = $1", lead_id)

    await services.database.write(unit)
    return (await talk.asked(GROUP, BOB, "late", reply_to=alert)).text


async def test_a_pictures_caption_is_kept_without_the_picture(
    services: Services, workspace: Created, talk: Talk
) -> None:
    channel = await channel_in(services, workspace, PRIVATE)
    alert = await talk.alert(PRIVATE, await lead(services, workspace), channel)
    *_, said = await talk.say(PRIVATE, ADA, "Her card", reply_to=alert, photo=PHOTO)
    assert "text alone" in said.text
    assert [text for text, _ in await notes(services)] == ["Her card"]


@pytest.mark.parametrize("command", ["/lead grace@navy.example", ""])
async def test_a_lead_that_was_asked_for_can_be_replied_to(
    services: Services, workspace: Created, talk: Talk, command: str
) -> None:
    """By command, or by a list's button: their messages are remembered by their own buttons."""
    await channel_in(services, workspace, PRIVATE)
    lead_id = await lead(services, workspace)
    if command:
        card = await talk.asked(PRIVATE, ADA, command)
    else:
        listed = await talk.asked(PRIVATE, ADA, "/leads")
        talk.telegram.press(listed.result["message_id"], ADA, listed.buttons[0]["callback_data"])
        card, _ = await talk.hear()
        assert listed.buttons[0]["callback_data"].startswith(f"{PAGE}:") and Press(PAGE, lead_id, "o")
    await talk.say(PRIVATE, ADA, "Noted from the card", reply_to=card.result["message_id"])
    assert [text for text, _ in await notes(services)] == ["Noted from the card"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_message_of_one_bot_is_not_that_of_another_with_its_number(
    services: Services, workspace: Created, talk: Talk
) -> None:
    """The same person's chat with the instance's bot and with the workspace's own: each numbers its messages."""
    await member(services, workspace, "Ada", ADA)
    own = Talk(services, talk.telegram.beside("5151:own-token", "own_bot"))
    for bot, name, config in ((talk, "Grace", {}), (own, "Alan", {"bot_token": "5151:own-token"})):
        channel = await channel_in(services, workspace, PRIVATE, **config)
        alert = await bot.alert(PRIVATE, await lead(services, workspace, name), channel)
        await bot.say(PRIVATE, ADA, f"about {name}", reply_to=alert)
    places = await services.database.fetch("SELECT DISTINCT place FROM messages")
    assert len(places) == 1
    rows = await services.database.fetch("SELECT l.first_name, n.text FROM notes n JOIN leads l ON l.id = n.lead_id")
    assert {row["first_name"]: row["text"] for row in rows} == {"Grace": "about Grace", "Alan": "about Alan"}


async def test_what_somebody_edits_in_their_note_is_edited_in_ours(
    services: Services, workspace: Created, talk: Talk
) -> None:
    channel = await channel_in(services, workspace, GROUP)
    await member(services, workspace, "Bob", BOB)
    alert = await talk.alert(GROUP, await lead(services, workspace), channel)
    said = talk.telegram.say(GROUP, BOB, "Call hr", reply_to=alert)
    await talk.hear()
    talk.telegram.edit(said, "Call her")
    talk.telegram.edit(said, "Call her")
    assert await talk.hear() == [] and await notes(services) == [("Call her", "bob@example.com")]
    changed = await services.database.fetch("SELECT id FROM events WHERE type = 'lead.updated'")
    assert len(changed) == 2
    talk.telegram.edit({**said, "from": ADA}, "by another")
    assert "I don't know you yet" in (await talk.hear())[0].text
    await services.database.write(lambda tx: tx.execute("DELETE FROM notes"))
    talk.telegram.edit(said, "once more")  # taken out in the dashboard, it stays out
    talk.telegram.edit(talk.telegram.say(GROUP, BOB, "/help@other_bot"), "/help")
    assert await talk.hear() == [] and await notes(services) == []


async def test_of_an_album_the_caption_is_kept_and_it_is_said_once_that_pictures_are_not(
    services: Services, workspace: Created, talk: Talk
) -> None:
    channel = await channel_in(services, workspace, PRIVATE)
    alert = await talk.alert(PRIVATE, await lead(services, workspace), channel)
    for album, caption in (("1", "Her house"), ("2", "")):
        for number in range(3):
            more = {"reply_to": alert, "photo": PHOTO, "media_group_id": album}
            talk.telegram.say(PRIVATE, ADA, caption if number == 0 else "", **more)
    told = [call.text for call in await talk.hear() if call.method == "sendMessage"]
    assert len(told) == 2 and "text alone" in told[0] and "I keep text alone" in told[1]
    assert [text for text, _ in await notes(services)] == ["Her house"]


async def test_who_writes_in_the_name_of_the_group_is_told_how_to_be_known(
    services: Services, workspace: Created, talk: Talk
) -> None:
    channel = await channel_in(services, workspace, GROUP)
    alert = await talk.alert(GROUP, await lead(services, workspace), channel)
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    said = await talk.asked(GROUP, anonymous, "mine", reply_to=alert)
    assert "Write as yourself" in said.text and await notes(services) == []
