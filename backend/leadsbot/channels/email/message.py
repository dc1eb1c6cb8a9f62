"""An alert as a mail: headers that no visitor can add to, plain text, and HTML that reads well in light and dark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any, Final
from urllib.parse import quote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from leadsbot import __version__, clock
from leadsbot.channels.base import Parcel, Summary, name_of, one_line, summarize
from leadsbot.channels.base.digest import Digest, Entry
from leadsbot.channels.email.addresses import valid
from leadsbot.channels.email.headers import POLICY

_SUBJECT, _GLIMPSE = 200, 100
_PICTURE: Final = "chart@leadsbot"
_WEB: Final = ("http", "https")
_FOLLOWING: Final = ("lead.updated", "lead.stage_changed", "form.started", "form.abandoned", "form.submitted")

_environment: Final = Environment(
    loader=PackageLoader("leadsbot.channels.email", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def compose(parcel: Parcel, to: str, picture: bytes | None = None) -> EmailMessage:
    """Give the mail of a parcel for one recipient: text with an HTML alternative, a reply going to the lead; `picture`
    (PNG) stands in the HTML and goes with it."""
    summary = summarize(parcel)
    message = begun([to], _subject(parcel, summary), str(parcel.config.get("mail_from") or ""), parcel.delivery_id)
    lead: Mapping[str, Any] = parcel.data.get("lead") or {}
    reply_to = valid(lead.get("email"))
    if reply_to and reply_to.isascii():
        message["Reply-To"] = reply_to
    if lead.get("id"):
        _thread(message, str(lead["id"]))
    return _filled(message, parcel, to, summary, picture=picture)


def compose_digest(parcel: Parcel, told: Digest, to: str) -> EmailMessage:
    """Give the mail of many events for one recipient, under the id of the first one's parcel."""
    message = begun([to], told.title, str(parcel.config.get("mail_from") or ""), parcel.delivery_id)
    return _filled(message, parcel, to, Summary(told.title, (), told.ending, None), told.entries)


def _filled(
    message: EmailMessage,
    parcel: Parcel,
    to: str,
    summary: Summary,
    entries: Sequence[Entry] = (),
    picture: bytes | None = None,
) -> EmailMessage:
    leave = str((parcel.config.get("unsubscribe") or {}).get(to) or "")
    if leave:
        message["List-Unsubscribe"] = f"<{leave}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    foot = f"Sent to {to} by LeadsBot for {parcel.workspace.get('name') or 'your workspace'}."
    message.set_content(_plain(summary, entries, foot, leave))
    seen = _glimpse(str(message["Subject"]), summary, entries)
    html = _html(summary, entries, foot, leave, seen, pictured=picture is not None)
    message.add_alternative(html, subtype="html")
    if picture is not None:
        _, part = message.iter_parts()
        part.add_related(picture, "image", "png", cid=f"<{_PICTURE}>", filename="chart.png", disposition="inline")
    return message


def message_id(mail_id: str, mail_from: str) -> str:
    """Give the Message-ID of the mail with this id: the same on every attempt."""
    return f"<{mail_id}@{_sender(mail_from).domain or 'localhost'}>"


def begun(to: Sequence[str], subject: str, mail_from: str, mail_id: str) -> EmailMessage:
    """Give a message with its headers, to be filled; one sent again under the same id is known by mail programs."""
    message = EmailMessage(policy=POLICY)
    message["From"] = _sender(mail_from)
    message["To"] = ", ".join(to)
    message["Subject"] = one_line(subject)[:_SUBJECT]
    message["Date"] = format_datetime(clock.to_datetime(clock.now()))
    message["Message-ID"] = message_id(mail_id, mail_from)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: out-of-office replies stay away
    message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    message["X-Mailer"] = f"LeadsBot/{__version__}"
    return message


def _subject(parcel: Parcel, summary: Summary) -> str:
    """Give the title, or in a lead's later mails the first one's subject, as Gmail and Outlook part a thread where that
    changes; what is new is then the mail's first line. A template's words are the user's own."""
    follows = parcel.event_type in _FOLLOWING and parcel.config.get("tells_new_leads") and not parcel.text
    lead: Mapping[str, Any] = parcel.data.get("lead") or {}
    return f"Re: New lead: {name_of(lead)}" if follows and lead.get("id") else summary.title


def _thread(message: EmailMessage, lead_id: str) -> None:
    """Let a lead's mails stand together: each answers one that was never sent (RFC 5322, section 3.6.4)."""
    domain = str(message["Message-ID"]).rpartition("@")[2].rstrip(">")
    first = f"<lead.{one_line(lead_id)[:100].replace(' ', '')}@{domain}>"
    message["In-Reply-To"] = first
    message["References"] = first


def _sender(mail_from: str) -> Address:
    name, address = parseaddr(one_line(mail_from or "leadsbot@localhost"))
    user, _, domain = (valid(address) or address).rpartition("@")
    return Address(name, user, domain)


def _plain(summary: Summary, entries: Sequence[Entry], foot: str, leave: str) -> str:
    facts = "\n".join(f"{label}: {value}" for label, value in summary.facts)
    leads = "\n\n".join("\n".join(filter(None, (entry.line, entry.link))) for entry in entries)
    below = "\n".join(filter(None, ("-- ", foot, leave and f"No more of these: {leave}")))
    return "\n\n".join(filter(None, (summary.title, facts, leads, summary.message, summary.link, below))) + "\n"


def _glimpse(subject: str, summary: Summary, entries: Sequence[Entry]) -> str:
    """Give what lists of mails and phones show beside the subject, which is what the HTML begins with: what is new, in
    place of the subject once more."""
    told = [summary.title] if not subject.startswith(summary.title[:_SUBJECT]) else []
    said = one_line(summary.message) if not entries else ", ".join(entry.name for entry in entries)
    reach = [value for label, value in summary.facts if label in ("Email", "Phone")]
    figures = [f"{label}: {value}" for label, value in summary.facts[:2]]
    return " · ".join(filter(None, (*told, said[:_GLIMPSE], *(reach or figures))))


def _html(summary: Summary, entries: Sequence[Entry], foot: str, leave: str, glimpse: str, *, pictured: bool) -> str:
    return _environment.get_template("alert.html").render(
        glimpse=glimpse,
        title=summary.title,
        message=summary.message,
        facts=list(_linked(summary.facts)),
        entries=[(entry.name, " · ".join(entry.details), _web(entry.link)) for entry in entries],
        link=_web(summary.link),
        opens=summary.opens,
        foot=foot,
        leave=leave,
        picture=f"cid:{_PICTURE}" if pictured else "",
        shows=summary.chart["title"] if summary.chart else "",
    )


def _linked(facts: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    """Give each fact with where pressing it leads: never elsewhere than it says."""
    for label, value in facts:
        yield label, value, _address_of(label, value)


def _address_of(label: str, value: str) -> str:
    if label == "Email" and valid(value):
        return f"mailto:{quote(value, safe='@')}"
    if label == "Phone":
        digits = "".join(filter(str.isdecimal, value))
        return f"tel:{'+' if value.startswith('+') else ''}{digits}" if digits.isascii() and digits else ""
    return _web(value)


def _web(value: str | None) -> str:
    try:
        parts = urlsplit(value or "")
    except ValueError:
        return ""
    return str(value) if parts.scheme in _WEB and parts.netloc else ""
