"""The site that the scripts are measured on: pages with forms, and an answer to whatever the scripts send."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import unquote

from bench.widget.contestants import LATER, Script, later, tag

SETTINGS = {"consent": "none", "partial": "off", "masked": [], "hidden": [], "ignored": [], "honeypot": "website"}
# In every page, the one without a script included: long tasks are noted by the browser from the start.
WATCH = """<script>
  window.longTasks = [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((entry) => entry.duration)))
    .observe({ type: 'longtask', buffered: true });
</script>"""

FIELDS = {
    "text": '<label>Question {n} <input name="text_{n}"></label>',
    "email": '<label>E-mail {n} <input type="email" name="email_{n}" autocomplete="email"></label>',
    "select": '<label>Choice {n} <select name="choice_{n}"><option value="">–</option><option>A</option><option>B</option></select></label>',  # noqa: E501
    "checkbox": '<label><input type="checkbox" name="check_{n}" value="yes"> Option {n}</label>',
    "radio": '<fieldset><legend>One of {n}</legend><label><input type="radio" name="one_{n}" value="a"> A</label><label><input type="radio" name="one_{n}" value="b"> B</label></fieldset>',  # noqa: E501
    "textarea": '<label>Message {n} <textarea name="message_{n}"></textarea></label>',
}
TWELVE = [
    "text",
    "text",
    "email",
    "text",
    "text",
    "select",
    "select",
    "text",
    "radio",
    "checkbox",
    "checkbox",
    "textarea",
]
FOUR = ["text", "email", "select", "textarea"]
CHANGED = ["text", "email", "text", "select", "checkbox"]  # what a visitor goes through, in turn
LARGE = 60  # fields
FIRST = '<label>Notes <textarea name="notes"></textarea></label>'


def form(name: str, kinds: list[str], first: str = "") -> str:
    fields = "".join(f"<p>{FIELDS[kind].format(n=n)}</p>" for n, kind in enumerate(kinds))
    return f'<section><h2>{name}</h2><form name="{name}" method="post" action="/sent">{first}{fields}<button>Send</button></form></section>'  # noqa: E501


BODIES = {
    "twelve": form("enquiry", TWELVE),
    "thirty": "".join(form(f"form-{n}", FOUR) for n in range(30)),
    "large": form("large", [CHANGED[n % len(CHANGED)] for n in range(LARGE)], FIRST),
    "blank": "",
}


def page(body: str, contestant: str) -> str:
    """Give a page with this body (a key of BODIES) and a contestant's script, as sites have it: async, in the head."""
    head = f'<meta charset="utf-8"><title>{body}</title>{WATCH}{tag(contestant)}'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{BODIES[body]}</body></html>'


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    scripts: ClassVar[Mapping[str, Script]] = {}

    def do_GET(self) -> None:
        folder, _, name = self.path.partition("?")[0].lstrip("/").partition("/")
        if folder == "pages":
            self._answer(200, "text/html", page(*unquote(name).split("/")).encode())
        elif folder == "scripts":
            self._answer(200, "text/javascript", self.scripts[name.removesuffix(".js").replace("-", " ")].body)
        elif folder == LATER:
            self._answer(200, "text/javascript", later())
        elif folder == "api":
            self._answer(200, "application/json", json.dumps(SETTINGS).encode())
        else:
            self._answer(404, "text/plain", b"")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self._answer(202 if self.path.startswith("/api/") else 200, "application/json", b"{}")

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", f"{kind}; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.send_header("cache-control", "no-store")
        self.end_headers()
        with suppress(ConnectionError):  # a page that left doesn't wait for it
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the measurement prints its table alone."""


@contextmanager
def running(scripts: Mapping[str, Script]) -> Iterator[str]:
    """Serve it on a free port; gives its address."""
    handler = type("Answers", (_Answers,), {"scripts": scripts})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
