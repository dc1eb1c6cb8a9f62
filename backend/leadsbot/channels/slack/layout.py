"""A message laid out for Slack: blocks, cut until they fit, in which nothing that a visitor typed acts."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from leadsbot.channels.base import Parcel, Summary
from leadsbot.channels.base.cutting import fitted
from leadsbot.channels.base.digest import Digest, Entry, digest, named
from leadsbot.channels.base.hooks import can_open

# https://docs.slack.dev/reference/block-kit/blocks
MAX_HEADER, MAX_TEXT, MAX_FIELD, MAX_FIELDS, MAX_BLOCKS = 150, 3_000, 2_000, 10, 50
MAX_ALL = 12_000  # of all blocks as JSON; undocumented, some 13,200: https://github.com/slackapi/bolt-js/issues/2509
MAX_PLAIN = 4_000  # more is allowed and then cut by Slack
_LABEL, _CONTEXT, _BUTTON = 80, 200, 75
_VALUES = (500, 250, 120, 60)

# Text in which mrkdwn finds nothing bold, struck, quoted, mentioned or turned into an emoji. It knows no escape for
# these, so whatever else there is goes out as plain text. Addresses of the web and of mail it links by themselves.
_INERT = re.compile(
    r"""(?:[^\W_]|[ .,+/?!=%&;()"'’·→–…-]|:(?= |//|$)|(?<=\d):(?=\d)"""
    r"""|(?<=[^\W_])[_@](?=[^\W_])|(?<=[^\W_]|[/=])#)*"""
)

Block = dict[str, Any]


def laid_out(parcel: Parcel, summary: Summary) -> dict[str, Any]:
    """Give the message as blocks, with a text for notifications and for clients that show none."""
    blocks: list[Block] = []
    for most in _VALUES:
        blocks = _blocks(parcel, summary, most)
        if _size(blocks) <= MAX_ALL:
            break
    return {"text": _fallback(summary), "mrkdwn": False, "blocks": blocks}


def listed(parcels: Sequence[Parcel]) -> tuple[dict[str, Any], int]:
    """Give a digest as blocks, and how many of the parcels it names."""
    lines: list[Block] = []
    size = _size(_list_of(parcels[0], named(parcels, 1), []))
    for entry in digest(parcels).entries:
        line = _line(entry)
        size += _size([line])
        if lines and size > MAX_ALL:
            break
        lines.append(line)
    told = named(parcels, len(lines))
    message = {"text": escaped(told.title), "mrkdwn": False, "blocks": _list_of(parcels[0], told, lines)}
    return message, len(lines)


def plainly(summary: Summary) -> dict[str, Any]:
    """Give the message as text alone, in which nothing is formatted."""
    facts = [f"{label}: {value}" for label, value in summary.facts]
    text = "\n".join(filter(None, (summary.title, *facts, summary.message)))
    link = f"\n{escaped(summary.link)}" if summary.link else ""
    return {"text": fitted(text, MAX_PLAIN - len(link), escaped) + link, "mrkdwn": False}


def escaped(text: str) -> str:
    """Give text in which Slack finds no mention, command or link with another name.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _blocks(parcel: Parcel, summary: Summary, most: int) -> list[Block]:
    blocks: list[Block] = [{"type": "header", "text": _plain_text(summary.title, MAX_HEADER)}]
    if summary.message:
        blocks.append({"type": "section", "text": _plain_text(summary.message, MAX_TEXT)})
    for first in range(0, len(summary.facts), MAX_FIELDS):
        some = summary.facts[first : first + MAX_FIELDS]
        blocks.append({"type": "section", "fields": [_field(label, value, most) for label, value in some]})
    if summary.link and can_open(summary.link):
        text = _plain_text(summary.opens, _BUTTON)
        button = {"type": "button", "text": text, "url": summary.link, "style": "primary"}
        blocks.append({"type": "actions", "elements": [button]})
    elif summary.link:
        blocks.append({"type": "section", "text": _plain_text(summary.link, MAX_TEXT)})
    return [*blocks[: MAX_BLOCKS - 1], _foot(parcel)]


def _list_of(parcel: Parcel, told: Digest, lines: list[Block]) -> list[Block]:
    """Give a digest's blocks. Rich text is read as it stands: a link's name is no markup, and nothing is escaped."""
    bullets = {"type": "rich_text_list", "style": "bullet", "elements": lines}
    ending = [{"type": "rich_text_section", "elements": [_words(told.ending)]}] if told.ending else []
    header = {"type": "header", "text": _plain_text(told.title, MAX_HEADER)}
    return [header, {"type": "rich_text", "elements": [bullets, *ending]}, _foot(parcel)]


def _line(entry: Entry) -> Block:
    name = _words(entry.name)
    if entry.link and can_open(entry.link):
        name = {"type": "link", "url": entry.link, "text": entry.name}
    details = [_words("".join(f" · {detail}" for detail in entry.details))] if entry.details else []
    return {"type": "rich_text_section", "elements": [name, *details]}


def _words(text: str) -> Block:
    return {"type": "text", "text": text}


def _foot(parcel: Parcel) -> Block:
    return {"type": "context", "elements": [_plain_text(str(parcel.workspace.get("name") or "LeadsBot"), _CONTEXT)]}


def _fallback(summary: Summary) -> str:
    reach = ", ".join(value for label, value in summary.facts if label in ("Email", "Phone"))
    return fitted(" – ".join(filter(None, (summary.title, reach))), MAX_TEXT, escaped)


def _plain_text(text: str, most: int) -> Block:
    return {"type": "plain_text", "text": fitted(text, most, escaped), "emoji": False}


def _field(label: str, value: str, most: int) -> Block:
    name, shown = fitted(label, _LABEL, escaped), fitted(value, min(most, MAX_FIELD - _LABEL - 4), escaped)
    if _INERT.fullmatch(label) and _INERT.fullmatch(value):
        return {"type": "mrkdwn", "text": f"*{name}*\n{shown}"}
    return {"type": "plain_text", "text": f"{name}\n{shown}", "emoji": False}


def _size(blocks: Sequence[Mapping[str, Any]]) -> int:
    return len(json.dumps(blocks, ensure_ascii=False))
