"""A channel's own words: a sandboxed template whose text takes the place of the usual message.

Templates are jinja2's in a small part: fields, `if`, `for`, and the filters below. Nothing can be called, assigned,
imported or reached by attribute but the fields of plain data; loops, and all of a rendering, end after some thousand
steps; the text is cut. What comes out is plain text: each channel escapes it for its own medium, as it does any other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import lru_cache
from typing import Any, Final

from jinja2 import Template, TemplateError, TemplateSyntaxError

from leadsbot import clock
from leadsbot.channels.base import Parcel, one_line
from leadsbot.errors import InvalidInput
from leadsbot.events.log import TYPES
from leadsbot.routing.options import MAX_TEMPLATE
from leadsbot.routing.template_rules import Refused, compiled
from leadsbot.routing.template_sandbox import Budget, TooMuch, bounded

MAX_TEXT: Final = 4_000
_BLANK_LINES = re.compile(r"\n{3,}")
_OPEN = re.compile(r"innermost block that needs to be closed is '(\w+)'")
# What a template can tell; tests, summaries, reminders and alerts keep their own words.
TOLD: Final = frozenset(type for type in TYPES if type.startswith(("lead.", "form."))) - {"lead.deleted"}


class TemplateFailed(Exception):
    """A template that was sound came to nothing for this lead; its message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a template gave, and whether it was cut."""

    text: str
    cut: bool = False


def check(template: str, at: str = "options.template") -> str:
    """Give a template that can be used. Raises InvalidInput, which names the line that is wrong."""
    if len(template) > MAX_TEMPLATE:
        raise InvalidInput(f"A template has at most {MAX_TEMPLATE:,} characters.", fields=[at])
    try:
        _compiled(template)
    except Refused as refused:
        raise InvalidInput(f"Line {refused.line}: {refused.message}", fields=[at]) from None
    except TemplateSyntaxError as error:
        raise InvalidInput(f"Line {error.lineno}: {_in_words(error)}.", fields=[at]) from None
    except (RecursionError, MemoryError, SyntaxError, ValueError):
        raise InvalidInput("The template is nested too deeply.", fields=[at]) from None
    return template


def _in_words(error: TemplateSyntaxError) -> str:
    said = str(error.message or "this can't be read").rstrip(".")
    if still_open := _OPEN.search(said):
        tag = still_open[1]
        return f"{{% {tag} … %}} is still open; {{% end{tag} %}} has to follow it"
    return said


def render(template: str, data: Mapping[str, Any], event: Mapping[str, Any], workspace: Mapping[str, Any]) -> Rendered:
    """Give a template's text for an event's `data` (contract, section 5); `event` has `id`, `type` and `at` (RFC 3339).

    Raises TemplateFailed where it can't be told, or says nothing.
    """
    zone = clock.zone(str(workspace.get("timezone") or "UTC"))
    try:
        text, cut = _rendered(_compiled(template), _said(data, event, workspace, zone))
    except TooMuch:
        raise TemplateFailed("it goes on for too long: loop over less") from None
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError, MemoryError) as error:
        raise TemplateFailed(_one_line(error)) from None
    if not one_line(text):
        raise TemplateFailed("it says nothing for this lead")
    return Rendered(text, cut)


def told(template: str, parcel: Parcel) -> tuple[str, str]:
    """Give the text that takes the place of a parcel's usual message, and a note where the template failed.

    Both are empty where there is no template, and for what is no news of a lead or form.
    """
    if not template or parcel.event_type not in TOLD:
        return "", ""
    event = {"id": parcel.event_id, "type": parcel.event_type, "at": clock.rfc3339(parcel.timestamp)}
    try:
        return render(template, parcel.data, event, parcel.workspace).text, ""
    except TemplateFailed as failed:
        return "", f"The usual message was sent, as the template failed: {failed}."
    except Exception as error:  # a stored template that this version refuses must not hold back a lead
        return "", f"The usual message was sent, as the template can't be used: {_one_line(error)}."


def _said(
    data: Mapping[str, Any], event: Mapping[str, Any], workspace: Mapping[str, Any], zone: tzinfo
) -> dict[str, Any]:
    return {
        **bounded({"lead": data.get("lead") or {}, "session": data.get("session") or {}}),
        "from_stage": data.get("from_stage") or "",
        "to_stage": data.get("to_stage") or "",
        "event": event,
        "workspace": {"name": workspace.get("name") or "", "timezone": str(zone)},
        "_budget": Budget(),
        "_zone": zone,
    }


def _rendered(template: Template, said: Mapping[str, Any]) -> tuple[str, bool]:
    """Put the pieces together until there are enough of them."""
    text = ""
    for piece in template.generate(said):
        text += piece
        if len(text) > 2 * MAX_TEXT:
            break
    text = text.encode(errors="replace").decode()  # "\\ud800" in a template is half a character, which can't be sent
    text = _BLANK_LINES.sub("\n\n", text.replace("\r\n", "\n")).strip()
    if len(text) <= MAX_TEXT:
        return text, False
    return text[: MAX_TEXT - 1].rstrip() + "…", True


@lru_cache(maxsize=256)
def _compiled(template: str) -> Template:
    return compiled(template)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")[:200] or type(error).__name__
