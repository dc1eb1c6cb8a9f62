"""One bot as we hear it and answer through it: the instance's own, or one that a workspace brought along."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from leadsbot.bot.identity import make_line_bot, username_of
from leadsbot.bot.pace import MOST_PRESSES, Pace
from leadsbot.bot.turns import Turns
from leadsbot.channels.telegram.api import PlainBot
from leadsbot.services import Services


@dataclass(frozen=True, slots=True)
class Line:
    """A bot and the token it is known by. `username` is without the @, None while Telegram won't say it; `pace` counts
    what its chats ask, `presses` what people press and are told of notes, `albums` the pictures of each album, `turns`
    is how fast it may answer (None: as fast as it can)."""

    bot: PlainBot
    token: str
    username: str | None = None
    pace: Pace = field(default_factory=Pace)
    presses: Pace = field(default_factory=lambda: Pace(MOST_PRESSES))
    albums: Pace = field(default_factory=lambda: Pace(1))
    turns: Turns | None = None

    @property
    def bot_id(self) -> str:
        """The bot's number: what stands before the colon of its token, and no secret."""
        return self.token.partition(":")[0]


def line_of(services: Services, token: str, username: str | None = None) -> Line:
    """Give the line of a token; its calls use connections of its own."""
    bot = make_line_bot(services, token, f"telegram:bot:{token.partition(':')[0]}")
    return Line(bot, token, username, turns=Turns(services, token))


async def named(services: Services, line: Line) -> Line:
    """Give the line with its bot's name, asked of Telegram once an hour."""
    return replace(line, username=await username_of(services, line.token))
