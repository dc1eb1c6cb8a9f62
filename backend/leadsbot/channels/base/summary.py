"""An event told in words: a title, facts in their order, what the visitor wrote, and where to open it.

Everything in a Summary is plain text that a visitor may have typed. Whoever shows it escapes it for its own medium.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from leadsbot import clock
from leadsbot.channels.base.contract import SUMMARY_EVENT, TEST_EVENT, Parcel
from leadsbot.channels.base.plain import plain

Data = Mapping[str, Any]

# A lead that somebody should look after by now; each answers the message that told of it.
UNCLAIMED: Final = "lead.unclaimed"
REMINDER: Final = "lead.reminder"
NUDGES: Final = frozenset({UNCLAIMED, REMINDER})

_CUSTOM_FIELDS_SHOWN = 8
_LONGEST_TITLE = 150
_JOINERS = "\u200c\u200d"  # they hold words of some scripts, and emoji, together
_EMPTY = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")  # letters to Unicode, nothing to the eye
# Emoji and ideographs, of which each Unicode has more than the one that this Python knows.
_GROWING = range(0x1F000, 0x3FFFE)


@dataclass(frozen=True, slots=True)
class Summary:
    """`facts` are (label, value) pairs of one line each; `message` keeps its lines, `quoted` where the lead wrote them;
    `link` opens the lead, or what else it is about, as `opens` says. `chart` is what `chart.draw()` makes a picture of,
    where there is one."""

    title: str
    facts: tuple[tuple[str, str], ...]
    message: str
    link: str | None
    opens: str = "Open the lead"
    chart: Data | None = None
    quoted: bool = False


def summarize(parcel: Parcel) -> Summary:
    """Tell a parcel's event. An event type this knows nothing about still gets its name and what the lead says."""
    if parcel.event_type == SUMMARY_EVENT:
        return _of_a_span(parcel.data.get("summary") or {})
    if many := parcel.data.get("digest"):
        return Summary(one_line(many["title"]), (), _readable(many["text"]), many.get("url"), "Open the inbox")
    lead: Data = parcel.data.get("lead") or {}
    session: Data = parcel.data.get("session") or {}
    if parcel.event_type in NUDGES:
        return _nudge(parcel, lead)
    if parcel.text:
        return _templated(parcel.text, lead)
    facts = [*_facts(lead, session), *_about_webhook(parcel.data), ("When", _when(parcel))]
    alert: Data = parcel.data.get("alert") or {}
    text = parcel.data.get("text") or alert.get("text") or ""
    return Summary(
        title=one_line(_title(parcel, lead, session)),
        facts=tuple((one_line(label), line) for label, value in facts if (line := one_line(value))),
        message=_readable(str(text or _words(lead))).strip() if parcel.event_type != "lead.stage_changed" else "",
        link=lead.get("lead_url") or alert.get("url") or (parcel.data.get("webhook") or {}).get("dashboard_url"),
        opens=_opens(parcel, alert),
        quoted=not text,
    )


def _opens(parcel: Parcel, alert: Data) -> str:
    if parcel.event_type == "webhook.disabled":
        return "Open the webhooks"
    return str(alert.get("opens") or "Open the capture log") if alert else "Open the lead"


def _words(lead: Data) -> str:
    """Give what was written: the message, and the notes that a program sent with the lead."""
    return "\n\n".join(dict.fromkeys(str(lead[name]) for name in ("message", "notes") if lead.get(name)))


def _templated(text: str, lead: Data) -> Summary:
    """What a template of the user's says: its first line is the title, and a mail's subject."""
    first, _, rest = _readable(text).strip().partition("\n")
    if len(first) > _LONGEST_TITLE:
        first, rest = f"{first[: _LONGEST_TITLE - 1].rstrip()}…", _readable(text)
    return Summary(one_line(first), (), rest.strip(), lead.get("lead_url") or None)


def _nudge(parcel: Parcel, lead: Data) -> Summary:
    """What was told already is only called to mind: who, and how to reach them."""
    facts = [(label.title(), one_line(lead.get(label))) for label in ("email", "phone", "stage")]
    title, link = one_line(_title(parcel, lead, {})), lead.get("lead_url") or None
    return Summary(title, tuple((label, line) for label, line in facts if line), "", link)


def _of_a_span(told: Data) -> Summary:
    facts = ((one_line(fact["label"]), one_line(fact["value"])) for fact in told.get("facts", ()))
    return Summary(
        title=one_line(told.get("title")),
        facts=tuple(facts),
        message="",
        link=told.get("url") or None,
        opens="Open the overview",
        chart=told.get("chart"),
    )


def one_line(value: object) -> str:
    """Give `value` as one line of text without control characters; empty for None."""
    return " ".join(_readable(plain(value)).split())


def _readable(text: str) -> str:
    """Drop what acts; nearly every line has nothing of the sort, and is not looked at letter by letter."""
    lines = (line if line.isprintable() else "".join(map(_shown, line)) for line in text.split("\n"))
    return _EMPTY.sub(" ", "\n".join(lines))


