"""What the buttons under a lead's message do; each gives what its presser is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec
from telegram import InlineKeyboardMarkup

from leadsbot.bot import cards, times
from leadsbot.bot.pressed import Pressed
from leadsbot.bot.redrawing import refresh, remembered, show_buttons
from leadsbot.bot.rights import ACCOUNT_PAGE
from leadsbot.channels.base.hooks import can_open
from leadsbot.channels.telegram import presses
from leadsbot.channels.telegram.keyboard import BACK, keyboard, snooze_choices
from leadsbot.errors import Conflict, Forbidden
from leadsbot.leads import changes
from leadsbot.leads.present import lead_url
from leadsbot.routing import snoozing, standing, withheld


async def _stage(pressed: Pressed) -> str:
    stages = msgspec.json.decode(pressed.lead["stages"], type=list[str])
    wanted = next((stage for stage in stages if presses.mark(stage) == pressed.press.argument), None)
    if wanted is None:
        await refresh(pressed)
        raise Conflict("The pipeline has no such stage any more. The buttons change to those that it has.")
    before = await changes.move(*pressed.about, wanted, pressed.who.by, forward_only=True)
    return f"{'Already at' if before == wanted else 'Moved to'} {wanted}."


async def _claim(pressed: Pressed) -> str:
    user_id = _member(pressed)
    before = await changes.assign(*pressed.about, user_id, pressed.who.by, unless_taken=True)
    if before and before != user_id:
        raise Conflict(f"{await cards.person(pressed.services, before)} has claimed it already.")
    return "It is yours already." if before else "It is yours."


async def _release(pressed: Pressed) -> str:
    """Give a lead back, whoever's it is: somebody may be ill. The message says who did."""
    before = await changes.assign(*pressed.about, None, pressed.who.by)
    return "Free to be claimed." if before else "Nobody had claimed it."


async def _snooze(pressed: Pressed) -> str:
    """Offer for how long, or let the alert sleep so long."""
    message = await remembered(pressed)
    if message is None:
        raise Conflict("Only a lead's alert can be snoozed.")
    timezone, said = pressed.lead["timezone"], pressed.press.argument
    if said in ("", BACK):
        await show_buttons(pressed, snooze_choices(pressed.lead["id"]) if said == "" else await _usual(pressed))
        return ""
    until = times.until(f"{said}m" if said.isdecimal() else said, timezone)
    await snoozing.snooze(pressed.services.database, message, until, pressed.who.by)
    return f"Snoozed until {times.moment(until, timezone)}."


async def _spam(pressed: Pressed) -> str:
    changed = await withheld.set_spam(*pressed.about, True, pressed.who.by)
    return "Marked as spam." if changed else "It is marked as spam already."


async def _not_spam(pressed: Pressed) -> str:
    changed = await withheld.set_spam(*pressed.about, False, pressed.who.by)
    return "Back among the leads." if changed else "It is among the leads already."


def _member(pressed: Pressed) -> str:
    if pressed.who.user_id is None:
        page = f"{pressed.services.settings.public_url}{ACCOUNT_PAGE}"
        raise Forbidden(f"Only members claim leads, and I don't know which one you are. Link your account: {page}")
    return pressed.who.user_id


async def _usual(pressed: Pressed) -> InlineKeyboardMarkup | None:
    link = lead_url(pressed.lead["id"], pressed.services.settings.public_url)
    stands = await standing.load(*pressed.about)
    return keyboard(stands, link if can_open(link) else None)


DEEDS: Final[Mapping[str, Callable[[Pressed], Awaitable[str]]]] = {
    presses.STAGE: _stage,
    presses.CLAIM: _claim,
    presses.UNCLAIM: _release,
    presses.SNOOZE: _snooze,
    presses.SPAM: _spam,
    presses.NOT_SPAM: _not_spam,
}
