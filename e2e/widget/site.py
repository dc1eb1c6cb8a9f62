"""Somebody's own website: its pages, its endpoints, and what its pages asked of it, byte for byte."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from e2e.widget.patience import PATIENCE_S
from e2e.widget.serving import Answer, Request, Server

HERE = Path(__file__).parent
VENDOR = (HERE / "vendor", HERE.parents[1] / "demo-site" / "vendor", HERE.parents[1] / "public" / "vendor")
ICON = "/favicon.ico"
ERROR = "/page-error"
# The page's own handlers stand before any other script, as a site's error reporting does, and count its styles.
WATCH = (
    """<script nonce="n">(() => {
  const seen = window.pageErrors = [];
  const note = (what) => { seen.push(String(what)); new Image().src = '"""
    + ERROR
    + """?' + encodeURIComponent(what) };
  addEventListener('error', (e) => note(e.message || (e.error && e.error.stack) || 'an error'));
  addEventListener('unhandledrejection', (e) => note('rejection: ' + e.reason));
  window.pageStyles = () => document.querySelectorAll('style,link,[style]').length +
    (document.adoptedStyleSheets || []).length;
  window.importFile = (url) => import(url);
  addEventListener('DOMContentLoaded', () => { window.stylesAtFirst = window.pageStyles() });
})()</script>"""
)
BOUNDARY = re.compile(r"boundary=(\S+)")


class Site(Server):
    """Pages by path; what is posted is answered with a redirect to /thanks, anything else unknown with "Thank you".

    `/ajax/STATUS` answers a JSON body with that status, `/ajax/slow` when `gate` is set. `answers` by path go first.
    """

    def __init__(self, host: str = "localhost") -> None:
        self.pages: dict[str, Answer] = {}
        self.answers: dict[str, Answer | Callable[[Request], Answer]] = {}
        self.gate = threading.Event()
        super().__init__(host)

    def page(self, path: str, body: str, head: str = "", headers: dict[str, str] | None = None) -> None:
        """Put a page there."""
        html = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>'
            f'<link rel="icon" href="data:,">{WATCH}{head}</head><body>{body}</body></html>'
        )
        kind = {"content-type": "text/html; charset=utf-8"}
        self.pages[path] = Answer(200, html.encode(), kind | (headers or {}))

    def answer(self, request: Request) -> Answer:
        path = urlsplit(request.path).path
        own = self.answers.get(path)
        if own is not None:
            return own if isinstance(own, Answer) else own(request)
        if path in self.pages and request.method in ("GET", "HEAD"):
            return self.pages[path]
        if path.startswith("/vendor/"):
            return _vendored(path.removeprefix("/vendor/"))
        if path.startswith("/ajax/"):
            return self._ajax(path.removeprefix("/ajax/"))
        if request.method == "POST":
            return Answer(303, b"", {"location": "/thanks"})
        html = b'<!doctype html><title>Thanks</title><link rel="icon" href="data:,"><h1>Thank you</h1>'
        return Answer(200, html, {"content-type": "text/html"})

    def _ajax(self, what: str) -> Answer:
        if what == "slow":
            self.gate.wait(PATIENCE_S)
        status = int(what) if what.isdigit() else 200
        body = json.dumps({"ok": status < 400}).encode()
        return Answer(status, b"" if status == 204 else body, {"content-type": "application/json"})

    def forget(self) -> None:
        """Be as at first, on the same port."""
        self.requests, self.pages, self.answers = [], {}, {}
        self.gate.clear()

    def own_requests(self) -> list[str]:
        """Give what the pages themselves asked of their site, each as text to be compared. An icon is asked for by the
        browser, when and if it likes."""
        return [_as_text(one) for one in list(self.requests) if ERROR not in one.path and one.path != ICON]

    def errors(self) -> list[str]:
        return [one.path for one in list(self.requests) if ERROR in one.path]


def _vendored(name: str) -> Answer:
    found = next((folder / name for folder in VENDOR if (folder / name).is_file()), None)
    return Answer(200, found.read_bytes(), {"content-type": "text/javascript"}) if found else Answer(404)


def _as_text(request: Request) -> str:
    """Write a request down whole; of a multipart body the boundary, which is random, under a name of ours."""
    headers, body = dict(request.headers), request.body.decode("latin-1")
    for name in ("connection", "x-turbo-request-id"):  # the latter is random
        headers.pop(name, None)
    if boundary := BOUNDARY.search(headers.get("content-type", "")):
        headers["content-type"] = headers["content-type"].replace(boundary[1], "BOUNDARY")
        headers.pop("content-length")
        body = body.replace(boundary[1], "BOUNDARY")
    lines = "\n".join(f"{name}: {value}" for name, value in sorted(headers.items()))
    return f"{request.method} {request.path}\n{lines}\n\n{body}"
