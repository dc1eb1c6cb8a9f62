"""A page under a strict policy that shows a hosted form by hosted-form.js alone, with a hook that records what is to be
sent. The whole way, through the listener to a lead, is in e2e/browser/test_hosted_form.py."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.support import browser as chromium
from tests.widget.hosted_form.given import Show, definition
from tests.widget.servers import TOKEN, Backend, Json, Request, Site

SCRIPT = (Path(__file__).resolve().parents[3] / "public" / "hosted-form.js").read_text(encoding="utf-8")
POLICY = (
    "default-src 'none'; script-src 'nonce-n' {api}; connect-src {api}; form-action 'none'; "
    "require-trusted-types-for 'script'"
)
PAGE = """<!doctype html><html lang=en {html}><meta charset=utf-8><title>A page</title>
<meta name=viewport content="width=device-width, initial-scale=1">
<meta http-equiv=Content-Security-Policy content="{policy}">
<script nonce=n>
  window.refusals = []; window.sent = []; window.watched = []; window.status_ = 202;
  document.addEventListener('securitypolicyviolation', (event) => refusals.push(event.violatedDirective));
</script>{head}<body>{body}
<script nonce=n type=module>
  const hook = {{
    tag: document.getElementById('tag'), api: '{api}', token: '{token}', watch: (root) => watched.push(root),
    async send(form) {{
      sent.push([...new FormData(form)]);
      if (window.held) await held;
      if (status_ === 'thrown') throw new Error('no');
      return status_;
    }},
  }};
  document.documentElement.dataset.ready = 'yes';
  const file = await import('{api}/hosted-form.js');
  await file.default(hook);
  document.documentElement.dataset.shown = 'yes';
</script>"""
TAG = '<script id=tag type=text/plain data-mode=form data-container="#here" {more}></script>'
PLACE = "<div id=here><p>Call us: 01 234</p></div>"


class Forms(Backend):
    """The API as far as the file knows it; `refusals` are the statuses of the first answers."""

    def __init__(self) -> None:
        super().__init__()
        self.form: Json = {"id": "f-1", "name": "Contact", "definition": definition(), "honeypot": ""}
        self.refusals: list[int] = []

    def answer(self, request: Request) -> tuple[int, dict[str, str], str]:
        cors = {"access-control-allow-origin": "*"}
        if request.path == "/hosted-form.js":
            return 200, {**cors, "content-type": "text/javascript"}, SCRIPT
        if request.path.startswith(f"/api/w/{TOKEN}/form"):
            if self.refusals:
                return self.refusals.pop(0), cors, "{}"
            return 200, {**cors, "content-type": "application/json"}, json.dumps(self.form)
        return super().answer(request)

    @property
    def asked(self) -> list[str]:
        """The addresses at which a definition was asked for."""
        return [request.path for request in self.seen.requests if "/form" in request.path.removeprefix("/hosted-form")]


@pytest.fixture
def backend() -> Iterator[Forms]:
    server = Forms()
    yield server
    server.stop()


@pytest.fixture
def show(context: BrowserContext, errors: list[str], backend: Forms, site: Site) -> Iterator[Show]:
    """Open a page that shows the backend's form, under a strict policy, with a hook of the test's own."""
    opened: list[Page] = []

    def show_it(
        *fields: Json, tag: str = "", body: str = PLACE, head: str = "", html: str = "", wait: bool = True, **more: Any
    ) -> Page:
        if fields or more:
            backend.form["definition"] = definition(*fields, **more)
        whole = body + TAG.format(more=tag) if "id=tag" not in body + head else body
        site.pages["/page"] = PAGE.format(
            policy=POLICY.format(api=backend.url), api=backend.url, token=TOKEN, head=head, body=whole, html=html
        )
        page = context.new_page()
        page.set_default_timeout(chromium.PATIENCE_MS)
        page.clock.install()
        page.goto(site.url + "/page")
        if wait:
            page.wait_for_selector("html[data-shown]")
        opened.append(page)
        return page

    yield show_it
    assert errors == [], "the page saw an error"
    assert [page.evaluate("refusals") for page in opened if page.url.endswith("/page")] == [
        [] for page in opened if page.url.endswith("/page")
    ], "the page's policy refused something"
