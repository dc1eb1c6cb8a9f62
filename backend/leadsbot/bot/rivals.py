"""Another program that takes the updates of one of our bots: noted for a while, so that the channels' page and
`leadsbot doctor` say so, and told to the owners once a day at most. Alerts go out all the same."""

from __future__ import annotations

from typing import Final, Literal

from leadsbot import clock
from leadsbot.bot import chats
from leadsbot.channels.telegram.api import mark_of
from leadsbot.db import Database, Tx
from leadsbot.db.sql import now_ms
from leadsbot.events.log import Happening, record
from leadsbot.ids import new_id
from leadsbot.leads.watching import ALERT
from leadsbot.services import Services

How = Literal["polls", "is pushed to"]

HOLDS_MS: Final[dict[How, int]] = {"polls": 2 * clock.MINUTE, "is pushed to": 6 * clock.MINUTE}
"""So long it is taken to be so: longer than passes between two looks, which note it again."""
TOLD_AGAIN_MS: Final = clock.DAY
_MEND: Final = (
    "so presses, replies and commands may reach it and not LeadsBot. Stop that program, or take a bot of its own from"
    " @BotFather for one of the two."
)
SAID: Final[dict[How, str]] = {
    "polls": f"Another program polls with this bot's token, {_MEND}",
    "is pushed to": f"Another program has this bot's updates pushed to it, {_MEND}",
}


async def note(services: Services, token: str, how: How) -> None:
    """Note that somebody else takes this bot's updates, and tell the workspaces whose bot it is."""
    mark = mark_of(token)
    affected = await chats.workspaces_of(services, token)

    async def unit(tx: Tx) -> None:
        until = f"{tx.now_ms} + {HOLDS_MS[how]}"
        await tx.execute(
            f"INSERT INTO leases (id, holder, ends_at) VALUES ($1, $2, {until})"
            f" ON CONFLICT (id) DO UPDATE SET holder = $2, ends_at = {until}",
            _id(mark),
            how,
        )
        if await _first_today(tx, mark):
            alert = {"title": "Nobody may hear the Telegram bot", "text": SAID[how]}
            alert |= {"path": "/channels", "opens": "Open the channels"}
            record(tx, *(Happening(one, ALERT, {"lead": None, "alert": alert}) for one in affected))

    await services.database.write(unit)


async def noted(database: Database, token: str) -> str:
    """Say who else takes this bot's updates, in a sentence; empty where nobody does."""
    return (await all_noted(database)).get(mark_of(token), "")


async def all_noted(database: Database) -> dict[str, str]:
    """Give what there is to say of each such bot, by its token's mark."""
    rows = await database.fetch(
        f"SELECT id, holder FROM leases WHERE id LIKE $1 AND ends_at > {now_ms(database.dialect)}", _id("%")
    )
    return {row["id"].removeprefix(_id("")): SAID[row["holder"]] for row in rows}


async def _first_today(tx: Tx, mark: str) -> bool:
    rows = await tx.fetch(
        f"INSERT INTO leases (id, holder, ends_at) VALUES ($1, $2, {tx.now_ms} + {TOLD_AGAIN_MS})"
        " ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, ends_at = excluded.ends_at"
        f" WHERE leases.ends_at < {tx.now_ms} RETURNING id",
        f"telegram told of rival {mark}",
        new_id(),
    )
    return bool(rows)


def _id(mark: str) -> str:
    return f"telegram rival {mark}"
