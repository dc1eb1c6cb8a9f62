"""What a chat can be made to answer, and the record of what was asked of the Bot API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.telegram_rules import visible_text


@dataclass(frozen=True)
class Fault:
    """How a chat answers instead: a status with the API's description and parameters, or no answer at all."""

    status: int = 500
    description: str = "Internal Server Error"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    hang: bool = False


def too_many(retry_after: int) -> Fault:
    """429: the chat may be written to again in `retry_after` seconds."""
    return Fault(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})


def migrated(new_chat_id: int) -> Fault:
    """400: the group has become a supergroup with another id."""
    text = "Bad Request: group chat was upgraded to a supergroup chat"
    return Fault(400, text, {"migrate_to_chat_id": new_chat_id})


BLOCKED = Fault(403, "Forbidden: bot was blocked by the user")
KICKED = Fault(403, "Forbidden: bot was kicked from the supergroup chat")
CHAT_NOT_FOUND = Fault(400, "Bad Request: chat not found")
TOPIC_NOT_FOUND = Fault(400, "Bad Request: message thread not found")
UNPARSABLE = Fault(400, 'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 0')
BROKEN = Fault(502, "Bad Gateway")


@dataclass(frozen=True)
class Call:
    """One request to the API: its parameters with JSON values decoded, and what it was answered."""

    method: str
    params: Mapping[str, Any]
    status: int
    result: Any = None
    description: str = ""

    @property
    def text(self) -> str:
        """What the chat shows: the text without its markup."""
        text, mode = str(self.params.get("text") or self.params.get("caption", "")), self.params.get("parse_mode")
        return visible_text(text) if mode == "HTML" else text

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """The inline buttons, row after row."""
        markup = self.params.get("reply_markup") or {}
        return [button for row in markup.get("inline_keyboard", []) for button in row]
