"""An HTTP server on a thread that records every request byte for byte, and can go away and come back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from e2e.widget.patience import PATIENCE_S
from e2e.widget.slowness import linger


@dataclass(frozen=True)
class Request:
    """One request as it came; header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True)
class Answer:
    """What to reply."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


class Server:
    """Serves `answer()` on 127.0.0.1, called `host` in its `url`, from `start()` to `stop()`.

    One that is started again needs a `port` of its own, which the system lends nobody meanwhile.
    """

    def __init__(self, host: str, port: int = 0) -> None:
        self.host = host
        self.requests: list[Request] = []
        self._news = threading.Condition()
        self._port = port
        self._http: ThreadingHTTPServer | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self._port}"

    def start(self) -> None:
        """Serve, on the same port as before."""
        if self._http is None:
            self._http = _Http(("127.0.0.1", self._port), _handler(self))
            self._port = self._http.server_port
            threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """From here on connections are refused."""
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()
            self._http = None

    def answer(self, request: Request) -> Answer:
        """Give the answer to one request; called on the connection's thread."""
        return Answer(404)

    def record(self, request: Request) -> None:
        with self._news:
            self.requests.append(request)
            self._news.notify_all()

    def wait(self, ready: Callable[[], object], what: str) -> None:
        """Return once it is so; fails after the tests' patience."""
        with self._news:
            came = self._news.wait_for(lambda: bool(ready()), PATIENCE_S)
        assert came, f"{what} never came; there were {[(one.method, one.path) for one in self.requests]}"


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length)
            if len(body) < length:  # whoever sent it left over it: no server takes half a request
                return
            request = Request(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            server.record(request)
            linger(request.path)
            self._write(server.answer(request))

        def _write(self, answer: Answer) -> None:
            # One request a connection: a server that is stopped then leaves none open.
            self.close_connection = True
            with suppress(ConnectionError):  # the page may have left
                self.send_response(answer.status)
                length = {} if answer.status == 204 else {"content-length": str(len(answer.body))}
                for name, value in {**answer.headers, **length, "connection": "close"}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_HEAD = _serve  # noqa: N815

        def handle(self) -> None:
            with suppress(ConnectionError):
                super().handle()

        def log_message(self, format: str, *args: object) -> None:
            """Keep quiet: what arrived is recorded."""

    return Handler
