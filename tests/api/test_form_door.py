"""`POST /f/{token}`: what becomes of a plain form, where its sender goes next, and what a refusal looks like."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from leadsbot import clock
from leadsbot.capture import form_lead
from leadsbot.capture.form_words import LANGUAGES
from leadsbot.db import Database
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import PUBLIC_URL, VISITOR, Client, Serve
from tests.support.capture import DESKTOP, change_site
from tests.support.waiting import PATIENCE_S

ORIGIN = "https://lindenhof.example"
PAGE = f"{ORIGIN}/contact?utm_source=news&utm_campaign=spring&gclid=abc"
BROWSER = {"user-agent": DESKTOP, "accept": "text/html,*/*;q=0.8", "origin": ORIGIN, "referer": PAGE}
ADA = {"name": "Ada Lovelace", "email": "Ada@Example.com", "message": "A table for eighty?"}


class Visitor:
    """Somebody who looks at a page of the site in a browser and sends its form."""

    def __init__(self, client: Client, token: str) -> None:
        self._client = client
        self.token = token

    async def send(self, fields: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        return await self._client.post(f"/f/{self.token}", data=fields or ADA, headers=_with(headers))

    async def send_raw(self, body: bytes, **headers: str) -> httpx.Response:
        return await self._client.post(f"/f/{self.token}", content=body, headers=_with(headers))

    async def send_parts(self, parts: list[tuple[str, Any]]) -> httpx.Response:
        return await self._client.post(f"/f/{self.token}", files=parts, headers=BROWSER)

    async def see(self, path: str = "", **headers: str) -> httpx.Response:
        return await self._client.get(f"/f/{self.token}{path}", headers=_with(headers))


def _with(headers: dict[str, str]) -> dict[str, str]:
    given = BROWSER | {name.replace("_", "-"): value for name, value in headers.items()}
    return {name: value for name, value in given.items() if value}


@pytest.fixture
async def visitor(serve: Serve, workspace: Created) -> AsyncIterator[Visitor]:
    async with serve() as client:
        yield Visitor(client, workspace.public_token)


async def leads(database: Database) -> list[dict[str, Any]]:
    return await database.fetch("SELECT * FROM leads ORDER BY created_at, id")


async def only_lead(database: Database) -> dict[str, Any]:
    [row] = await leads(database)
    return row


async def fields_of(database: Database) -> dict[str, str]:
    [row] = await database.fetch("SELECT fields FROM submissions")
    return {one["name"]: one["value"] for one in json.loads(row["fields"])}


async def test_a_form_becomes_a_lead_with_all_that_is_known(visitor: Visitor, database: Database) -> None:
    answer = await visitor.send(ADA | {"phone": "0660 1234567", "Guests": "80"}, accept_language="de-AT,de;q=0.9")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/f/{visitor.token}/thanks"
    row = await only_lead(database)
    assert (row["first_name"], row["last_name"], row["email"]) == ("Ada", "Lovelace", "ada@example.com")
    assert (row["phone"], row["message"]) == ("0660 1234567", "A table for eighty?")
    assert json.loads(row["custom_data"]) == {"Guests": "80"}
    assert (row["stage"], row["confirmation"], bool(row["spam"])) == ("New", "confirmed", False)
    assert (row["source"], row["campaign"], row["utm_source"]) == ("news", "spring", "news")
    assert json.loads(row["click_ids"]) == {"gclid": "abc"}
    assert (row["page_url"], row["domain"], row["ip_address"]) == (PAGE, "lindenhof.example", VISITOR)
    assert (row["device_type"], row["browser"], row["form_name"]) == (
        "desktop",
        "Chrome 126",
        "lindenhof.example/contact",
    )


async def test_the_form_stands_among_the_forms_with_its_submission(visitor: Visitor, database: Database) -> None:
    await visitor.send(ADA | {"_form": "Ask us"})
    [form] = await database.fetch("SELECT * FROM forms")
    [session] = await database.fetch("SELECT * FROM sessions")
    lead = await only_lead(database)
    assert (form["name"], form["page_url"]) == ("Ask us", PAGE)
    assert (session["form_id"], session["state"], session["lead_id"]) == (form["id"], "submitted", lead["id"])
    types = [row["type"] for row in await database.fetch("SELECT type FROM events ORDER BY seq")]
    assert sorted(types) == ["form.submitted", "lead.created"]
    [site] = await database.fetch("SELECT last_seen_at, last_form_at FROM sites")
    assert site["last_seen_at"] is None and site["last_form_at"], "only the tag is seen"


@pytest.mark.parametrize(
    ("said", "page"),
    [
        ("/kontakt?utm_source=flyer", f"{ORIGIN}/kontakt?utm_source=flyer"),
        (f"{ORIGIN}/kontakt", f"{ORIGIN}/kontakt"),
        ("https://evil.example/kontakt", f"{ORIGIN}/"),
        ("javascript:alert(1)", f"{ORIGIN}/"),
    ],
)
async def test_a_page_may_say_where_it_is_within_its_origin(
    visitor: Visitor, database: Database, said: str, page: str
) -> None:
    await visitor.send(ADA | {"_page": said}, referer=f"{ORIGIN}/")
    row = await only_lead(database)
    assert (row["page_url"], json.loads(row["custom_data"])) == (page, {})
    assert (row["utm_source"] == "flyer") == ("flyer" in page)


async def test_multipart_is_read_and_files_are_named_but_not_kept(visitor: Visitor, database: Database) -> None:
    parts: list[tuple[str, Any]] = [
        ("email", (None, "ada@example.com")),
        ("brief", ("Entwurf.pdf", b"%PDF-secret", "application/pdf")),
        ("nothing", ("", b"", "application/octet-stream")),
        ("days", (None, "Fri")),
        ("days", (None, "Sat")),
    ]
    assert (await visitor.send_parts(parts)).status_code == 303
    custom = json.loads((await only_lead(database))["custom_data"])
    assert custom == {"brief": "Entwurf.pdf (a file, not kept)", "days": "Fri, Sat"}


async def test_values_of_one_name_are_joined_and_an_empty_one_takes_no_place(
    visitor: Visitor, database: Database
) -> None:
    await visitor.send_raw(b"email=a%40b.example&day%5B%5D=Fri&day%5B%5D=&day%5B%5D=Sun",
                           content_type="application/x-www-form-urlencoded")  # fmt: skip
    assert json.loads((await only_lead(database))["custom_data"]) == {"day": "Fri, Sun"}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"email=a@b.example&name=Zo%C3%AB", "application/x-www-form-urlencoded"),
        (b"email=a@b.example&name=Zo%EB", "application/x-www-form-urlencoded"),
        (b"email=a@b.example&_charset_=iso-8859-1&name=Zo%EB", "application/x-www-form-urlencoded"),
        ("email=a@b.example&_charset_=UTF-16LE&name=Zoë".encode(), "application/x-www-form-urlencoded;charset=utf-8"),
        (b"email=a@b.example&_charset_=zlib&name=Zo%C3%AB", "application/x-www-form-urlencoded"),
    ],
)
async def test_names_arrive_whatever_the_page_is_written_in(
    visitor: Visitor, database: Database, body: bytes, kind: str
) -> None:
    await visitor.send_raw(body, content_type=kind)
    rows = await leads(database)
    if b"UTF-16" not in body:  # a browser that says so and doesn't do so: nothing is lost but the letters
        assert rows[0]["first_name"] == "Zoë"
    assert len(rows) == 1


async def test_what_is_sensitive_masked_or_no_answer_is_not_kept(visitor: Visitor, database: Database) -> None:
    await change_site(database, masked_fields='["diagnosis"]')
    said = {"card": "4111 1111 1111 1111", "password": "hunter2", "Diagnosis": "private", "iban": "DE89"}
    said |= {"csrf_token": "abc", "_subject": "New lead", "utm_source": "flyer", "_colour": "red"}
    await visitor.send(ADA | said)
    assert set(await fields_of(database)) == {"name", "email", "message", "_colour"}
    row = await only_lead(database)
    assert json.loads(row["custom_data"]) == {"_colour": "red"} and row["utm_source"] == "flyer"
    assert "hunter2" not in str(await database.fetch("SELECT data FROM events"))


async def test_a_form_of_another_service_keeps_working(visitor: Visitor, database: Database) -> None:
    await visitor.send({"_replyto": "ada@example.com", "message": "Hi", "_captcha": "false"})
    row = await only_lead(database)
    assert (row["email"], json.loads(row["custom_data"])) == ("ada@example.com", {})


@pytest.mark.parametrize("trap", ["website", "_gotcha", "_honey"])
async def test_a_honeypot_makes_spam_and_answers_the_same(visitor: Visitor, database: Database, trap: str) -> None:
    await change_site(database, honeypot_field="website")
    answer = await visitor.send(ADA | {trap: "https://pills.example"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/f/{visitor.token}/thanks")
    row = await only_lead(database)
    assert row["spam"] and trap in json.loads(row["spam_reasons"])[0]
    assert "pills" not in str(row) and "pills" not in str(await fields_of(database))


async def test_a_program_that_says_something_ordinary_is_no_spam(visitor: Visitor, database: Database) -> None:
    await visitor.send(user_agent="curl/8.5.0")
    assert not (await only_lead(database))["spam"]


async def test_the_same_email_is_met_and_only_filled_up(visitor: Visitor, database: Database) -> None:
    await visitor.send()
    await visitor.send({"email": "ada@example.com", "name": "Eve Mallory", "company": "Analytical"})
    row = await only_lead(database)
    assert (row["first_name"], row["company"]) == ("Ada", "Analytical")
    assert len(await database.fetch("SELECT id FROM submissions")) == 2


async def test_two_presses_are_one_submission(visitor: Visitor, database: Database) -> None:
    said = {"phone": "0660 1234567"}
    answers = await asyncio.gather(*[visitor.send(said) for _ in range(3)], visitor.send({"phone": "0660 7654321"}))
    assert {answer.status_code for answer in answers} == {303}
    assert len(await leads(database)) == 2
    assert len(await database.fetch("SELECT id FROM sessions")) == 2


async def test_a_second_press_counts_as_one_across_the_half_minute_and_not_an_hour_later(
    visitor: Visitor, database: Database
) -> None:
    start = clock.now() // form_lead.SAME_WITHIN_MS * form_lead.SAME_WITHIN_MS + form_lead.SAME_WITHIN_MS
    for at, count in ((start - 1, 1), (start + 1, 1), (start + clock.HOUR, 2)):
        with clock.freeze(at):
            await visitor.send({"phone": "0660 1234567"})
        assert len(await leads(database)) == count


# Where the browser goes next


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        (f"{ORIGIN}/thanks?a=1#top", f"{ORIGIN}/thanks?a=1#top"),
        ("/danke schön", f"{ORIGIN}/danke%20sch%C3%B6n"),
        ("done.html", f"{ORIGIN}/done.html"),
        ("https://LINDENHOF.example:443/x", f"{ORIGIN}/x"),
        ("https://evil.example/", None),
        ("//evil.example/", None),
        ("https://lindenhof.example@evil.example/", None),
        ("https://lindenhof.example\\@evil.example/", None),
        ("https://lindenhof.example.evil.example/", None),
        ("http://lindenhof.example/", None),
        ("javascript:alert(1)", None),
        ("http://[bad/", None),
        ("https://lindenhof.example/\r\nSet-Cookie: a=b", None),
        ("https://lindenhof.example/" + "x" * 3_000, None),
        ("", None),
    ],
)
async def test_next_is_honoured_for_allowed_origins_alone(visitor: Visitor, wanted: str, there: str | None) -> None:
    answer = await visitor.send(ADA | {"_next": wanted})
    assert answer.headers["location"] == (there or f"/f/{visitor.token}/thanks")
    assert "set-cookie" not in answer.headers


async def test_a_sites_own_page_says_thanks_where_nothing_else_is_asked(visitor: Visitor, database: Database) -> None:
    await change_site(database, thank_you_url="https://elsewhere.example/danke")
    assert (await visitor.send()).headers["location"] == "https://elsewhere.example/danke"
    asked = await visitor.send(ADA | {"_next": f"{ORIGIN}/own"})
    assert asked.headers["location"] == f"{ORIGIN}/own"


async def test_a_site_open_to_all_sends_back_only_to_where_the_form_stands(
    visitor: Visitor, database: Database
) -> None:
    await change_site(database, allowed_origins="[]")
    hosted = f"/f/{visitor.token}/thanks"
    own = await visitor.send(ADA | {"_next": "https://any.example/x"}, origin="https://any.example", referer="")
    assert own.headers["location"] == "https://any.example/x"
    other = await visitor.send(ADA | {"_next": "https://evil.example/x"}, origin="https://any.example", referer="")
    assert other.headers["location"] == hosted
    nobodys = await visitor.send(ADA | {"_next": "https://evil.example/x"}, origin="", referer="")
    assert nobodys.headers["location"] == hosted


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [("de-AT,de;q=0.9,en;q=0.8", "de"), ("ja, fr;q=0.5, en;q=0.4", "fr"), ("", "en"), ("*", "en"), ("de;q=0", "en"),
     ("en;q=0.5, de;q=x, es;q=0.6", "es")],
)  # fmt: skip
async def test_thanks_are_said_in_the_visitors_language(visitor: Visitor, accepted: str, lang: str) -> None:
    answer = await visitor.see("/thanks", accept_language=accepted)
    assert answer.status_code == 200 and f'<html lang="{lang}">' in answer.text
    assert LANGUAGES[lang].thanks.title in answer.text
    assert "script" not in answer.headers["content-security-policy"] and "<script" not in answer.text


@pytest.mark.parametrize(
    ("referer", "back"),
    [(PAGE, PAGE.replace("&", "&amp;")), (f'{ORIGIN}/"><b>', f"{ORIGIN}/%22%3E%3Cb%3E"), ("", None),
     ("https://evil.example/", None), (f"{PUBLIC_URL}/f/x", None), ("javascript:alert(1)", None)],
)  # fmt: skip
async def test_the_way_back_leads_to_pages_of_the_site_alone(visitor: Visitor, referer: str, back: str | None) -> None:
    text = (await visitor.see("/thanks", referer=referer)).text
    assert (f'<a class="back" href="{back}">' in text) if back else ("<a " not in text)


# What is refused


async def test_an_origin_that_is_not_on_the_list_is_refused_with_a_page_and_noted_for_the_owner(
    visitor: Visitor, database: Database, api: Client
) -> None:
    answer = await visitor.send(origin="https://www.lindenhof.example")
    assert answer.status_code == 403 and answer.headers["content-type"].startswith("text/html")
    assert "access-control-allow-origin" not in answer.headers
    assert "Nothing you typed is lost" in answer.text and "lindenhof.example" not in answer.text
    assert await leads(database) == []
    row = await refusal(database)
    assert (row["door"], row["reason"], row["status"], row["address"]) == ("form", "origin", 403, VISITOR)
    assert row["hint"].endswith(f"besides {ORIGIN}?")


async def test_a_program_gets_the_error_body(visitor: Visitor, database: Database) -> None:
    for accept in ("application/json", "*/*"):
        answer = await visitor.send(origin="https://evil.example", accept=accept)
        assert (answer.status_code, answer.json()["code"]) == (403, "origin_not_allowed")
        assert set(answer.json()) == {"error", "code", "request_id"}


@pytest.mark.parametrize(("origin", "referer"), [("null", PAGE), ("", "https://evil.example/x"), ("", "")])
async def test_no_origin_is_refused_where_there_is_a_list(
    visitor: Visitor, database: Database, origin: str, referer: str
) -> None:
    assert (await visitor.send(origin=origin, referer=referer)).status_code == 403
    if origin == "null":
        assert "Referrer-Policy" in (await refusal(database))["hint"]


async def test_a_referer_stands_in_for_an_origin(visitor: Visitor, database: Database) -> None:
    assert (await visitor.send(origin="")).status_code == 303
    assert len(await leads(database)) == 1


async def test_an_unknown_token_leads_nowhere(visitor: Visitor) -> None:
    visitor.token = "nobodys"
    for answer in (await visitor.send(), await visitor.see("/thanks"), await visitor.see()):
        assert answer.status_code == 404 and "This form leads nowhere" in answer.text
    assert (await visitor.send(accept="application/json")).json()["code"] == "unknown_token"


async def test_more_than_64_kib_are_too_much(visitor: Visitor, database: Database) -> None:
    answer = await visitor.send({"email": "ada@example.com", "message": "x" * 66_000})
    assert answer.status_code == 413 and "64 KiB" in answer.text
    assert (await visitor.send({"message": "x" * 66_000}, accept="*/*")).json()["code"] == "too_large"
    assert await leads(database) == []
    assert (await visitor.send({"email": "ada@example.com", "message": "x" * 60_000})).status_code == 303
    assert len((await only_lead(database))["message"]) == 20_000
    assert len((await fields_of(database))["message"]) == 60_000


@pytest.mark.parametrize("kind", ["text/plain", "application/json", ""])
async def test_what_is_no_form_is_not_taken(visitor: Visitor, kind: str) -> None:
    assert (await visitor.send_raw(b"email=a@b.example", content_type=kind)).status_code == 415


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (b"", "application/x-www-form-urlencoded", "empty_form"),
        (b"email=+&_next=x&_gotcha=", "application/x-www-form-urlencoded", "empty_form"),
        (b"card=4111111111111111", "application/x-www-form-urlencoded", "empty_form"),
        (b"&".join(b"f%d=x" % n for n in range(201)), "application/x-www-form-urlencoded", "too_many_fields"),
        (b"a=1&" * 2_000, "application/x-www-form-urlencoded", "too_many_fields"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x", "invalid_form"),
        (b"whatever", "multipart/form-data", "invalid_form"),
    ],
)
async def test_what_cannot_be_read_says_so(
    visitor: Visitor, database: Database, body: bytes, kind: str, code: str
) -> None:
    answer = await visitor.send_raw(body, content_type=kind, accept="*/*")
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    page = await visitor.send_raw(body, content_type=kind)
    assert page.status_code == 400 and "Nothing you typed is lost" in page.text
    assert await leads(database) == []


async def test_a_burst_is_held_back_with_when_to_come_again(visitor: Visitor, database: Database) -> None:
    await change_site(database, burst_per_second=1)
    await visitor.send()
    answer = await visitor.send(accept_language="de")
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) >= 1
    assert "Bitte warten Sie" in answer.text and "{" not in answer.text
    assert (await refusal(database))["reason"] == "burst"


async def test_no_address_begins_more_leads_than_the_site_allows(visitor: Visitor, database: Database) -> None:
    await change_site(database, leads_per_ip_per_day=1)
    assert (await visitor.send()).status_code == 303
    assert (await visitor.send({"email": "ada@example.com", "company": "one more of the same"})).status_code == 303
    answer = await visitor.send({"email": "bea@example.com"}, accept="*/*")
    assert (answer.status_code, answer.json()["code"]) == (429, "leads_per_day")
    assert 0 < int(answer.headers["retry-after"]) <= 86_400 + 1_440
    sentence = "Too Many Requests: one address may send 1 lead here in 24 hours; try again in 24 hours."
    assert answer.json()["error"] == sentence
    assert len(await leads(database)) == 1
    assert (await refusal(database))["reason"] == "leads_per_day"


async def test_whoever_opens_the_address_reads_what_it_is_for(visitor: Visitor) -> None:
    page = await visitor.see()
    assert page.status_code == 405 and page.headers["allow"] == "POST"
    assert f"{PUBLIC_URL}/f/{visitor.token}" in page.text
    program = await visitor.see(accept="*/*")
    assert (program.status_code, program.json()["code"]) == (405, "method_not_allowed")
    assert program.headers["allow"] == "POST"


async def test_the_visitors_address_is_the_proxys_word_only_where_the_proxy_is_trusted(
    serve: Serve, workspace: Created, database: Database
) -> None:
    async with serve({"LEADSBOT_TRUSTED_PROXIES": f"{VISITOR}/32"}) as client:
        await Visitor(client, workspace.public_token).send(x_forwarded_for="198.51.100.4, 203.0.113.9")
    async with serve() as client:
        await Visitor(client, workspace.public_token).send({"email": "b@b.example"}, x_forwarded_for="198.51.100.4")
    assert [row["ip_address"] for row in await leads(database)] == ["203.0.113.9", VISITOR]


async def test_what_was_typed_is_stored_as_it_came(visitor: Visitor, database: Database) -> None:
    await visitor.send({"email": "a@b.example", "message": "<b>\r\n\x00'; DROP TABLE leads--"})
    assert (await only_lead(database))["message"] == "<b>\n\N{REPLACEMENT CHARACTER}'; DROP TABLE leads--"


async def refusal(database: Database) -> dict[str, Any]:
    """The one request that was turned away, once it is written down."""
    async with asyncio.timeout(PATIENCE_S):
        while not (rows := await database.fetch("SELECT * FROM refused_requests")):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return rows[0]
