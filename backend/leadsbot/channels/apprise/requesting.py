"""What Apprise's plugins get instead of `requests`: the same calls, held to the service's own hosts.

No proxy, password file or certificate bundle of the environment is used, redirects are answers, addresses are judged,
and an exchange ends at its deadline. What the service answered is kept, since Apprise itself only says yes or no.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import monotonic
from types import ModuleType
from typing import Any, Final
from urllib.parse import urlsplit

import requests

from leadsbot.channels.apprise.services import Service
from leadsbot.outbound import is_public

CONNECT_SECONDS: Final = 5.0
READ_SECONDS: Final = 10.0
MAX_BODY: Final = 64 * 1024
_PIECE: Final = 8 * 1024
_METHODS: Final = ("get", "post", "put", "patch", "delete", "head", "options")


@dataclass(slots=True)
class Exchange:
    """One message's requests: to whom they may go, until when (`monotonic()`, s), and what came of the last of them.

    `rehearsal`: nothing is sent; `asked` then has where it would have gone.
    """

    service: Service
    deadline: float
    anywhere: bool = False
    rehearsal: bool = False
    asked: list[str] = field(default_factory=list)
    elsewhere: bool = False
    status: int | None = None
    body: bytes = b""
    retry_after: str = ""
    trouble: str = ""


_UNDER_WAY: ContextVar[Exchange] = ContextVar("exchange")


@contextmanager
def exchanging(exchange: Exchange) -> Iterator[None]:
    """Let the plugins' requests of this thread belong to `exchange`."""
    token = _UNDER_WAY.set(exchange)
    try:
        yield
    finally:
        _UNDER_WAY.reset(token)


def hold(module: ModuleType) -> None:
    """Give a plugin's module our requests."""
    if not isinstance(module.requests, _Requests):
        module.requests = _Requests()  # type: ignore[attr-defined]


class _Requests:
    """All of `requests`, but for what sends."""

    def __getattr__(self, name: str) -> Any:
        if name in _METHODS:
            return lambda url, *args, **more: _request(name, url, *args, **more)
        return {"request": _request}.get(name) or _harmless(name)


def _harmless(name: str) -> Any:
    if name in ("Session", "session", "sessions", "api"):
        raise AttributeError(f"requests.{name} is not for plugins here")
    return getattr(requests, name)


def at_home(service: Service, url: str) -> bool:
    """Tell whether a request goes to the service's own host. An address that different readers understand differently,
    as those with a backslash or a name before the host, goes nowhere.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 443
    except ValueError:
        return False
    plain = parts.netloc.lower() in (host, f"{host}:{port}")
    return plain and parts.scheme == "https" and port == 443 and service.owns(host)


def _request(method: str, url: str, data: Any = None, json: Any = None, **more: Any) -> requests.Response:
    exchange = _UNDER_WAY.get()
    exchange.asked.append(url)
    parts = urlsplit(url)
    exchange.elsewhere = exchange.elsewhere or not (exchange.anywhere or at_home(exchange.service, url))
    if exchange.elsewhere or exchange.rehearsal:
        raise requests.exceptions.ConnectionError("not sent")
    try:
        return _send(exchange, method, url, data, json, more)
    except requests.RequestException as error:
        exchange.status, exchange.trouble = None, _words(error, parts.hostname or "")
        raise


def _send(exchange: Exchange, method: str, url: str, data: Any, json: Any, more: dict[str, Any]) -> requests.Response:
    left = exchange.deadline - monotonic()
    if left <= 0:
        raise requests.exceptions.ReadTimeout("too late")
    if not exchange.anywhere:
        _judge(urlsplit(url).hostname or "")
    own = {name: more[name] for name in ("headers", "params", "auth", "cookies") if name in more}
    timeout = (min(CONNECT_SECONDS, left), min(READ_SECONDS, left))
    with requests.Session() as session:
        session.trust_env = False
        response = session.request(
            method, url, data=data, json=json, **own, timeout=timeout, allow_redirects=False, verify=True, stream=True
        )
        _read(exchange, response)
    exchange.status, exchange.body, exchange.trouble = response.status_code, response.content, ""
    exchange.retry_after = response.headers.get("Retry-After", "")
    return response


def _read(exchange: Exchange, response: requests.Response) -> None:
    """Read the answer, so much of it and so long."""
    body = b""
    for piece in response.iter_content(_PIECE):
        body += piece
        if len(body) >= MAX_BODY or monotonic() > exchange.deadline:
            break
    response._content = body[:MAX_BODY]
    response._content_consumed = True
    response.close()


def _judge(host: str) -> None:
    """Refuse a name that leads inside; the hosts are the services' own, so this guards against a broken resolver."""
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)}
    except OSError as error:
        raise requests.exceptions.ConnectionError(f"The name {host} can't be found.") from error
    if not all(map(is_public, found)):
        raise requests.exceptions.ConnectionError(f"{host} leads to a private address.")


def _words(error: requests.RequestException, host: str) -> str:
    """Say what happened without the address, which may hold a secret."""
    if isinstance(error, requests.exceptions.Timeout):
        return f"{host} took too long."
    if isinstance(error, requests.exceptions.SSLError):
        return f"{host} shows a certificate that can't be trusted."
    return f"{host} can't be reached."
