"""Somebody's webhook endpoint: records what arrives, byte for byte, and answers as the test scripts it."""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from standardwebhooks import Webhook

from tests.support.http_thread import Answer, HttpThread
from tests.support.waiting import PATIENCE_S

__all__ = ["Answer", "Received", "WebhookReceiver"]


@dataclass(frozen=True)
class Received:
    """One request as it came: `body` is raw, `headers` have lower-case names."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)

    def verify(self, secret: str) -> None:
        """Check both signatures as a receiver would. Raises when one is wrong or missing."""
        Webhook(secret).verify(self.body, dict(self.headers))
        plain = hmac.new(secret.encode(), self.body, hashlib.sha256).hexdigest()
        shown = [value for name, value in self.headers.items() if name.startswith("x-leadsbot-signature")]
        if not any(hmac.compare_digest(plain, signature) for signature in shown):
            raise AssertionError("X-LeadsBot-Signature does not match the body")


class WebhookReceiver(HttpThread):
    """Answers 204 unless told otherwise: `always()` from now on, `next()` for the coming requests in turn."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(tls)
        self.url = f"{self.base_url}/hook"
        self.requests: list[Received] = []
        self._always = Answer(204)
        self._scripted: deque[Answer] = deque()

    def always(self, answer: Answer) -> None:
        """Answer every request for which nothing is scripted with `answer`."""
        self._always = answer

    def next(self, *answers: Answer) -> None:
        """Answer the coming requests with these, one each."""
        self._scripted.extend(answers)

    def wait_for(self, count: int, timeout: float = PATIENCE_S) -> list[Received]:
        """Give the first `count` requests once they have arrived. Fails after `timeout` seconds."""
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.requests) >= count, timeout):
                raise AssertionError(f"{len(self.requests)} of {count} requests arrived within {timeout:g} s")
            return self.requests[:count]

    def verify(self, secret: str, index: int = -1) -> Any:
        """Check the signatures of a request, the latest by default, and give its decoded body."""
        self.requests[index].verify(secret)
        return self.requests[index].json

    def reply(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        with self.changed:
            self.requests.append(Received(method, path, headers, body))
            self.changed.notify_all()
            return self._scripted.popleft() if self._scripted else self._always
