"""`/unlink`: the person's own Telegram account is no longer known as theirs."""

from __future__ import annotations

from leadsbot.bot.accounts import holder_of, unlink
from leadsbot.bot.said import Command, Said
from leadsbot.services import Services


async def run(services: Services, said: Said) -> str:
    who = said.message.from_user
    holder = await holder_of(services.database, who.id) if who else None
    if holder is None:
        return "Your Telegram account isn't linked to anybody."
    await unlink(services.database, holder.user_id)
    return f"Done. I no longer take you for {holder.name}."


COMMAND = Command(("unlink",), "/unlink - forget that this Telegram account is yours", run, place=8)
