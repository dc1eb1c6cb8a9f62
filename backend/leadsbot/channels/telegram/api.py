"""python-telegram-bot over our own outbound client, so that one client, with its limits and checks, holds for all."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from typing import Any

from leadsbot.outbound import Outbound, OutboundError, encode_form

# The library's own switch for `retry_after` as a timedelta; without it every 429 raises a deprecation warning.
os.environ.setdefault("PTB_TIMEDELTA", "1")

from telegram import Bot
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

_SECONDS = 15.0
_MAX_ANSWER = 4 * 1024 * 1024  # a hundred updates of `getUpdates` at their longest stay well below


class OutboundRequest(BaseRequest):
    """Carries one bot's calls. After a call `status` is the HTTP status (None without an answer), and `from_api` tells
    whether the Bot API itself spoke, rather than a proxy on the way.
    """

    __slots__ = ("_destination", "_outbound", "from_api", "status")

    def __init__(self, outbound: Outbound, destination: str) -> None:
        self._outbound = outbound
        self._destination = destination
        self.status: int | None = None
        self.from_api = False

    @property
    def read_timeout(self) -> float:
        return _SECONDS

    async def initialize(self) -> None:
        """Nothing to open: the outbound client belongs to the application."""

    async def shutdown(self) -> None:
        """Nothing to close: the outbound client belongs to the application."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Make the call within `read_timeout` seconds in all (long polling asks for more than the usual 15)."""
        seconds = read_timeout if isinstance(read_timeout, int | float) else _SECONDS
        headers, content = ({}, b"") if request_data is None else _encoded(request_data)
        self.status, self.from_api = None, False
        try:
            answer = await self._outbound.send(
                self._destination,
                method,
                url,
                headers=headers,
                content=content,
                timeout=seconds,
                max_body=_MAX_ANSWER,
                to_trusted=True,
            )
        except OutboundError as error:
            kind = TimedOut if error.reason == "timeout" else NetworkError
            raise kind(error.message) from error
        self.status, self.from_api = answer.status, _is_api_answer(answer.body)
        return answer.status, answer.body

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Decode an answer. The library itself logs each unreadable one with a traceback."""
        try:
            decoded: dict[str, Any] = json.loads(payload.decode(errors="replace"))
        except ValueError:
            raise TelegramError("Invalid server response") from None
        return decoded


def mark_of(token: str) -> str:
    """Tell tokens apart without telling them. The number in front won't do: anybody can write it down before a token
    that isn't that bot's, and must get in nobody's way with it."""
    return hashlib.sha256(token.encode()).hexdigest()[:16]


class PlainBot(Bot):
    """A bot that also gives updates as they are: the library's `get_updates` reads all of them or none."""

    __slots__ = ()

    async def told(self, offset: int | None, wait: int, kinds: Sequence[str]) -> list[dict[str, Any]]:
        """Ask for updates from `offset` on, of these kinds, waiting for up to `wait` seconds for one. Raises
        TelegramError."""
        asked = {"offset": offset, "timeout": wait, "allowed_updates": list(kinds)}
        found = await self._post("getUpdates", asked, read_timeout=wait + _SECONDS)
        return found if isinstance(found, list) else []


def make_bot(token: str, api_base: str, request: OutboundRequest) -> PlainBot:
    """Give a bot whose calls go to the Bot API server at `api_base` through `request`."""
    base = api_base.rstrip("/")
    return PlainBot(
        token,
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        request=request,
        get_updates_request=request,
    )


def _encoded(data: RequestData) -> tuple[dict[str, str], bytes]:
    return encode_form(data.json_parameters, data.multipart_data)


def _is_api_answer(body: bytes) -> bool:
    try:
        return "ok" in json.loads(body)
    except (ValueError, TypeError):
        return False
