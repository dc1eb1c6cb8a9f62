"""Alerts by mail, through the operator's SMTP server.

The server's address comes from the operator's settings, never from a user, so it needs no check of where it leads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html import escape
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib
from aiosmtplib import SMTPAuthenticationError, SMTPException, SMTPRecipientsRefused, SMTPResponseException
from email_validator import EmailNotValidError, validate_email

from leadsbot import __version__, clock
from leadsbot.channels.base import DeliveryFailed, Parcel, Receipt, Summary, note, one_line, summarize
from leadsbot.errors import InvalidInput
from leadsbot.outbound import Outbound

MAX_RECIPIENTS = 20
_SUBJECT = 200
_SECONDS = 30.0  # mail servers greet and check slowly on purpose; RFC 5321 §4.5.3.2 would allow minutes


class Email:
    """Config: `to`, a list of addresses; routing adds `smtp_url` and `mail_from`."""

    kind = "email"
    label = "Email"

    def check_config(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Check the addresses by their form, and drop repeats; whether a mailbox exists only its server knows."""
        given = config.get("to")
        listed = [given] if isinstance(given, str) else given
        if not isinstance(listed, list) or not 1 <= len(listed) <= MAX_RECIPIENTS:
            message = f"Say who gets the mail: between one and {MAX_RECIPIENTS} addresses."
            raise InvalidInput(message, fields=["config.to"])
        return {"to": list(dict.fromkeys(map(_checked_address, listed)))}

    def destination(self, config: Mapping[str, Any]) -> str:
        return ", ".join(config["to"])

    async def send(self, parcel: Parcel, outbound: Outbound) -> Receipt:
        """Send one message to all recipients.

        Where some are refused for now (greylisting, RFC 6647) the whole message is tried again, under the same
        Message-ID so that mail programs know it: twice for one is better than never for another. Where some are refused
        for good and others took it, the receipt's note names them.
        """
        if not parcel.config.get("smtp_url"):
            raise DeliveryFailed("This server can't send mail yet. Set LEADSBOT_SMTP_URL.")
        return await post(compose(parcel), list(parcel.config["to"]), str(parcel.config["smtp_url"]))


async def post(message: EmailMessage, recipients: Sequence[str], smtp_url: str) -> Receipt:
    """Hand a message to the mail server. Raises DeliveryFailed; what it means that some are refused: see `send()`."""
    try:
        async with asyncio.timeout(_SECONDS):
            refused, said = await aiosmtplib.send(
                message, recipients=list(recipients), timeout=_SECONDS, **server_of(smtp_url)
            )
    except SMTPRecipientsRefused as error:
        replies = {each.recipient: (each.code, each.message) for each in error.recipients}
        raise _refused(replies) from error
    except (SMTPException, OSError) as error:  # a TimeoutError is an OSError
        raise _failure(error) from error
    replies = {address: (reply.code, reply.message) for address, reply in refused.items()}
    if any(code < 500 for code, _ in replies.values()):
        raise _refused(replies)
    return Receipt(250, note((_told(replies) or said).encode()), {"message_id": str(message["Message-ID"])})


def compose(parcel: Parcel) -> EmailMessage:
    """Give the mail for a parcel: text with an HTML alternative, a reply going to the lead."""
    summary = summarize(parcel)
    message = begun(parcel.config["to"], summary.title, str(parcel.config.get("mail_from") or ""), parcel.delivery_id)
    if reply_to := _valid((parcel.data.get("lead") or {}).get("email")):
        message["Reply-To"] = reply_to
    message.set_content(_plain(summary))
    message.add_alternative(_html(summary), subtype="html")
    return message


def begun(to: Sequence[str], subject: str, mail_from: str, message_id: str) -> EmailMessage:
    """Give a message with its headers, to be filled; one sent again under the same id is known by mail programs."""
    message = EmailMessage(policy=SMTP)
    sender = _sender(mail_from or "leadsbot@localhost")
    message["From"] = sender
    message["To"] = ", ".join(to)
    message["Subject"] = one_line(subject)[:_SUBJECT]
    message["Date"] = format_datetime(clock.to_datetime(clock.now()))
    message["Message-ID"] = f"<{message_id}@{sender.domain or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: out-of-office replies stay away
    message["X-Mailer"] = f"LeadsBot/{__version__}"
    return message


