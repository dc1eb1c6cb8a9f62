"""What comes back over a connection: answers to what was asked, and nothing else."""

from __future__ import annotations

import functools
from typing import Any, Final

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import RawResponseMessage
from aiohttp.streams import StreamReader

_HEAD_ENDS: Final = b"\r\n\r\n"


class Connector(aiohttp.TCPConnector):
    """Listens to each of its connections as `Answers` does."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        listening: Any = functools.partial(Answers, loop=self._loop)
        self._factory = listening


class Answers(ResponseHandler):
    """Reads one answer to each request.

    aiohttp would keep whatever else comes over a connection that nobody uses, as much as there is of it. And it would
    take an answer for none where what follows its head is broken and came at once, as words behind a 204 do.
    """

    _answered = True

    def set_response_params(self, **params: Any) -> None:
        """Wait for the answer to a request that is about to leave."""
        self._answered = False
        super().set_response_params(**params)

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        """Take the head of an answer, or of an interim one (RFC 9110, section 15.2)."""
        self._answered = data[0].code >= 200
        super().feed_data(data, size)

    def data_received(self, data: bytes) -> None:
        """Take what has come, a head before what follows it; what nobody asked for ends the connection."""
        head, mark, rest = data.partition(_HEAD_ENDS)
        for part in filter(None, (head + mark, rest)):
            if self._answered and (self._payload is None or self._payload.is_eof()):
                self.force_close()
                self.close()
            elif self.exception() is None:
                super().data_received(part)
        if self.exception() is not None and self._payload is not None:
            self._payload.set_exception(aiohttp.ClientPayloadError())  # else it would be waited for
