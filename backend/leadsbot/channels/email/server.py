"""Handing mails to the operator's server, and what its replies mean."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from leadsbot.channels.base import DeliveryFailed, Receipt, note, one_line
from leadsbot.channels.email.addresses import valid

SECONDS = 40.0  # mail servers greet and check slowly on purpose; RFC 5321 §4.5.3.2 would allow minutes
GOODBYE_SECONDS = 2.0  # everything is said by then

Reply = tuple[int, str]


@dataclass(slots=True)
class Posted:
    """What the server said, by recipient. `failure` is what ended it before everybody had their turn."""

    taken: dict[str, str] = field(default_factory=dict)
    refused: dict[str, Reply] = field(default_factory=dict)
    failure: DeliveryFailed | None = None

    def knows(self, to: str) -> bool:
        """Tell whether the server has said something of this recipient."""
        return to in self.taken or to in self.refused


async def post_each(mails: Mapping[str, EmailMessage], smtp_url: str) -> Posted:
    """Hand over one mail for each recipient, on as few connections as the server allows. Raises nothing."""
    posted = Posted()
    try:
        async with asyncio.timeout(SECONDS):
            while left := {to: mail for to, mail in mails.items() if not posted.knows(to)}:
                await _go_on(left, smtp_url, posted)
    except (SMTPException, OSError, ValueError) as error:  # a TimeoutError is an OSError
        if not all(map(posted.knows, mails)):
            posted.failure = failure_of(error, smtp_url)
    return posted


async def post(message: EmailMessage, recipients: Sequence[str], smtp_url: str) -> Receipt:
    """Hand over one message for several. Raises DeliveryFailed; permanent where all are refused for good."""
    posted = await post_each(dict.fromkeys(recipients, message), smtp_url)
    if posted.failure:
        raise posted.failure
    codes = [code for code, _ in posted.refused.values()]
    if codes and (not posted.taken or min(codes) < 500):
        raise DeliveryFailed(told(posted.refused), status_code=min(codes), permanent=min(codes) >= 500)
    said = told(posted.refused) or next(iter(posted.taken.values()), "")
    return Receipt(250, note(said.encode()), {"message_id": str(message["Message-ID"])})


async def problem_with(smtp_url: str, sender: str, seconds: float = SECONDS) -> str:
    """Sign in to the server and name the sender, but send nothing. Give what is wrong, or an empty text."""
    sender = valid(sender) or sender
    client = SMTP(timeout=seconds, local_hostname=own_name(sender.rpartition("@")[2]), **server_of(smtp_url))
    try:
        async with asyncio.timeout(seconds):
            await client.connect()
            await _name_sender(client, sender)
            await client.quit()
    except (SMTPException, OSError, ValueError) as error:
        return failure_of(error, smtp_url, seconds).message
    finally:
        client.close()
    return ""


async def _name_sender(client: SMTP, sender: str) -> None:
    if sender.isascii():
        await client.mail(sender)
    elif client.supports_extension("smtputf8"):
        await client.mail(sender, options=["SMTPUTF8"], encoding="utf-8")
    else:
        raise SMTPSenderRefused(553, "It knows no addresses beyond ASCII.", sender)


async def _go_on(mails: Mapping[str, EmailMessage], smtp_url: str, posted: Posted) -> None:
    """Hand over what one connection takes: many servers hang up after so many mails, some after each."""
    [sender] = next(iter(mails.values()))["From"].addresses
    client = SMTP(timeout=SECONDS, local_hostname=own_name(sender.domain), **server_of(smtp_url))
    before = len(posted.taken)
    try:
        await client.connect()
        for to, message in mails.items():
            await _hand_over(client, to, message, posted)
        with suppress(SMTPException, OSError):
            await client.quit(timeout=GOODBYE_SECONDS)
    except (SMTPException, OSError):
        if len(posted.taken) == before:
            raise
    finally:
        client.close()


async def _hand_over(client: SMTP, to: str, message: EmailMessage, posted: Posted) -> None:
    try:
        _, said = await client.send_message(message, recipients=[to])
    except SMTPRecipientsRefused as error:
        [refused] = error.recipients
        posted.refused[to] = (refused.code, refused.message)
    except SMTPDataError as error:
        posted.refused[to] = (error.code, error.message)
    except SMTPNotSupported as error:  # letters beyond ASCII before the @, which few servers take (RFC 6531)
        if to.isascii():
            raise SMTPSenderRefused(553, str(error), str(message["From"])) from error
        posted.refused[to] = (550, str(error))
    else:
        posted.taken[to] = one_line(said)[:200]
        return
    if posted.refused[to][0] == 421:  # RFC 5321 §3.8: it hangs up, whoever the mail was for
        raise SMTPResponseException(*posted.refused.pop(to))


def server_of(url: str) -> dict[str, Any]:
    """Read `smtp://user:password@host:port?starttls=1` or `smtps://…` into aiosmtplib's arguments.

    `starttls=1` insists on encryption, `0` does without it, nothing takes it where the server offers it; but a password
    that leaves this machine goes encrypted unless it says `0`, since whoever is on the way could hide the offer.
    """
    parts = urlsplit(url)
    wish = parse_qs(parts.query).get("starttls", [""])[0].lower()
    implicit = parts.scheme == "smtps"
    unsaid = True if parts.username and not _is_here(parts.hostname or "localhost") else None
    return {
        "hostname": parts.hostname or "localhost",
        "port": parts.port,
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "use_tls": implicit,
        "start_tls": False if implicit else {"1": True, "true": True, "0": False, "false": False}.get(wish, unsaid),
    }


def own_name(domain: str) -> str:
    """Give what to call ourselves: the sender's domain, by which relays such as Google's know who may send.

    Asking the system for its name may wait for DNS, and in a container gives a name that nobody knows. RFC 5321 §4.1.4:
    who has no name of that kind says an address.
    """
    try:
        name = domain.encode("idna").decode("ascii")
    except UnicodeError:
        name = ""
    return name if "." in name.strip(".") else "[127.0.0.1]"


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def told(replies: Mapping[str, Reply]) -> str:
    """Say who was refused, and how."""
    words = (f"{to} was refused ({code}): {one_line(reply)[:200]}" for to, (code, reply) in replies.items())
    return "; ".join(words)


def failure_of(error: Exception, smtp_url: str, seconds: float = SECONDS) -> DeliveryFailed:
    """Give the failure that an error amounts to. Whatever is the server's or the operator's fault is tried again: the
    mail may go out once that is put right. No secret of `smtp_url` is told."""
    parts = urlsplit(smtp_url)
    server = f"The mail server {parts.hostname or 'localhost'}"
    if isinstance(error, SMTPAuthenticationError):
        message = "The mail server doesn't accept the user name and password in LEADSBOT_SMTP_URL"
        return DeliveryFailed(f"{message} ({error.code}): {_said(error)}", status_code=error.code)
    if isinstance(error, SMTPSenderRefused) and error.code >= 500:
        message = f"{server} doesn't accept the sender in LEADSBOT_MAIL_FROM ({error.code}): {_said(error)}"
        return DeliveryFailed(message, status_code=error.code)
    if isinstance(error, SMTPResponseException):
        return DeliveryFailed(f"{server} answered {error.code}: {_said(error)}", status_code=error.code)
    if isinstance(error, TimeoutError):
        return DeliveryFailed(f"{server} took longer than {seconds:g} seconds.")
    if why := _tls(error):
        return DeliveryFailed(f"{server} {why}")
    if isinstance(error, SMTPException) and "STARTTLS extension" in str(error):
        insists = "insists on it" if "starttls=" in parts.query else "has a password, which isn't sent without it"
        advice = f"but LEADSBOT_SMTP_URL {insists}. Ask its operator, or set starttls=0 to do without."
        return DeliveryFailed(f"{server} offers no encryption, {advice}")
    if isinstance(error, SMTPException) and "AUTH extension" in str(error):
        advice = "leave them out of LEADSBOT_SMTP_URL, or reach it with encryption (starttls=1 or smtps://)."
        return DeliveryFailed(f"{server} takes no user name and password this way: {advice}")
    return DeliveryFailed(f"{server} can't be reached: {one_line(_root(error))[:200] or type(error).__name__}")


def _said(error: SMTPResponseException) -> str:
    return one_line(error.message)[:200]


def _tls(error: BaseException) -> str:
    """Say what is wrong with the encryption, or nothing where the error isn't about that."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"shows a certificate that can't be trusted: {cause.verify_message}."
        if isinstance(cause, ssl.SSLError):
            return "and this one found no common way to encrypt. smtps:// is for encryption from the start (port 465)."
        cause = cause.__cause__ or cause.__context__
    return ""


def _root(error: BaseException) -> BaseException:
    cause = error.__cause__
    return _root(cause) if isinstance(cause, OSError) else error
