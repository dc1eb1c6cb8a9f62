"""A button that was pressed under a lead's message, by somebody who may act on that lead."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import CallbackQuery, Chat

from leadsbot.bot import chats
from leadsbot.bot.line import Line
from leadsbot.bot.rights import NOT_HERE, Actor, actor
from leadsbot.channels.telegram.presses import Press
from leadsbot.db import Database
from leadsbot.db.tx import Row
from leadsbot.errors import NotFound
from leadsbot.leads.merged import successor
from leadsbot.services import Services


@dataclass(frozen=True, slots=True)
class Pressed:
    """A press by somebody who may act on this lead; its row has the workspace's `stages`, `timezone` and
    `workspace_name` beside it."""

    services: Services
    line: Line
    query: CallbackQuery
    chat: Chat
    press: Press
    lead: Row
    who: Actor

    @property
    def about(self) -> tuple[Database, str, str]:
        """Database, workspace and lead, as all that changes leads takes them."""
        return self.services.database, self.lead["workspace_id"], self.lead["id"]


async def admitted(services: Services, line: Line, query: CallbackQuery, chat: Chat, press: Press) -> Pressed:
    """Let those through who may act on the lead. A lead that is gone and one of elsewhere are told alike."""
    row = await _lead(services, press.subject)
    if row is None and (kept := await _kept(services, line, chat, press.subject)):
        row = await _lead(services, kept)
    if row is None:
        raise NotFound(NOT_HERE)
    who = await actor(services, line, chat, query.from_user, row["workspace_id"])
    return Pressed(services, line, query, chat, press, row, who)


async def _lead(services: Services, lead_id: str) -> Row | None:
    return await services.database.fetch_one(
        "SELECT l.*, w.stages, w.timezone, w.name AS workspace_name FROM leads l"
        " JOIN workspaces w ON w.id = l.workspace_id WHERE l.id = $1 AND l.deleted_at IS NULL",
        lead_id,
    )


async def _kept(services: Services, line: Line, chat: Chat, lead_id: str) -> str | None:
    """Give the lead that this one became part of: an old message's buttons still mean the other."""
    for house_id in dict.fromkeys(one.workspace_id for one in await chats.linked(services, line, chat)):
        if kept := await successor(services.database, house_id, lead_id):
            return kept
    return None
