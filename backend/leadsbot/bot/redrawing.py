"""A message whose button was pressed, shown as its lead stands by now. Alerts are remembered, and edited by `routing`;
what somebody asked for is drawn anew here."""

from __future__ import annotations

from functools import partial

from telegram import InlineKeyboardMarkup, Message

from leadsbot.bot import cards
from leadsbot.bot.answers import Place, dress, show
from leadsbot.bot.pressed import Pressed
from leadsbot.bot.replies import of_buttons
from leadsbot.bot.rights import House
from leadsbot.db import Tx
from leadsbot.db.tx import Row
from leadsbot.leads import reading
from leadsbot.routing import messages


async def renew(pressed: Pressed) -> None:
    """Show what is so now in a message that somebody asked for."""
    message = pressed.query.message
    if not isinstance(message, Message) or of_buttons(message) != {pressed.lead["id"]}:
        return
    if await remembered(pressed) is not None:
        return
    house = House(pressed.lead["workspace_id"], pressed.lead["workspace_name"], pressed.lead["timezone"])
    row = await reading.get_lead(pressed.services.database, house.id, pressed.lead["id"])
    answer = await cards.card(pressed.services, house, row)
    await show(pressed.line, Place(pressed.chat.id, message_id=message.message_id), answer)


async def refresh(pressed: Pressed) -> None:
    """Give a message whose buttons are of another time those of now."""
    message = await remembered(pressed)
    if message is None:
        await renew(pressed)
    else:
        await pressed.services.database.write(partial(_edit, message))


async def show_buttons(pressed: Pressed, buttons: InlineKeyboardMarkup | None) -> None:
    """Put other buttons under the message."""
    assert pressed.query.message is not None  # see presses
    await dress(pressed.line, Place(pressed.chat.id, message_id=pressed.query.message.message_id), buttons)


async def remembered(pressed: Pressed) -> Row | None:
    """Give the row of the message under which it was pressed; None where it is no alert."""
    assert pressed.query.message is not None  # see presses
    return await pressed.services.database.fetch_one(
        "SELECT * FROM messages WHERE workspace_id = $1 AND place = $2 AND lead_id = $3 ORDER BY id LIMIT 1",
        pressed.lead["workspace_id"],
        f"{pressed.chat.id}:{pressed.query.message.message_id}",
        pressed.lead["id"],
    )


async def _edit(message: Row, tx: Tx) -> None:
    messages.refresh(tx, [message])
