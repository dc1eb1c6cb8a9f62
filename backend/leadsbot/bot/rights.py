"""Who may ask and who may act (contract, section 8): in a private chat its own user, in a group members who linked
their account, elsewhere nobody. What leads say is told to linked chats, and to members in private, alone."""

from __future__ import annotations

from dataclasses import dataclass

from telegram import Chat, User

from leadsbot.bot import chats
from leadsbot.bot.accounts import Holder, holder_of, only_member
from leadsbot.bot.line import Line
from leadsbot.bot.said import Said
from leadsbot.channels.base import one_line
from leadsbot.errors import Forbidden, NotFound
from leadsbot.services import Services

GROUPS = (Chat.GROUP, Chat.SUPERGROUP)
ACCOUNT_PAGE = "/account"
NOT_HERE = "This lead is not here. If the chat has moved, act there, or open the lead in the dashboard."
_NAME = 200


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, as the history has it: a member by their email, as everywhere; somebody in their own private
    chat whom nobody has named by what Telegram calls them. `user_id` is the member who claims what they claim."""

    by: str
    user_id: str | None


@dataclass(frozen=True, slots=True)
class House:
    """A workspace that a chat may ask about."""

    id: str
    name: str
    timezone: str


async def houses(
    services: Services, line: Line, chat: Chat, user: User | None, thread_id: int | None = None
) -> list[House]:
    """Give the workspaces that may be asked about here, the topic's own first. Raises Forbidden where there is none."""
    found: dict[str, House] = {}
    if chat.type in (Chat.PRIVATE, *GROUPS):
        for one in await chats.linked(services, line, chat, thread_id):
            if one.enabled:
                found.setdefault(one.workspace_id, House(one.workspace_id, one.workspace_name, one.timezone))
    if chat.type == Chat.PRIVATE and user is not None and chat.id == user.id:
        found = await _of_person(services, user, found)
    if chat.type == Chat.CHANNEL:
        raise Forbidden("In a broadcast channel I only tell. Ask me in a linked group, or in private.")
    if not found:
        raise Forbidden(
            "This chat isn't linked, so I say nothing of leads here. Link it on the channels page of the dashboard, or"
            f" your own account at {services.settings.public_url}{ACCOUNT_PAGE}"
        )
    return list(found.values())


async def _of_person(services: Services, user: User, found: dict[str, House]) -> dict[str, House]:
    """Add what the person belongs to; somebody who left a workspace asks about it no more."""
    holder = await holder_of(services.database, user.id)
    if holder is None:
        return found
    rows = await services.database.fetch(
        "SELECT w.id, w.name, w.timezone FROM members m JOIN workspaces w ON w.id = m.workspace_id"
        " WHERE m.user_id = $1 ORDER BY m.created_at, m.id",
        holder.user_id,
    )
    theirs = {row["id"]: House(row["id"], row["name"], row["timezone"]) for row in rows}
    return {id: house for id, house in found.items() if id in theirs} | theirs


async def actor(services: Services, line: Line, chat: Chat, user: User | None, workspace_id: str) -> Actor:
    """Give who acts on something of a workspace. Raises NotFound where the chat has nothing to do with it, Forbidden
    with what to do where the person may not."""
    if chat.type not in (Chat.PRIVATE, *GROUPS):
        raise Forbidden("Nobody can act here: only in a private chat, or in a group with a linked account.")
    if user is None or user.is_bot:  # as Telegram shows who writes in the name of a group or a channel
        raise Forbidden("I can't see who you are. Write as yourself, not as the group or a channel.")
    if chat.type == Chat.PRIVATE and chat.id != user.id:  # which is the number of its own user
        raise Forbidden("Only its own user can act in a private chat.")
    holder = await holder_of(services.database, user.id)
    member = holder is not None and workspace_id in holder.workspaces
    here = any(one.enabled for one in await chats.linked_of(services, line, chat, workspace_id))
    if not here and not (member and chat.type == Chat.PRIVATE):
        raise NotFound(NOT_HERE)
    if member:
        assert holder is not None
        return Actor(holder.email, holder.user_id)
    if holder is None and chat.type == Chat.PRIVATE:
        return Actor(
            f"{one_line(user.full_name)[:_NAME]} (Telegram)", await only_member(services.database, workspace_id)
        )
    raise Forbidden(_refusal(services, holder))


def _refusal(services: Services, holder: Holder | None) -> str:
    if holder is not None:
        return "Your account doesn't belong to this workspace (any more). Ask one of its owners."
    return f"I don't know you yet. Link your Telegram account first: {services.settings.public_url}{ACCOUNT_PAGE}"


async def asked_by(services: Services, said: Said) -> list[House]:
    """Give the workspaces that a command may tell of where it was said. Raises Forbidden where there is none."""
    return await houses(services, said.line, said.chat, said.message.from_user, said.thread_id)
