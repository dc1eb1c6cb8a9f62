"""A conversation with the bot: what people do in Telegram goes to it by the Bot API, and its calls are what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from leadsbot import clock
from leadsbot.bot import accounts
from leadsbot.bot.line import Line, line_of
from leadsbot.bot.updates import handle
from leadsbot.channels.telegram.presses import Press, data_of
from leadsbot.db import Tx
from leadsbot.ids import new_id
from leadsbot.routing import destinations
from leadsbot.services import Services
from leadsbot.workspaces.bootstrap import Created
from tests.support.telegram_calls import Call
from tests.support.telegram_server import ADA, TelegramServer

BOB = {"id": 7002, "is_bot": False, "first_name": "Bob"}
PRIVATE = ADA["id"]
GROUP = -1005


class Talk:
    """Hears what was said or pressed and gives what the bot did about it."""

    def __init__(self, services: Services, telegram: TelegramServer) -> None:
        self.services = services
        self.telegram = telegram
        # In no hurry to wait: what the chat's turns are is seen in test_turns.
        self.line: Line = replace(line_of(services, telegram.token, "leadsbot_test_bot"), turns=None)
        self._offset: int | None = None

    async def say(self, chat_id: int, user: Mapping[str, Any], text: str, **more: Any) -> list[Call]:
        self.telegram.say(chat_id, user, text, **more)
        return await self.hear()

    async def asked(self, chat_id: int, user: Mapping[str, Any], text: str, **more: Any) -> Call:
        """Give the one message that answers what was said."""
        (answer,) = await self.say(chat_id, user, text, **more)
        assert answer.params["chat_id"] == str(chat_id)
        return answer

    async def press(self, message_id: int, user: Mapping[str, Any], press: Press | str) -> str:
        """Give what the presser is told; an alert begins with an exclamation mark."""
        self.telegram.press(message_id, user, press if isinstance(press, str) else data_of(press))
        *_, answer = await self.hear()
        assert answer.method == "answerCallbackQuery"
        alert = "!" if answer.params.get("show_alert") in ("true", "True", True) else ""
        return alert + str(answer.params.get("text", ""))

    async def hear(self) -> list[Call]:
        before = len(self.telegram.sent)
        for update in await self.line.bot.get_updates(offset=self._offset, timeout=0):
            self._offset = update.update_id + 1
            await handle(self.services, self.line, update)
        return self.telegram.sent[before:]

    async def alert(self, chat_id: int, lead_id: str, channel: Mapping[str, Any], *more: str) -> int:
        """Let a message of the bot about leads stand in a chat, as routing remembers it; gives its number."""
        message = await self.line.bot.send_message(chat_id, "New lead")
        for about in (lead_id, *more):
            await _remember(self.services, channel, about, f"{chat_id}:{message.message_id}")
        return message.message_id


async def _remember(services: Services, channel: Mapping[str, Any], lead_id: str, place: str) -> None:
    async def unit(tx: Tx) -> None:
        await tx.execute(
            "INSERT INTO messages (id, workspace_id, channel_id, lead_id, event_type, place, state, created_at)"
            " VALUES ($1, $2, $3, $4, 'lead.created', $5, '{}', $6)",
            new_id(),
            channel["workspace_id"],
            channel["id"],
            lead_id,
            place,
            clock.now(),
        )

    await services.database.write(unit)


async def channel_in(services: Services, workspace: Created, chat_id: int, **config: Any) -> dict[str, Any]:
    given = {"chat_id": chat_id, **config}
    return await destinations.create_channel(services, workspace.workspace_id, "telegram", given)


async def member(services: Services, workspace: Created, name: str, telegram: Mapping[str, Any] | None = None) -> str:
    """Let somebody belong to the workspace, with a linked Telegram account where one is given; gives their id."""
    user_id = new_id()

    async def unit(tx: Tx) -> None:
        await tx.execute(
            "INSERT INTO users (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, '', 1)",
            user_id,
            f"{name.lower()}@example.com",
            name,
        )
        await tx.execute(
            "INSERT INTO members (id, workspace_id, user_id, role, created_at) VALUES ($1, $2, $3, 'member', 1)",
            new_id(),
            workspace.workspace_id,
            user_id,
        )

    await services.database.write(unit)
    if telegram:
        await linked(services, user_id, telegram)
    return user_id


async def linked(services: Services, user_id: str, telegram: Mapping[str, Any]) -> None:
    from telegram import User

    who = User(telegram["id"], telegram["first_name"], False)
    await accounts.link(services.database, user_id, who, issued_at=clock.now())


async def lead(services: Services, workspace: Created, first_name: str = "Grace", **columns: Any) -> str:
    """Put a lead into the workspace at New; gives its id."""
    row = {
        "id": new_id(),
        "workspace_id": workspace.workspace_id,
        "created_at": clock.now(),
        "updated_at": clock.now(),
        "stage": "New",
        "first_name": first_name,
        "last_name": "Hopper",
        "email": f"{first_name.lower()}@navy.example",
        "email_key": f"{first_name.lower()}@navy.example",
        **columns,
    }
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))

    async def unit(tx: Tx) -> None:
        await tx.execute(f"INSERT INTO leads ({', '.join(row)}) VALUES ({places})", *row.values())

    await services.database.write(unit)
    return str(row["id"])


async def row_of(services: Services, lead_id: str) -> dict[str, Any]:
    row = await services.database.fetch_one("SELECT * FROM leads WHERE id = $1", lead_id)
    assert row is not None
    return row
