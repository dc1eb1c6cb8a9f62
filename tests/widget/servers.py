"""Two origins for the widget: a backend on 127.0.0.1 that records what reaches it, and a site on localhost."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.support.waiting import PATIENCE_S

PUBLIC = Path(__file__).resolve().parents[2] / "public"
TOKEN = "pub_test"
Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


@dataclass
class Recorder:
    """Requests in order of arrival; waiting wakes up with each new one."""

    requests: list[Request] = field(default_factory=list)
    _news: threading.Condition = field(default_factory=threading.Condition)

    def record(self, request: Request) -> None:
        with self._news:
            self.requests.append(request)
            self._news.notify_all()

    def wait(self, ready: Callable[[], object], what: str) -> None:
        """Return once ``ready()`` is true; raises AssertionError after `PATIENCE_S` seconds."""
        with self._news:
            if not self._news.wait_for(lambda: bool(ready()), PATIENCE_S):
                raise AssertionError(f"{what} never came; there were {[(r.method, r.path) for r in self.requests]}")


class Server:
    """An HTTP server in a thread that can go away and come back on its port."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.seen = Recorder()
        self._port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self._port}"

    def start(self) -> None:
        self._http = ThreadingHTTPServer(("127.0.0.1", self._port), _handler(self))
        self._http.daemon_threads = True
        self._port = self._http.server_port
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """From here on connections are refused."""
        self._http.shutdown()
        self._http.server_close()

    def answer(self, request: Request) -> tuple[int, dict[str, str], str]:
        """Status, headers and body for a request."""
        raise LookupError(request.path)


class Backend(Server):
    """The API as far as the widget knows it. What it answers may be changed at any time."""

    def __init__(self) -> None:
        super().__init__("127.0.0.1")
        self.settings: Json = {
            "consent": "none",
            "partial": "off",
            "masked": [],
            "hidden": [],
            "ignored": [],
            "honeypot": "",
        }
        self.settings_status = 200
        self.events_status = 202
        self.gate = threading.Event()  # settings are held back until it is set
        self.gate.set()

    def answer(self, request: Request) -> tuple[int, dict[str, str], str]:
        cors = {"access-control-allow-origin": "*", "content-type": "application/json"}
        if request.path.startswith(("/widget", "/hosted")):
            script = PUBLIC / request.path.partition("?")[0].strip("/")
            return 200, {**cors, "content-type": "text/javascript"}, script.read_text(encoding="utf-8")
        if request.path == f"/api/w/{TOKEN}":
            self.gate.wait(PATIENCE_S)
            return self.settings_status, cors, json.dumps(self.settings)
        return self.events_status, cors, json.dumps({"ok": self.events_status == 202})

    @property
    def bodies(self) -> list[Json]:
        """Every batch as received, re-sent ones too."""
        posts = [r for r in list(self.seen.requests) if r.method == "POST"]
        return [json.loads(r.body) for r in posts]

    @property
    def sent(self) -> str:
        """All that ever left the page, as text."""
        return "\n".join(r.path + " " + r.body for r in list(self.seen.requests))

    def events(self, *types: str) -> list[Json]:
        """The events received, each batch once, of these types (of all when none is named)."""
        batches = {body["id"]: body for body in self.bodies}
        return [e for body in batches.values() for e in body["events"] if not types or e["type"] in types]

    def carrying(self, type: str) -> list[Json]:
        """The batches received with an event of this type, each as often as it came."""
        return [body for body in self.bodies if any(event["type"] == type for event in body["events"])]

    def expect(self, type: str, count: int = 1) -> Json:
        """The newest event of a type once there are ``count`` of them."""
        self.seen.wait(lambda: len(self.events(type)) >= count, f"{type} number {count}")
        return self.events(type)[-1]


class Site(Server):
    """Somebody's own website: pages by path, and forms that are answered with a redirect to /thanks."""

    def __init__(self) -> None:
        super().__init__("localhost")
        self.pages: dict[str, str] = {"/thanks": "<!doctype html><title>Thanks</title><h1>Thank you</h1>"}

    def answer(self, request: Request) -> tuple[int, dict[str, str], str]:
        path = request.path.partition("?")[0]
        if request.method == "POST" and path.startswith("/ajax"):
            return 200, {"content-type": "application/json"}, "{}"
        if request.method == "POST":
            return 303, {"location": "/thanks"}, ""
        if path in self.pages:
            return 200, {"content-type": "text/html; charset=utf-8"}, self.pages[path]
        return 404, {}, ""


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            request = Request(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            status, headers, text = server.answer(request)
            with suppress(ConnectionError):  # the page may have left
                self._write(status, headers, text.encode())
            server.seen.record(request)

        def _write(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(body)), "connection": "close"}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """The tests speak for themselves."""

    return Handler
