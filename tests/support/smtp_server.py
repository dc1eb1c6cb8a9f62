"""A mail server that takes what it is sent, or refuses as the test scripts it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Awaitable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.waiting import PATIENCE_S


@dataclass(frozen=True)
class Mail:
    """One delivered message: the envelope, the raw bytes, the message they parse to, and whom its sender said to be."""

    sender: str
    recipients: list[str]
    raw: bytes
    tls: bool
    greeting: str = ""

    @property
    def message(self) -> EmailMessage:
        """The parsed message, by the modern policy."""
        return message_from_bytes(self.raw, policy=policy.default)


class SmtpServer:
    """Listens on 127.0.0.1 at a free port between `with` and its end. `login` makes it insist on a user and password.

    With `tls` it offers STARTTLS, or speaks TLS from the start where `implicit` is true. Without `utf8` it knows no
    addresses beyond ASCII (RFC 6531).
    """

    def __init__(
        self,
        *,
        login: tuple[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        mails_per_connection: int | None = None,
        utf8: bool = True,
    ) -> None:
        self.mails: list[Mail] = []
        self.mails_per_connection, self.implicit = mails_per_connection, implicit
        self.changed = threading.Condition()
        self._refused: dict[str, str] = {}
        self._refuse_data: str | None = None
        self._refuse_sender: str | None = None
        options: dict[str, Any] = {"ssl_context": tls} if implicit else {"tls_context": tls}
        if login:
            options |= {"authenticator": _authenticator(*login), "auth_require_tls": False}
        self.login = login
        options["enable_SMTPUTF8"] = utf8
        self._controller = _Controller(_Handler(self), **options)
        self.port = self._controller.port
        scheme = "smtps" if implicit else "smtp"
        self.url = f"{scheme}://{':'.join(login) + '@' if login else ''}127.0.0.1:{self.port}"

    def refuse(self, recipient: str, reply: str = "550 5.1.1 no such user") -> None:
        """Refuse a recipient with this reply from now on."""
        self._refused[recipient] = reply

    def refuse_mail(self, reply: str | None = "554 5.7.1 message refused") -> None:
        """Refuse every message's content with this reply from now on; None takes them again."""
        self._refuse_data = reply

    def refuse_sender(self, reply: str = "553 5.1.8 bad sender") -> None:
        """Refuse every sender with this reply from now on."""
        self._refuse_sender = reply

    def accept(self, recipient: str) -> None:
        """Take mail for a recipient again."""
        self._refused.pop(recipient, None)

    def wait_for(self, count: int, timeout: float = PATIENCE_S) -> list[Mail]:
        """Give the first `count` messages once they have arrived. Fails after `timeout` seconds."""
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.mails) >= count, timeout):
                raise AssertionError(f"{len(self.mails)} of {count} messages arrived within {timeout:g} s")
            return self.mails[:count]

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()


class Doorman:
    """Greets whoever comes with `greeting` and closes the door; without one it says nothing and keeps it open."""

    def __init__(self, greeting: bytes | None) -> None:
        self._greeting = greeting
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._let_in: list[socket.socket] = []
        self.port = int(self._listening.getsockname()[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._stand, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each in (self._listening, *self._let_in):
            each.close()

    def _stand(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                guest, _ = self._listening.accept()
                self._let_in.append(guest)
                if self._greeting is not None:
                    guest.sendall(self._greeting)
                    guest.shutdown(socket.SHUT_RDWR)


class Dropout(Doorman):
    """Takes part up to a command (`.` ends the mail), then hangs up, or says nothing more where it `hangs`."""

    def __init__(self, command: str, *, hangs: bool) -> None:
        super().__init__(None)
        self._command, self._hangs = command, hangs
        self.mails: list[EmailMessage] = []

    def _stand(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                guest, _ = self._listening.accept()
                self._let_in.append(guest)
                self._talk(guest)
                if not self._hangs:
                    guest.shutdown(socket.SHUT_RDWR)

    def _talk(self, guest: socket.socket) -> None:
        lines = guest.makefile("rb")
        guest.sendall(b"220 here\r\n")
        for line in lines:
            command = line.split()[0].decode().upper()
            if command == self._command:
                return
            guest.sendall(b"354 go on\r\n" if command == "DATA" else b"250 fine\r\n")
            if command == "DATA":
                raw = b"".join(iter(lines.readline, b".\r\n"))
                self.mails.append(message_from_bytes(raw, policy=policy.default))
                if self._command == ".":
                    return
                guest.sendall(b"250 taken\r\n")


class _Handler:
    def __init__(self, server: SmtpServer) -> None:
        self._to = server

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._to.login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if self._to._refuse_sender:
            return self._to._refuse_sender
        most = self._to.mails_per_connection
        if most is not None and getattr(session, "taken", 0) >= most:
            return "421 4.7.0 enough for this connection"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self._to._refused:
            return self._to._refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self._to._refuse_data:
            return self._to._refuse_data
        raw = cast(bytes, envelope.content)
        sender, greeting = envelope.mail_from or "", session.host_name or ""
        encrypted = self._to.implicit or session.ssl is not None
        mail = Mail(sender, list(envelope.rcpt_tos), raw, encrypted, greeting)
        session.taken = getattr(session, "taken", 0) + 1  # type: ignore[attr-defined]
        with self._to.changed:
            self._to.mails.append(mail)
            self._to.changed.notify_all()
        return "250 OK"


def _authenticator(user: str, password: str) -> Any:
    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
        right = (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=right, handled=False)  # not handled: aiosmtpd itself says 235 or 535

    return check


class _Controller(Controller):
    """Keeps the port that the system chose: one that was looked for and let go of may be somebody else's."""

    def __init__(self, handler: Any, **options: Any) -> None:
        self._listening = socket.socket()
        self._listening.bind(("127.0.0.1", 0))
        port = int(self._listening.getsockname()[1])
        super().__init__(handler, hostname="127.0.0.1", port=port, ready_timeout=PATIENCE_S, **options)

    def _create_server(self) -> Awaitable[asyncio.AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self._listening, ssl=self.ssl_context)
