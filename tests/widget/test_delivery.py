"""Attribution, the wire format, and the outbox that outlives a page."""

from __future__ import annotations

import pytest

from tests.widget.conftest import Open
from tests.widget.servers import TOKEN, Backend

FORM = (
    "<form name=f method=post action=/send><input name=email><textarea name=message></textarea>"
    "<button>Go</button></form>"
)
PREVENT = "<script>document.forms[0].addEventListener('submit', e => e.preventDefault())</script>"


def submit(page_opener: Open, body: str = FORM, path: str = "/page") -> None:
    page = page_opener(body, path)
    page.fill("[name=email]", "jane@example.com")
    page.click("button")


def batch_of(backend: Backend, type: str) -> dict[str, object]:
    backend.expect(type)
    return next(b for b in backend.bodies if any(e["type"] == type for e in b["events"]))


def test_a_batch_is_simple_enough_to_need_no_preflight(open_page: Open, backend: Backend) -> None:
    submit(open_page)
    backend.expect("submit")
    methods = {r.method for r in backend.seen.requests}
    posts = [r for r in backend.seen.requests if r.method == "POST"]
    assert methods == {"GET", "POST"}
    assert all(r.headers["content-type"].startswith("text/plain") and "cookie" not in r.headers for r in posts)


def test_a_batch_says_where_the_visitor_is_and_on_what(open_page: Open, backend: Backend) -> None:
    submit(open_page)
    batch = batch_of(backend, "submit")
    assert batch["v"] == 1
    assert batch["device"] == {"w": 390, "touch": False, "tz": "Europe/Vienna"}
    assert str(batch["page"]["url"]).endswith("/page")  # type: ignore[index]


def test_a_batch_that_begins_with_a_view_says_the_time_zone_too_once_somebody_has_begun(
    open_page: Open, backend: Backend
) -> None:
    open_page("<p>Nothing to fill in</p>").evaluate(
        """form => { document.body.insertAdjacentHTML('beforeend', form);
        document.querySelector('[name=email]').value = 'jane@example.com';
        document.querySelector('button').click(); }""",
        FORM,
    )
    batch = batch_of(backend, "submit")
    assert batch["device"]["tz"] == "Europe/Vienna"  # type: ignore[index]
    assert "consent" not in batch and "settings" not in batch


def test_a_view_alone_says_no_time_zone(open_page: Open, backend: Backend) -> None:
    open_page(FORM)
    assert "tz" not in batch_of(backend, "view")["device"]  # type: ignore[operator]


def test_loading_a_page_with_many_forms_asks_for_the_settings_alone(open_page: Open, backend: Backend) -> None:
    forms = "".join(f"<form name=form{n} method=post><input name=email></form>" for n in range(30))
    page = open_page(forms)
    page.evaluate("new Promise((done) => requestIdleCallback(() => requestIdleCallback(() => done())))")
    assert [request.path for request in backend.seen.requests] == ["/widget.js", f"/api/w/{TOKEN}"]
    # Who leaves before it is quiet has seen them all the same.
    page.goto("about:blank")
    backend.expect("view", 30)
    assert len(backend.carrying("view")) == 1


def test_first_and_last_touch_are_kept_across_pages(open_page: Open, backend: Backend) -> None:
    page = open_page(FORM, "/page?utm_source=news&utm_medium=mail&utm_campaign=may&gclid=G1")
    page = open_page(FORM, "/other?utm_source=ads&fbclid=F1", page=page)
    page = open_page(FORM, "/third", page=page)
    page.fill("[name=email]", "jane@example.com")
    page.click("button")
    batch = batch_of(backend, "submit")
    first, last = batch["first"], batch["last"]
    assert first["url"].endswith("/page?utm_source=news&utm_medium=mail&utm_campaign=may&gclid=G1")  # type: ignore[index]
    assert last["url"].endswith("/other?utm_source=ads&fbclid=F1")  # type: ignore[index]
    assert len({b["visit"]["id"] for b in backend.bodies}) == 1


