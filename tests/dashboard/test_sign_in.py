"""Signing in and out, and what signed-out people get to see: the way in."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from leadsbot import clock
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.sign_in import COOKIE, TRIES_PER_ACCOUNT_AND_ADDRESS
from tests.dashboard.browsing import PAGES, Browser
from tests.dashboard.conftest import PASSWORD

ELSEWHERE = (
    "//evil.example", "https://evil.example/", "\\\\evil.example", "/\\evil.example", "/\t/evil.example",
    "javascript:x", "evil.example", "///evil.example", "/\n/evil.example",
)  # fmt: skip


async def test_signed_out_every_page_leads_to_sign_in(passer_by: Browser) -> None:
    for path in (*PAGES, "/leads?stage=New&search=a+b", "/leads/0199a7b2-5c1d-7e3a-9f00-2b1c4d5e6f70"):
        refused = await passer_by.see(path)
        assert refused.status_code == 303
        way = urlsplit(refused.headers["location"])
        assert (way.path, way.netloc) == ("/login", "")
        assert parse_qs(way.query).get("next", ["/"]) == [path]


async def test_signing_in_leads_back_to_the_page_that_was_wanted(passer_by: Browser, workspace: Created) -> None:
    way = (await passer_by.see("/leads?stage=New&search=a+b")).headers["location"]
    assert 'name="next" value="/leads?stage=New&amp;search=a+b"' in (await passer_by.see(way)).text
    wanted = parse_qs(urlsplit(way).query)["next"][0]
    answer = await passer_by.sign_in("owner@example.com", PASSWORD, wanted)
    assert (answer.status_code, answer.headers["location"]) == (303, "/leads?stage=New&search=a+b")


async def test_signed_out_a_button_leads_to_sign_in_and_back_to_its_page(passer_by: Browser) -> None:
    answer = await passer_by.press("/settings/workspace", {"name": "x"}, referer="https://leads.example/settings?a=1")
    assert answer.headers["location"] == "/login?next=%2Fsettings%3Fa%3D1"


async def test_signed_out_a_part_of_a_page_is_refused_without_a_body(passer_by: Browser) -> None:
    answer = await passer_by.see("/channels", hx_request="true", accept="*/*")
    assert (answer.status_code, answer.text) == (401, "")


async def test_its_cookie_is_out_of_reach_for_scripts_and_other_sites(passer_by: Browser, workspace: Created) -> None:
    answer = await passer_by.sign_in("owner@example.com", PASSWORD)
    cookie = next(one for one in answer.headers.get_list("set-cookie") if one.startswith(COOKIE))
    assert {"HttpOnly", "SameSite=lax", "Secure", "Path=/"} <= set(cookie.split("; "))


async def test_it_does_not_say_which_of_the_two_was_wrong(passer_by: Browser, workspace: Created) -> None:
    wrong_password = await passer_by.sign_in("owner@example.com", "wrong")
    wrong_email = await passer_by.sign_in("nobody@example.com", PASSWORD)
    assert wrong_password.status_code == wrong_email.status_code == 401
    assert "Email or password is not right." in wrong_password.text
    assert "Email or password is not right." in wrong_email.text
    assert 'value="owner@example.com"' in wrong_password.text
    assert COOKIE not in passer_by.client.cookies


async def test_it_makes_people_wait_after_many_tries(passer_by: Browser, workspace: Created) -> None:
    with clock.freeze(clock.now()):  # tries are counted by the quarter of an hour, which might end between two of them
        for _ in range(TRIES_PER_ACCOUNT_AND_ADDRESS):
            assert (await passer_by.sign_in("owner@example.com", "wrong")).status_code == 401
        answer = await passer_by.sign_in("owner@example.com", PASSWORD)
    assert answer.status_code == 429
    assert "Too many tries." in answer.text
    assert COOKIE not in passer_by.client.cookies


async def test_it_leads_nowhere_else(passer_by: Browser, workspace: Created) -> None:
    for wanted in ELSEWHERE:
        passer_by.client.cookies.clear()
        await passer_by.see("/login")
        said = {"email": "owner@example.com", "password": PASSWORD, "next": wanted}
        assert (await passer_by.press("/login", said)).headers["location"] == "/"
        assert (await passer_by.client.get("/login", params={"next": wanted})).headers["location"] == "/"


async def test_it_is_refused_without_the_forms_token(passer_by: Browser, workspace: Created) -> None:
    await passer_by.see("/login")
    passer_by.token = ""
    answer = await passer_by.press("/login", {"email": "owner@example.com", "password": PASSWORD})
    assert answer.status_code == 403
    assert "Reload the page" in answer.text
    assert COOKIE not in passer_by.client.cookies


async def test_signed_in_people_need_no_form(owner: Browser) -> None:
    answer = await owner.see("/login?next=/sites")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sites")


async def test_signing_out_ends_it_wherever_the_cookie_is(owner: Browser, passer_by: Browser) -> None:
    kept = owner.client.cookies[COOKIE]
    assert (await owner.press("/logout")).headers["location"] == "/login"
    passer_by.client.cookies.set(COOKIE, kept)
    assert (await passer_by.see("/leads")).status_code == 303


async def test_a_forged_cookie_opens_nothing(passer_by: Browser, workspace: Created) -> None:
    passer_by.client.cookies.set(COOKIE, "IjAxOTlhN2IyIg.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")
    assert (await passer_by.see("/leads")).status_code == 303


async def test_the_cookie_opens_nothing_of_the_api(owner: Browser) -> None:
    answer = await owner.client.get("/api/leads")
    assert answer.status_code == 401
    assert answer.json()["code"] == "key_missing"


async def test_every_page_has_the_strict_headers(owner: Browser) -> None:
    for path in (*PAGES, "/login", "/nothing"):
        headers = (await owner.see(path)).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"


async def test_a_page_that_is_not_there_is_said_in_words(owner: Browser) -> None:
    answer = await owner.see("/nothing")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text


async def test_a_program_gets_the_error_body(owner: Browser) -> None:
    answer = await owner.see("/nothing", accept="application/json")
    assert answer.json()["code"] == "not_found"


async def test_the_theme_is_remembered(owner: Browser) -> None:
    answer = await owner.press("/theme", {"theme": "dark", "next": "/sites"})
    assert answer.headers["location"] == "/sites"
    assert 'data-theme="dark"' in (await owner.see("/sites")).text


async def test_there_is_no_other_theme(owner: Browser) -> None:
    assert (await owner.press("/theme", {"theme": '"><script>', "next": "/"})).status_code == 400