def _shown(character: str) -> str:
    """Keep what can be read and drop what acts, such as NUL or the marks that turn a line's direction around."""
    if character.isspace():
        return " "
    return character if character.isprintable() or character in _JOINERS or _is_new(character) else ""


def _is_new(character: str) -> bool:
    """Tell whether a younger Unicode may have this as a letter or emoji; each plane's last two never are."""
    code = ord(character)
    return code in _GROWING and code & 0xFFFE != 0xFFFE and unicodedata.category(character) == "Cn"


def _title(parcel: Parcel, lead: Data, session: Data) -> str:
    name = name_of(lead)
    form = session.get("form_name") or lead.get("form_name") or "A form"
    titles = {
        "lead.created": f"New lead: {name}",
        "lead.updated": f"{name} is back",
        "lead.stage_changed": f"{name}: {parcel.data.get('from_stage')} → {parcel.data.get('to_stage')}",
        "lead.deleted": "A lead is part of another now" if parcel.data.get("merged_into") else "A lead was deleted",
        UNCLAIMED: f"Nobody has claimed {name} yet",
        REMINDER: f"Reminder: {name}",
        "form.started": f"{form}: somebody has begun",
        "form.abandoned": f"{form}: {name} left at {_percent(lead, session)} %",
        "form.submitted": f"{form}: sent by {name}",
        "webhook.disabled": "A webhook was switched off",
        TEST_EVENT: f"A test from {parcel.workspace.get('name') or 'LeadsBot'}: messages arrive here",
    }
    alert = str((parcel.data.get("alert") or {}).get("title") or "")
    return alert or titles.get(parcel.event_type) or f"{parcel.event_type}: {name}"


def name_of(lead: Data, nobody: str = "somebody") -> str:
    """Say who a lead is in a line: by name, where there is anything to be seen of it, else by how to reach them."""
    full = lead.get("name") or " ".join(filter(None, (lead.get("first_name"), lead.get("last_name"))))
    told = (one_line(value).strip(_JOINERS) for value in (full, lead.get("email"), lead.get("phone")))
    return next(filter(None, told), nobody)


def _facts(lead: Data, session: Data) -> Iterator[tuple[str, object]]:
    yield "Email", lead.get("email")
    yield "Phone", lead.get("phone")
    yield "Company", lead.get("company")
    yield "Stage", lead.get("stage")
    yield "About", lead.get("event_type") or lead.get("lead_type")
    yield "Date", lead.get("event_date")
    custom: Data = lead.get("custom_data") or {}
    yield from list(custom.items())[:_CUSTOM_FIELDS_SHOWN]
    yield "Form", session.get("form_name") or lead.get("form_name")
    yield "Completed", _completed(lead, session)
    yield "Last field", session.get("last_field")
    yield "Page", session.get("page_url") or lead.get("page_url")
    yield "Source", _source(lead) or _source(session)
    yield "Referrer", lead.get("referrer") or session.get("referrer")
    yield "Device", _device(lead) or session.get("device_type")
    if lead.get("spam"):
        yield "Looks like spam", lead.get("spam_reasons") or "yes"
    if lead.get("confirmation") == "attempted":
        yield "Sent", "tried; the page did not say whether it went through"


def _percent(lead: Data, session: Data) -> object:
    found = session.get("completion_percent", lead.get("form_completion_percent"))
    return 0 if found is None else found


def _completed(lead: Data, session: Data) -> str:
    percent = session.get("completion_percent", lead.get("form_completion_percent"))
    done = session.get("fields_completed", lead.get("form_fields_completed"))
    total = session.get("fields_total", lead.get("form_fields_total"))
    if percent is None:
        return ""
    return f"{percent} % ({done} of {total} fields)" if total else f"{percent} %"


def _source(where: Data) -> str:
    source = where.get("source") or where.get("utm_source")
    campaign = where.get("campaign") or where.get("utm_campaign")
    if source and campaign:
        return f"{source} ({campaign})"
    return str(source or campaign or "")


def _device(lead: Data) -> str:
    software = " on ".join(filter(None, (lead.get("browser"), lead.get("os"))))
    return ", ".join(filter(None, (lead.get("device_type"), software)))


def _about_webhook(data: Data) -> Iterator[tuple[str, object]]:
    webhook: Data = data.get("webhook") or {}
    yield "Address", webhook.get("url")
    yield "Why", webhook.get("disabled_reason") or data.get("reason")


def _when(parcel: Parcel) -> str:
    """Give the event's time where the team lives: a retried message may come a day after it."""
    try:
        zone = ZoneInfo(str(parcel.workspace.get("timezone") or "UTC"))
    except (KeyError, ValueError, OSError):
        zone = ZoneInfo("UTC")
    moment = clock.to_datetime(parcel.timestamp).astimezone(zone)
    return f"{moment.day} {moment:%b %Y, %H:%M %Z}"