def test_the_touch_is_read_before_the_page_rewrites_its_address(open_page: Open, backend: Backend) -> None:
    rewrite = "<script>history.replaceState(0, '', '/clean')</script>"
    submit(open_page, rewrite + FORM, "/page?utm_source=news")
    assert batch_of(backend, "submit")["first"]["url"].endswith("/page?utm_source=news")  # type: ignore[index]


def test_addresses_lose_what_names_a_person_and_keep_the_rest(open_page: Open, backend: Backend) -> None:
    query = "?email=jane&who=jane@example.com&token=SENTINEL&utm_source=news&utm_term=a@b.c&colour=blue#SENTINEL"
    submit(open_page, FORM, "/page" + query)
    batch = batch_of(backend, "submit")
    assert batch["page"]["url"].endswith("/page?utm_source=news&colour=blue")  # type: ignore[index]
    assert batch["first"]["url"].endswith("/page?utm_source=news&colour=blue")  # type: ignore[index]
    assert "SENTINEL" not in backend.sent


@pytest.mark.parametrize("failure", ["503", "refused"])
def test_what_the_backend_did_not_take_the_next_page_delivers_once(
    open_page: Open, backend: Backend, failure: str
) -> None:
    page = open_page(FORM)
    page.fill("[name=email]", "jane@example.com")
    if failure == "refused":
        backend.stop()
    backend.events_status = 503
    page.click("button")
    page.wait_for_url("**/thanks")
    page.wait_for_function("Object.values(localStorage).some(text => text.includes('\"submit\"'))")
    if failure == "refused":
        backend.start()
    backend.events_status = 202
    before = [b["id"] for b in backend.bodies]
    page = open_page("<p>Nothing to fill in</p>", "/next", page=page)
    backend.seen.wait(lambda: any('"submit"' in r.body for r in backend.seen.requests[len(before) :]), "the re-send")
    assert [e["fields"][0]["value"] for e in backend.events("submit")] == ["jane@example.com"]
    page.wait_for_function(f"Object.keys(localStorage).join() === 'leadsbot:{TOKEN}'")


def test_a_refused_batch_is_dropped(open_page: Open, backend: Backend) -> None:
    backend.events_status = 400
    submit(open_page, FORM + PREVENT)
    backend.expect("submit")
    page = open_page("<p>Nothing to fill in</p>", "/next")
    page.wait_for_function(f"Object.keys(localStorage).join() === 'leadsbot:{TOKEN}'")
    assert len(backend.carrying("submit")) == 1


def test_a_busy_backend_is_asked_again_while_the_page_lives(open_page: Open, backend: Backend) -> None:
    page = open_page(FORM + PREVENT)
    backend.events_status = 429
    page.fill("[name=email]", "jane@example.com")
    page.click("button")
    backend.expect("submit")
    backend.events_status = 202
    backend.seen.wait(lambda: len(backend.carrying("submit")) > 1, "the retry")
    assert len(backend.events("submit")) == 1


def test_a_page_without_storage_still_delivers(open_page: Open, backend: Backend) -> None:
    broken = "<script>Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })</script>"
    page = open_page(broken + FORM, wait=False)
    page.fill("[name=email]", "jane@example.com")
    page.click("button")
    assert backend.expect("submit")["confirmation"] == "confirmed"


def test_no_body_outgrows_what_the_backend_takes(open_page: Open, backend: Backend) -> None:
    areas = "".join(f"<textarea name=t{i}></textarea>" for i in range(6))
    page = open_page(f"<form name=f method=post action=/send>{areas}<button>Go</button></form>{PREVENT}")
    page.evaluate("document.querySelectorAll('textarea').forEach(t => { t.value = 'ä'.repeat(30000) })")
    page.click("button")
    assert len(backend.expect("submit")["fields"]) == 6
    assert max(len(r.body.encode()) for r in backend.seen.requests) < 60_000
