"""What Telegram refuses in a message: broken HTML, buttons that lead nowhere, callback data that is too long."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)?([^<>]*)>|<")
_ENTITY = re.compile(r"&(lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_ALLOWED = {"a", "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "span", "tg-spoiler",
            "tg-emoji", "blockquote"}  # fmt: skip


class Refused(Exception):
    """The API's error answer: its status, its description, and what else it carries (`parameters`)."""

    def __init__(self, description: str, status: int = 400, extra: Mapping[str, Any] | None = None) -> None:
        super().__init__(description)
        self.description = description
        self.status = status
        self.extra = dict(extra or {})


def visible_text(html: str) -> str:
    """Give what `parse_mode=HTML` leaves of a text. Refuses unknown, unclosed and crossing tags, as Telegram does."""
    open_tags: list[str] = []

    def enter(match: re.Match[str]) -> str:
        closing, name = match[1], (match[2] or "").lower()
        if name not in _ALLOWED:
            raise _unparsable(f'Unsupported start tag "{name}" at byte offset {match.start()}')
        if not closing:
            open_tags.append(name)
        elif not open_tags or open_tags.pop() != name:
            raise _unparsable(f'Unmatched end tag at byte offset {match.start()}, found "</{name}>"')
        return ""

    bare = _TAG.sub(enter, html)
    if open_tags:
        raise _unparsable(f'Can\'t find end tag corresponding to start tag "{open_tags[-1]}"')
    return _ENTITY.sub(_character, bare)


def check_keyboard(markup: Mapping[str, Any]) -> None:
    """Refuse inline buttons without a label, with an address Telegram can't open, or with over 64 bytes of data."""
    for button in (button for row in markup.get("inline_keyboard", []) for button in row):
        if not button.get("text"):
            raise Refused("Bad Request: text buttons are unallowed in the inline keyboard")
        if len(button.get("callback_data", "").encode()) > 64:
            raise Refused("Bad Request: BUTTON_DATA_INVALID")
        if not button.get("url") and not button.get("callback_data"):
            raise Refused("Bad Request: text buttons are unallowed in the inline keyboard")
        url = button.get("url")
        if url is not None and "." not in (urlsplit(url).hostname or ""):
            raise Refused(f"Bad Request: inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _unparsable(detail: str) -> Refused:
    return Refused(f"Bad Request: can't parse entities: {detail}")


def _character(match: re.Match[str]) -> str:
    name = match[1]
    if name in _NAMED:
        return _NAMED[name]
    return chr(int(name[2:], 16) if name[1] == "x" else int(name[1:]))
