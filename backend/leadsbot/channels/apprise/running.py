"""Apprise itself: loaded when it is first needed, and run on threads of its own, since it waits in place."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from time import monotonic
from typing import Any, Final, NamedTuple, TypeVar

from leadsbot.channels.apprise.services import CARD_ROOM, CARDS, FORBIDDEN_WORDS, SERVICES, WARNED, Service

THREADS: Final = 32
"""Made as they are needed: so many messages of slow services at once hold up nobody else's."""
SECONDS: Final = 30.0

T = TypeVar("T")


class Room(NamedTuple):
    """How many characters of text a service takes, whether a title stands beside it, and whether it is a card."""

    text: int
    titled: bool
    card: bool


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="apprise")


def schema_of(url: str) -> str:
    """Give an address's service as Apprise names it."""
    return url.partition("://")[0].strip().lower()


def forbidden_in(url: str) -> list[str]:
    """Give the words that an address may not have and has, as Apprise itself reads them: `;` parts them as `&` does,
    and blanks around them count for nothing.
    """
    read = import_module("apprise.utils.parse").parse_url(url, verify_host=False) or {}
    return sorted({word.lstrip("+-:").strip() for word in read.get("qsd", ())} & FORBIDDEN_WORDS)


async def room(url: str) -> Room:
    """Give how much an address's service takes. Raises ValueError where the address is not complete."""
    return await _in_thread(lambda: _room(url))


async def notify(url: str, title: str, body: str, *, card: bool = False, anywhere: bool) -> tuple[bool, Any]:
    """Send a message; gives whether Apprise is content, and the exchange. A thread that is late ends by itself at its
    exchange's deadline. A `card` is markup that is ready. Raises TimeoutError, and ValueError where the address is not
    complete.
    """
    service, deadline = SERVICES[schema_of(url)], monotonic() + SECONDS
    body_format = "markdown" if card else "text"
    return await _in_thread(
        lambda: _notify(url, title, body, service, body_format, deadline=deadline, anywhere=anywhere)
    )


async def _in_thread(work: Callable[[], T]) -> T:
    context = contextvars.copy_context()
    async with asyncio.timeout(SECONDS + 1):
        return await asyncio.get_running_loop().run_in_executor(_threads(), lambda: context.run(work))


def rehearse(url: str) -> tuple[bool, list[str]]:
    """Give whether all requests of a message would go to the service's own hosts, and where they would go.

    Nothing is sent. Raises ValueError where the address is not complete. Loads Apprise: a fifth of a second, once.
    """
    service = SERVICES[schema_of(url)]
    _, exchange = _notify(url, "Title", "Body", service, "text", deadline=monotonic() + SECONDS, rehearsal=True)
    return not exchange.elsewhere, exchange.asked


def _room(url: str) -> Room:
    schema = schema_of(url)
    plugin = _plugin(url, SERVICES[schema])
    if schema in CARDS:
        return Room(CARD_ROOM, titled=False, card=True)
    formats = plugin.notify_format if isinstance(plugin.notify_format, tuple) else (plugin.notify_format,)
    # Where Apprise makes markup of the text, it escapes first and cuts afterwards.
    most = plugin.body_maxlen if "text" in formats else plugin.body_maxlen // 2
    return Room(most, titled=plugin.title_maxlen > 0, card=False)


def _notify(url: str, title: str, body: str, service: Service, body_format: str, **more: Any) -> tuple[bool, Any]:
    from leadsbot.channels.apprise.requesting import Exchange, exchanging

    plugin, exchange = _plugin(url, service), Exchange(service, **more)
    weight = "warning" if schema_of(url) in WARNED else "info"
    with exchanging(exchange):
        content = bool(plugin.notify(body=body, title=title, notify_type=weight, body_format=body_format))
    return content, exchange


def _plugin(url: str, service: Service) -> Any:
    """Make Apprise's object for an address, and take from it what an address may have set."""
    cls = _class(service.plugin)
    said = None if forbidden_in(url) else cls.parse_url(url)
    try:
        plugin = cls(**said, asset=_asset()) if said else None
    except TypeError as error:  # Apprise's word for an address that lacks something
        raise ValueError("not complete") from error
    if plugin is None:
        raise ValueError("not complete")
    plugin.retry, plugin.wait, plugin.request_rate_per_sec = 0, 0, 0
    plugin.verify_certificate, plugin.overflow_mode = True, "truncate"
    if schema_of(url) in CARDS:
        plugin.body_maxlen = 2 * CARD_ROOM
    return plugin


@cache
def _class(name: str) -> Any:
    """Load one plugin and give it our requests. All of them would be 180 modules."""
    from leadsbot.channels.apprise.requesting import hold

    logging.getLogger("apprise").disabled = True  # it logs addresses, and with them their secrets
    module, _, cls = name.partition(".")
    found = import_module(f"apprise.plugins.{module}")
    hold(found)
    return getattr(found, cls)


@cache
def _asset() -> Any:
    from apprise import AppriseAsset

    return AppriseAsset(
        app_id="LeadsBot",
        app_desc="LeadsBot",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
        storage_mode="memory",
        allow_templates=False,
        interpret_emojis=False,
        interpret_escapes=False,
    )
