"""What stands between the pages and LeadsBot: it notes all that leaves a page for us, and can be out of order."""

from __future__ import annotations

import http.client
import json
import threading
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from e2e.widget.patience import PATIENCE_S
from e2e.widget.serving import Answer, Request, Server

Json = dict[str, Any]
HOP = {"connection", "transfer-encoding", "keep-alive", "content-length"}


class Relay(Server):
    """A proxy in front of a node of LeadsBot, on a site of its own (127.0.0.1; pages are on localhost)."""

    def __init__(self, node_url: str, port: int) -> None:
        self._node = urlsplit(node_url)
        self._gates: dict[str, threading.Event] = {}
        self.reset()
        super().__init__("127.0.0.1", port)

    def reset(self) -> None:
        """Be in order again, with nothing noted."""
        self.requests = []
        self.answered: list[Request] = []
        self.broken: dict[str, int] = {}
        self.loses_answers = False
        self.release()

    def breaks(self, status: int, part: str = "/events") -> None:
        """Answer requests whose path holds `part` with this status, without LeadsBot; `mends()` ends it."""
        self.broken[part] = status

    def mends(self) -> None:
        self.broken = {}

    # `loses_answers`: what LeadsBot took is answered with 502.

    def hold(self, part: str = "/api/") -> None:
        """Keep requests to paths with `part` in them waiting until `release()`: settings and batches, or a file."""
        self._gates[part] = threading.Event()

    def release(self, part: str = "") -> None:
        """Let go on what was held by `part`, all of it when none is named."""
        for held in [part] if part else list(self._gates):
            self._gates.pop(held).set()

    def answer(self, request: Request) -> Answer:
        for part, gate in list(self._gates.items()):
            if part in request.path:
                gate.wait(PATIENCE_S)
        status = next((status for part, status in self.broken.items() if part in request.path), 0)
        if status:
            return Answer(status, b'{"error":"out of order"}', {"access-control-allow-origin": "*"})
        answer = self._forward(request)
        self.answered.append(request)
        lost = self.loses_answers and request.method == "POST"
        return Answer(502, b"", {"access-control-allow-origin": "*"}) if lost else answer

    def _forward(self, request: Request) -> Answer:
        assert self._node.hostname
        with closing(http.client.HTTPConnection(self._node.hostname, self._node.port, timeout=PATIENCE_S)) as node:
            headers = {name: value for name, value in request.headers.items() if name not in HOP}
            try:
                node.request(request.method, request.path, request.body or None, headers)
                answer = node.getresponse()
                kept = {name.lower(): value for name, value in answer.getheaders() if name.lower() not in HOP}
                return Answer(answer.status, answer.read(), kept)
            except OSError:
                return Answer(502)

    # What was noted

    def of(self, token: str) -> list[Request]:
        """Give the requests about this site, preflights included."""
        return [one for one in list(self.requests) if f"/api/w/{token}" in one.path]

    def batches(self, token: str) -> list[Json]:
        """Give every batch that arrived here for this site, those that were sent again too."""
        return [json.loads(one.body) for one in self.of(token) if one.method == "POST"]

    def events(self, token: str, *types: str) -> list[Json]:
        """Give the events of these types (of all when none is named), each batch once."""
        batches = {batch["id"]: batch for batch in self.batches(token)}
        return [event for batch in batches.values() for event in batch["events"] if not types or event["type"] in types]

    def sent(self, token: str) -> str:
        """Give all that ever left the pages for this site, as text."""
        return "\n".join(f"{one.method} {one.path} {one.headers} {one.text}" for one in self.of(token))