def _plain(summary: Summary) -> str:
    facts = "\n".join(f"{label}: {value}" for label, value in summary.facts)
    return "\n\n".join(filter(None, (summary.title, facts, summary.message, summary.link))) + "\n"


def _html(summary: Summary) -> str:
    cell = 'style="padding:2px 12px 2px 0;vertical-align:top"'
    rows = "".join(
        f"<tr><td {cell}>{escape(label)}</td><td {cell}><strong>{escape(value)}</strong></td></tr>"
        for label, value in summary.facts
    )
    parts = [f'<h1 style="font-size:18px">{escape(summary.title)}</h1>', f"<table>{rows}</table>"]
    if summary.message:
        parts.append(f'<p style="white-space:pre-wrap">{escape(summary.message)}</p>')
    if summary.link and urlsplit(summary.link).scheme in ("http", "https"):
        parts.append(f'<p><a href="{escape(summary.link)}">{escape(summary.opens)}</a></p>')
    return f'<!doctype html><html><body style="font-family:sans-serif">{"".join(parts)}</body></html>\n'


def server_of(url: str) -> dict[str, Any]:
    """Read `smtp://user:password@host:port?starttls=1` or `smtps://…` into aiosmtplib's arguments.

    `starttls=1` insists on encryption, `0` does without it, nothing takes it where the server offers it.
    """
    parts = urlsplit(url)
    wish = parse_qs(parts.query).get("starttls", [""])[0].lower()
    implicit = parts.scheme == "smtps"
    return {
        "hostname": parts.hostname or "localhost",
        "port": parts.port,
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "use_tls": implicit,
        "start_tls": False if implicit else {"1": True, "true": True, "0": False, "false": False}.get(wish),
    }


def _sender(mail_from: str) -> Address:
    name, address = parseaddr(one_line(mail_from))
    user, _, domain = address.rpartition("@")
    return Address(name, user, domain)


def _checked_address(value: object) -> str:
    found = _valid(value)
    if found is None:
        shown = one_line(value)[:100]
        raise InvalidInput(f"“{shown}” is not an email address.", fields=["config.to"])
    return found


def _valid(value: object) -> str | None:
    """Give an address in its normal form, or None. Hosts without a dot are fine: they stand on an intranet."""
    if not isinstance(value, str):
        return None
    try:
        found = validate_email(
            value.strip(), check_deliverability=False, globally_deliverable=False, test_environment=True
        )
    except EmailNotValidError:
        return None
    return found.ascii_email or found.normalized  # mail servers know an international domain by its ASCII form


def _refused(replies: Mapping[str, tuple[int, str]]) -> DeliveryFailed:
    codes: Sequence[int] = [code for code, _ in replies.values()]
    return DeliveryFailed(_told(replies), status_code=min(codes), permanent=all(code >= 500 for code in codes))


def _told(replies: Mapping[str, tuple[int, str]]) -> str:
    told = (f"{address} was refused ({code}): {one_line(reply)[:200]}" for address, (code, reply) in replies.items())
    return "; ".join(told)


def _failure(error: Exception) -> DeliveryFailed:
    if isinstance(error, SMTPAuthenticationError):
        # The operator's account is at fault, not this message: it may go out once that is put right.
        message = "The mail server doesn't accept the user name and password in LEADSBOT_SMTP_URL."
        return DeliveryFailed(message, status_code=error.code)
    if isinstance(error, SMTPResponseException):
        said = one_line(error.message)[:200]
        message = f"The mail server refused the message ({error.code}): {said}"
        return DeliveryFailed(message, status_code=error.code, permanent=error.code >= 500)
    if isinstance(error, TimeoutError):
        return DeliveryFailed(f"The mail server took longer than {_SECONDS:g} seconds.")
    return DeliveryFailed(f"The mail server can't be reached: {one_line(error)[:200]}")


CHANNEL = Email()
