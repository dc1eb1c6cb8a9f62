"""Many visitors at once, over HTTP, each keeping to what the server said."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from e2e.support.waiting import PATIENCE_S
from e2e.support.wire import Submission

CONNECTIONS = 16


class Load:
    """Sends submissions over `CONNECTIONS` connections between `with` and its end, which waits for all of them.

    A connection ends with the work, of which there may be no end, or with the server. `answers` has the status of every
    answer by email.
    """

    def __init__(self, events_url: str, submissions: Iterable[Submission], origin: str | None = None) -> None:
        self.answers: dict[str, int] = {}
        self._headers = {"content-type": "text/plain"} | ({"origin": origin} if origin else {})
        self._url = urlsplit(events_url)
        self._left = iter(submissions)
        self._news = threading.Condition()
        self._pool = ThreadPoolExecutor(CONNECTIONS)

    def __enter__(self) -> Self:
        self._work = [self._pool.submit(self._connection) for _ in range(CONNECTIONS)]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown()
        for work in self._work:
            work.result()

    def acknowledged(self) -> set[str]:
        """Give the emails of those that were answered with 202."""
        with self._news:
            return {email for email, status in self.answers.items() if status == 202}

    def wait_for(self, count: int) -> None:
        """Wait until so many were answered."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.answers) >= count, PATIENCE_S), self.answers

    def _connection(self) -> None:
        assert self._url.hostname
        connection = http.client.HTTPConnection(self._url.hostname, self._url.port, timeout=PATIENCE_S)
        # The server dies under us: whoever has no answer knows nothing, and stops.
        with closing(connection), suppress(OSError, http.client.HTTPException):
            while submission := self._next():
                self._send(connection, submission)

    def _next(self) -> Submission | None:
        with self._news:
            return next(self._left, None)

    def _send(self, connection: http.client.HTTPConnection, submission: Submission) -> None:
        connection.request("POST", self._url.path, submission.body, self._headers)
        answer = connection.getresponse()
        answer.read()
        with self._news:
            self.answers[submission.email] = answer.status
            self._news.notify_all()
