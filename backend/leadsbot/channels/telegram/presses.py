"""What a button says when it is pressed: at most 64 bytes (https://core.telegram.org/bots/api#inlinekeyboardbutton).

A press comes back from whoever can see the message, and clients can send what no button said: it is an ask, checked
like any other, never a permission.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass
from typing import Final
from uuid import UUID

STAGE: Final = "s"
CLAIM: Final = "c"
UNCLAIM: Final = "r"
SNOOZE: Final = "z"
SPAM: Final = "p"
NOT_SPAM: Final = "n"
PAGE: Final = "g"

# What a page's button may ask for: a list in a message of its own, of those that have arrived and that nobody has
# claimed or moved.
HERE: Final = "n"
WAITING: Final = "new"

MAX_BYTES: Final = 64
_VERBS: Final = frozenset({STAGE, CLAIM, UNCLAIM, SNOOZE, SPAM, NOT_SPAM, PAGE})


@dataclass(frozen=True, slots=True)
class Press:
    """`subject` is the lead's id (of a page of a list: empty); `argument` is the stage's `mark()`, the minutes of a
    snooze, or what a list needs to go on."""

    verb: str
    subject: str = ""
    argument: str = ""


def data_of(press: Press) -> str:
    """Give a button's `callback_data`. Raises ValueError where it is too long for Telegram."""
    subject = _short(press.subject) if press.subject else ""
    data = f"{press.verb}:{subject}:{press.argument}"
    if len(data.encode()) > MAX_BYTES:
        raise ValueError(f"a button's data has at most {MAX_BYTES} bytes")
    return data


def waiting(workspace_id: str) -> str:
    """Give the data of a button that lists a workspace's waiting leads, to be opened and claimed there."""
    return data_of(Press(PAGE, "", f"{HERE}.{mark(workspace_id)}.{WAITING}"))


def read(data: str) -> Press | None:
    """Give what a button said, or None for what none of ours ever said."""
    verb, _, rest = data.partition(":")
    short, _, argument = rest.partition(":")
    if verb not in _VERBS or len(data.encode()) > MAX_BYTES:
        return None
    if not short:
        return Press(verb, "", argument) if verb == PAGE else None
    try:
        return Press(verb, _long(short), argument)
    except (binascii.Error, ValueError):
        return None


def mark(name: str) -> str:
    """Give the mark of a stage, which may be gone between message and press, and longer than a button; or of an id."""
    return f"{zlib.crc32(name.encode()):08x}"


def _short(lead_id: str) -> str:
    return base64.urlsafe_b64encode(UUID(lead_id).bytes).rstrip(b"=").decode()


def _long(short: str) -> str:
    return str(UUID(bytes=base64.urlsafe_b64decode(short + "==")))
