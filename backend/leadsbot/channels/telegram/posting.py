"""Getting a message through: what Telegram minds about its dress is left off rather than the message."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from telegram.error import BadRequest

from leadsbot.channels.telegram.failures import is_about_the_chat, is_about_the_message

R = TypeVar("R")

# The Bot API's own words, which are for people and may change: what is none of these loses all of its dress at once.
_MARKUP = ("parse entities", "entit", "unsupported start tag", "end tag")
_ADDRESS = ("url",)
_BUTTONS = ("button", "keyboard", "reply_markup", "reply markup")
_PICTURE = ("photo", "image", "file", "caption", "media")


@dataclass(frozen=True, slots=True)
class Dress:
    """What a message may wear: markup in its text, buttons under it, one with an address, a picture above it."""

    markup: bool = True
    buttons: bool = True
    address: bool = True
    picture: bool = True

    def without(self, refusal: str) -> Dress | None:
        """Give what is left of it after a refusal; None where there is nothing left to take off."""
        said = refusal.lower()
        if self.markup and any(word in said for word in _MARKUP):
            return replace(self, markup=False)
        if self.address and any(word in said for word in _ADDRESS):
            return replace(self, address=False)
        if self.buttons and any(word in said for word in _BUTTONS):
            return replace(self, buttons=False, address=False)
        if self.picture and any(word in said for word in _PICTURE):
            return replace(self, picture=False)
        return _BARE if self != _BARE else None


_BARE: Final = Dress(False, False, False, False)


async def insist(post: Callable[[Dress], Awaitable[R]]) -> R:
    """Post a message, the more plainly the more of it Telegram refuses. Raises TelegramError, for a chat or message
    that isn't there (any more) at once: no dress helps there."""
    dress = Dress()
    while True:
        try:
            return await post(dress)
        except BadRequest as refused:
            plainer = dress.without(refused.message)
            # A chat may take words and no photos: then it is the picture that isn't wanted, not the bot.
            unwanted = dress.picture and "photo" in refused.message.lower()
            if plainer is None or ((is_about_the_chat(refused) or is_about_the_message(refused)) and not unwanted):
                raise
            dress = plainer
