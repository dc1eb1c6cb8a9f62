"""Runs a case in a browser, and holds every case to what the widget promises to all pages."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from urllib.parse import urlsplit

from e2e.widget.case import Case
from e2e.widget.driving import Driver, Gone
from e2e.widget.judging import WithoutTag
from e2e.widget.patience import eventually
from e2e.widget.site import Site
from e2e.widget.visitor import Visitor
from e2e.widget.world import World


def run(case: Case, world: World, driver: Driver) -> None:
    """Run it with the tag; then, if the page asked anything of its own site, without it, and compare."""
    site, stranger = Site(), Site()
    try:
        made = world.house.api.post("/api/v1/sites", _settings(case, site))
        world.relay.reset()
        world.relay.start()
        visitor = Visitor(world, driver, site, stranger, made)
        _visit(case, visitor)
        _keeps_its_promises(case, visitor)
        if any(one.method == "POST" or "?" in one.path for one in site.requests):
            _is_the_same_without(case, visitor)
    finally:
        world.relay.release()
        for server in (site, stranger):
            server.gate.set()
            server.stop()


def _settings(case: Case, site: Site) -> dict[str, object]:
    known = {"name": case.id, "allowed_origins": [site.url], "burst_per_second": 1000}
    return {**known, **case.site}


def _visit(case: Case, visitor: Visitor) -> None:
    visitor.driver.fresh()
    case.run(visitor)


def _keeps_its_promises(case: Case, visitor: Visitor) -> None:
    """No error, style, cookie or key of ours in the page, and no request but those to the API, as they must be."""
    stranger = visitor.stranger
    page = _left_in(visitor)
    errors = [*visitor.site.errors(), *stranger.errors(), *page.get("errors", [])]
    assert case.errs or not errors, f"the page saw an error: {errors}"
    assert case.own_style or not page.get("styles"), "the page has styles that are not its own"
    assert page.get("cookie", "") == "", page
    stored = [key for key in page.get("stored", []) if not key.startswith("leadsbot:")]
    assert case.own_storage or not stored, f"stored under {stored}"
    ours = {
        f"{part.scheme}://{part.netloc}" for part in map(urlsplit, (visitor.relay.url, visitor.site.url, stranger.url))
    }
    strange = [url for url in page.get("asked", []) if url.startswith("http") and _origin(url) not in ours]
    assert not strange, f"requests to {strange}"
    for one in [*visitor.site.requests, *stranger.requests, *visitor.relay.requests]:
        assert "cookie" not in one.headers, one
    for one in visitor.relay.of(visitor.token):
        assert one.method in ("GET", "POST"), f"a preflight: {one}"
        assert one.method == "GET" or one.headers["content-type"].startswith("text/plain"), one
        assert len(one.body) <= 65_536, f"{len(one.body)} bytes"


def _left_in(visitor: Visitor) -> dict[str, list[str]]:
    """Give what the page that is open knows of us at the end; nothing if it is no page of the harness."""
    ask = """({ errors: window.pageErrors || [],
      cookie: (() => { try { return document.cookie } catch { return '' } })(),
      styles: window.pageStyles ? pageStyles() - stylesAtFirst : 0,
      stored: (() => { try { return Object.keys({ ...localStorage, ...sessionStorage }) } catch { return [] } })(),
      asked: performance.getEntriesByType('resource').map(one => one.name) })"""

    def known() -> dict[str, list[str]] | None:
        try:
            found: dict[str, list[str]] = visitor.evaluate(ask)
        except Gone:
            return None
        return found

    return eventually(known, "the page") or {}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _is_the_same_without(case: Case, tagged: Visitor) -> None:
    """Repeat what the visitor did, without the widget: the pages must ask the same of their site, to the byte."""
    site = tagged.site
    with_it = Counter(site.own_requests())
    site.forget()
    tagged.relay.reset()
    visitor = Visitor(tagged.world, tagged.driver, site, tagged.stranger, tagged.site_row, tagged=False)
    visitor.email, visitor.phone = tagged.email, tagged.phone
    with suppress(WithoutTag):
        _visit(case, visitor)
    if not tagged.went_on:  # else it did more after it was first judged than is repeated here
        eventually(lambda: not with_it - Counter(site.own_requests()), "the page's requests without the widget")
    more = Counter(site.own_requests()) - with_it
    assert not more, f"without the widget the page asked something else: {[*more]}\nwith it: {[*with_it]}"
    visitor.wait("!window.LeadsBot")  # while another page may be on its way
