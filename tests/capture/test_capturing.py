"""From a batch to sessions and leads: what is kept, what the server drops, and what belongs together."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from leadsbot import clock
from leadsbot.db import Database, Tx
from tests.support.capture import (
    Page,
    audit,
    batch,
    change_site,
    email_field,
    identify,
    new_uuid,
    progress,
    stage,
    submit,
    text_field,
    view,
)


async def lead_of(database: Database) -> dict[str, Any]:
    (row,) = await database.fetch("SELECT * FROM leads")
    return row


async def everything(database: Database) -> str:
    tables = ("leads", "submissions", "sessions", "events", "jobs")
    return str([await database.fetch(f"SELECT * FROM {table}") for table in tables])


async def test_a_submission_becomes_a_lead_with_where_it_came_from(page: Page, database: Database) -> None:
    touch = {
        "at": clock.now(),
        "url": "https://lindenhof.example/?utm_source=news",
        "ref": "https://www.google.com/",
        "utm": {"source": "news", "campaign": "spring"},
        "ids": {"gclid": "abc"},
    }
    fields = [text_field("name", "Ada Lovelace"), email_field("Ada@Example.com"), text_field("colour", "green")]
    sent = submit(*fields, percent=80, done=4)
    assert (await page.send(sent, first=touch, last=touch)).status == 202
    row = await lead_of(database)
    assert (row["first_name"], row["last_name"], row["email"]) == ("Ada", "Lovelace", "ada@example.com")
    assert (row["stage"], row["form_name"], row["form_completion_percent"]) == ("New", "Contact us", 80)
    assert (row["utm_source"], row["campaign"], row["source"]) == ("news", "spring", "news")
    assert msgspec.json.decode(row["click_ids"]) == {"gclid": "abc"}
    assert (row["device_type"], row["browser"], row["ip_address"]) == ("desktop", "Chrome 126", "203.0.113.7")
    assert (row["page_url"], row["domain"]) == ("https://lindenhof.example/contact", "lindenhof.example")
    assert msgspec.json.decode(row["custom_data"]) == {"Colour": "green"}
    (session,) = await database.fetch("SELECT * FROM sessions")
    assert (session["state"], session["lead_id"], session["id"]) == ("submitted", row["id"], sent["session"])


async def test_a_lead_stands_on_the_page_where_it_was_sent_though_the_batch_left_another(
    page: Page, database: Database
) -> None:
    here = "https://lindenhof.example/second?email=ada@example.com&room=hall"
    assert (await page.send(submit(email_field("ada@example.com"), url=here))).status == 202
    expected = "https://lindenhof.example/second?room=hall"
    assert (await lead_of(database))["page_url"] == expected
    (session,) = await database.fetch("SELECT * FROM sessions")
    assert session["page_url"] == expected


SECRETS = {
    "a password": {"name": "pw", "type": "password", "value": "hunter2-secret"},
    "a card": {"name": "n", "type": "text", "value": "4111 1111 1111 1111"},
    "a cvv": {"name": "cvv", "type": "text", "value": "secret-cvv"},
    "a masked field": {"name": "Salary", "type": "text", "value": "secret-salary"},
    "a hidden field": {"name": "csrf", "type": "hidden", "value": "secret-hidden"},
}


@pytest.mark.parametrize("kind", SECRETS)
async def test_what_must_not_be_kept_is_dropped_by_the_server(page: Page, database: Database, kind: str) -> None:
    await change_site(database, masked_fields='["salary"]', partial_values="all")
    secret = SECRETS[kind]
    session = new_uuid()
    partial = progress(session, fields=[email_field("ada@example.com"), secret])
    assert (await page.send(partial, submit(email_field("ada@example.com"), secret))).status == 202
    stored = await everything(database)
    assert "ada@example.com" in stored
    assert secret["value"] not in stored


async def test_a_hidden_field_that_the_site_lists_is_kept(page: Page, database: Database) -> None:
    await change_site(database, hidden_fields='["plan"]')
    await page.send(submit(email_field("a@example.com"), {"name": "plan", "type": "hidden", "value": "gold"}))
    assert "gold" in (await lead_of(database))["custom_data"]


@pytest.mark.parametrize(("ignored", "kept"), [('["contact"]', 0), ('["#Contact"]', 0), ('["newsletter"]', 1)])
async def test_a_form_that_the_site_ignores_is_dropped_by_the_server(
    page: Page, database: Database, ignored: str, kept: int
) -> None:
    await change_site(database, ignored_forms=ignored)
    answer = await page.send(view(), progress(new_uuid()), submit(email_field("ada@example.com")))
    assert answer.status == 202
    for table in ("leads", "forms", "form_views"):
        assert len(await database.fetch(f"SELECT id FROM {table}")) == kept


@pytest.mark.parametrize(("later", "kept"), [(0, 0), (1, 1)])
async def test_a_form_is_ignored_by_the_id_that_stands_on_the_page(
    page: Page, database: Database, later: int, kept: int
) -> None:
    sent = submit(email_field("ada@example.com"))
    await change_site(database, ignored_forms=f'["#contact-{sent["start"]}"]')
    drawn = {"key": f"contact-{sent['start'] + later}", "name": "Contact"}
    assert (await page.send(sent | {"form": drawn})).status == 202
    assert [row["key"] for row in await database.fetch("SELECT key FROM forms")] == ["contact"] * kept
    assert len(await database.fetch("SELECT id FROM leads")) == kept


async def test_addresses_lose_personal_data_before_they_are_stored(page: Page, database: Database) -> None:
    url = "https://lindenhof.example/x?email=eve@secret.example&plan=gold"
    touch = {"at": clock.now(), "url": url, "ref": url}
    sent = submit(email_field("ada@example.com"))
    await page.send(view(), sent, page={"url": url, "ref": url}, first=touch, last=touch)
    assert "eve@secret.example" not in await everything(database)
    (site,) = await database.fetch("SELECT last_seen_url FROM sites")
    assert site["last_seen_url"] == "https://lindenhof.example/x"


@pytest.mark.parametrize(
    ("partial", "stage_of_lead", "kept"),
    [("off", None, False), ("contact", "Form Started", False), ("all", "Form Started", True)],
)
async def test_values_of_an_unsent_form_are_kept_as_the_site_allows(
    page: Page, database: Database, partial: str, stage_of_lead: str | None, kept: bool
) -> None:
    await change_site(database, partial_values=partial)
    fields = [email_field("ada@example.com"), text_field("colour", "green")]
    await page.send(progress(new_uuid(), fields=fields))
    stages = [row["stage"] for row in await database.fetch("SELECT stage FROM leads")]
    assert stages == ([stage_of_lead] if stage_of_lead else [])
    assert ("green" in await everything(database)) is kept


async def test_an_unsent_form_without_contact_begins_no_lead(page: Page, database: Database) -> None:
    await change_site(database, partial_values="all")
    await page.send(progress(new_uuid(), fields=[text_field("colour", "green")]))
    assert await database.fetch("SELECT id FROM leads") == []


async def test_older_values_that_arrive_late_do_not_undo_newer_ones(page: Page, database: Database) -> None:
    await change_site(database, partial_values="all")
    visit, session = new_uuid(), new_uuid()
    older = batch(progress(session, 1, percent=20, fields=[email_field("ada@example.co")]), visit=visit)
    await page.post(older)
    await page.send(progress(session, 2, fields=[email_field("ada@example.com")]), visit=visit)
    await page.post(older)
    row = await lead_of(database)
    assert (row["email"], row["form_completion_percent"]) == ("ada@example.com", 40)
    await page.send(submit(email_field("ada@example.com"), session=session, seq=3), visit=visit)
    before = await lead_of(database)
    await page.post(older)
    await page.send(progress(session, 2, fields=[email_field("ada@example.co")]), visit=visit)
    assert await lead_of(database) == before


async def test_late_values_beside_their_submission_in_one_batch_do_not_undo_it(page: Page, database: Database) -> None:
    await change_site(database, partial_values="all")
    session = new_uuid()
    sent = submit(email_field("ada@example.com"), session=session, seq=3)
    late = progress(session, 2, fields=[email_field("ada@example.co")])
    await page.send(sent, late)
    row = await lead_of(database)
    assert (row["email"], row["form_completion_percent"], row["stage"]) == ("ada@example.com", 100, "New")


async def test_a_session_that_outlasts_its_visit_keeps_its_lead(page: Page, database: Database) -> None:
    await change_site(database, partial_values="all")
    session = new_uuid()
    await page.send(progress(session, 1, fields=[email_field("ada@example.co")]))
    await page.send(submit(email_field("ada@example.com"), session=session, seq=2))
    row = await lead_of(database)
    assert (row["email"], row["stage"]) == ("ada@example.com", "New")


async def test_a_session_is_started_once_and_submitted_with_its_lead(page: Page, database: Database) -> None:
    session = new_uuid()
    await page.send(progress(session, 1))
    await page.send(progress(session, 2))
    await page.send(submit(email_field("ada@example.com"), session=session, seq=3))
    rows = await database.fetch("SELECT type, data FROM events ORDER BY seq")
    assert sorted(row["type"] for row in rows) == ["form.started", "form.submitted", "lead.created"]
    lead = await lead_of(database)
    told = {row["type"]: msgspec.json.decode(row["data"]) for row in rows}
    assert told["lead.created"]["lead"]["id"] == lead["id"]
    submitted = told["form.submitted"]["session"]
    assert (submitted["id"], submitted["lead_id"], submitted["state"]) == (session, lead["id"], "submitted")


async def test_a_page_may_say_who_its_visitor_is_where_partial_values_are_allowed(
    page: Page, database: Database
) -> None:
    await page.send(identify(email="ada@example.com"))
    assert await database.fetch("SELECT id FROM leads") == []
    await change_site(database, partial_values="contact")
    with clock.freeze(clock.now() + 5_000):
        await page.send(identify(email="ada@example.com", first_name="Ada"))
    row = await lead_of(database)
    assert (row["email"], row["first_name"], row["stage"]) == ("ada@example.com", "Ada", "Form Started")


async def test_a_visitors_own_lead_learns_who_they_are_even_where_no_partial_values_are_kept(
    page: Page, database: Database
) -> None:
    await page.send(submit(email_field("ada@example.com")))
    await page.send(identify(email="ada@example.com", first_name="Ada"))
    row = await lead_of(database)
    assert (row["email"], row["first_name"], row["stage"]) == ("ada@example.com", "Ada", "New")


async def test_a_page_moves_its_visitor_only_to_stages_that_the_site_lists(page: Page, database: Database) -> None:
    await change_site(database, page_stages='["Quoted", "Nowhere"]')
    visit = new_uuid()
    await page.send(submit(email_field("ada@example.com")), visit=visit)
    for wanted, reached in (("Won", "New"), ("Nowhere", "New"), ("quoted", "Quoted")):
        await page.send(stage(wanted), visit=visit)
        assert (await lead_of(database))["stage"] == reached
    await page.send(stage("Quoted"))
    assert len(await database.fetch("SELECT id FROM leads")) == 1


async def test_what_comes_with_a_stage_is_kept_aside_and_names_nobody(page: Page, database: Database) -> None:
    await change_site(database, page_stages='["Quoted"]')
    visit = new_uuid()
    await page.send(submit(email_field("ada@example.com")), visit=visit)
    said = {"amount": 49, "email": "eve@example.com", "card number": "4111 1111 1111 1111", "cart": {"deep": "down"}}
    await page.send(stage("Quoted", **said), visit=visit)
    row = await lead_of(database)
    assert (row["stage"], row["email"]) == ("Quoted", "ada@example.com")
    assert msgspec.json.decode(row["custom_data"]) == {"amount": "49", "email": "eve@example.com"}


async def test_a_filled_honeypot_makes_spam_with_its_reason(page: Page, database: Database) -> None:
    await change_site(database, honeypot_field="website")
    await page.send(submit(email_field("bot@example.com"), text_field("website", "https://pills.example")))
    row = await lead_of(database)
    assert row["spam"]
    assert "website" in msgspec.json.decode(row["spam_reasons"])[0]
    assert "pills" not in str(row)


async def test_an_empty_honeypot_makes_no_spam(page: Page, database: Database) -> None:
    await change_site(database, honeypot_field="website")
    await page.send(submit(email_field("ada@example.com"), text_field("website", " ")))
    assert not (await lead_of(database))["spam"]


async def test_spam_touches_no_other_lead_and_takes_none_with_it(page: Page, database: Database) -> None:
    await change_site(database, honeypot_field="website")
    visit, trapped = new_uuid(), text_field("website", "x")
    await page.send(submit(email_field("ada@example.com")), visit=visit)
    before = await lead_of(database)
    await page.send(submit(email_field("ada@example.com"), text_field("colour", "red"), trapped), visit=visit)
    await page.send(submit(email_field("ada@example.com"), text_field("colour", "green")), visit=visit)
    rows = await database.fetch("SELECT * FROM leads ORDER BY created_at, id")
    assert [bool(row["spam"]) for row in rows] == [False, True]
    assert rows[0]["id"] == before["id"]
    assert msgspec.json.decode(rows[0]["custom_data"]) == {"Colour": "green"}


async def test_client_hints_tell_a_tablet_that_asks_for_desktop_pages(page: Page, database: Database) -> None:
    page.headers = {"sec-ch-ua-mobile": "?0", "sec-ch-ua-platform": '"Android"'}
    await page.send(submit(email_field("ada@example.com")))
    assert (await lead_of(database))["device_type"] == "tablet"


async def test_a_wrong_client_clock_is_corrected(page: Page, database: Database) -> None:
    body = batch(progress(new_uuid()))
    behind = 3 * clock.HOUR
    body["sent"] -= behind
    body["events"][0]["at"] -= behind
    body["events"][0]["start"] -= behind
    before = clock.now()
    await page.post(body)
    (row,) = await database.fetch("SELECT started_at, last_activity_at FROM sessions")
    assert abs(row["last_activity_at"] - before) < clock.MINUTE
    assert row["last_activity_at"] - row["started_at"] == 9_000


async def test_a_bad_neighbour_does_not_cost_a_form_its_view(page: Page, database: Database) -> None:
    """What a batch remembers of itself must not outlive a transaction that was rolled back."""

    async def away(tx: Tx) -> None:
        await tx.execute("ALTER TABLE form_views RENAME TO away")

    async def back(tx: Tx) -> None:
        await tx.execute("ALTER TABLE away RENAME TO form_views")

    await database.write(away)
    assert (await page.send(view())).status >= 500
    await database.write(back)
    assert (await page.send(view())).status == 202
    assert len(await database.fetch("SELECT id FROM forms")) == 1
    assert len(await database.fetch("SELECT id FROM form_views")) == 1
    assert (await database.fetch("SELECT last_seen_at FROM sites"))[0]["last_seen_at"] is not None


@pytest.mark.parametrize(
    ("field", "kept"),
    [
        ({"name": "f3", "label": "Imię i nazwisko", "type": "text"}, True),
        ({"name": "f3", "label": "", "type": "text", "means": "section-a billing tel"}, True),
        ({"name": "f3", "label": "Phone", "type": "text", "means": "organization"}, False),
        ({"name": "f3", "label": "Company name", "type": "text"}, False),
        ({"name": "f3", "label": "Budget", "type": "text", "means": "message"}, False),
    ],
)
async def test_what_is_a_contact_is_the_servers_word_not_the_pages(
    page: Page, database: Database, field: dict[str, str], kept: bool
) -> None:
    await change_site(database, partial_values="contact")
    await page.send(progress(new_uuid(), fields=[email_field("ada@example.com"), {**field, "value": "99 Lovelace"}]))
    assert ("99 Lovelace" in await everything(database)) is kept


TAGGED = "https://lindenhof.example/?utm_source=news&UTM_Campaign=spring&gclid=abc"


@pytest.mark.parametrize(
    ("touch", "source", "campaign", "ids"),
    [
        ({"url": TAGGED}, "news", "spring", {"gclid": "abc"}),
        ({"url": f"{TAGGED}&utm_content=ada@example.com"}, "news", "spring", {"gclid": "abc"}),
        ({"url": "https://lindenhof.example/#/start?wbraid=w1"}, "google", "", {"wbraid": "w1"}),
        (
            {"url": TAGGED, "utm": {"source": "old"}, "ids": {"fbclid": "f"}},
            "old",
            "spring",
            {"gclid": "abc", "fbclid": "f"},
        ),
    ],
)
async def test_a_touchs_campaign_stands_in_its_address_unless_the_widget_spells_it_out(
    page: Page, database: Database, touch: dict[str, Any], source: str, campaign: str, ids: dict[str, str]
) -> None:
    await page.send(submit(email_field("bob@example.com")), first={"at": clock.now(), **touch})
    row = await lead_of(database)
    assert (row["source"], row["utm_campaign"], row["utm_content"]) == (source, campaign, "")
    assert msgspec.json.decode(row["click_ids"]) == ids
    assert msgspec.json.decode(row["first_touch"])["utm"].get("campaign", "") == campaign


async def test_what_a_widget_of_old_spells_out_loses_personal_data_too(page: Page, database: Database) -> None:
    touch = {
        "at": clock.now(),
        "url": "https://lindenhof.example/",
        "utm": {"term": "eve@secret.example", "source": "a"},
    }
    await page.send(submit(email_field("ada@example.com")), first=touch, last=touch)
    assert "eve@secret.example" not in await everything(database)
    assert (await lead_of(database))["utm_source"] == "a"


async def test_what_happened_in_the_fields_is_kept_with_the_session(page: Page, database: Database) -> None:
    session = new_uuid()
    stat = ["email", "E-mail", 1, 4_000, 700, 2, 5, 1, 1, 2]
    await page.send(progress(session, 1, tries=1, wait=1_500, begun=5, stats=[stat, ["name", "Name"]]))
    await page.send(submit(email_field("ada@example.com"), session=session, seq=2, tries=2, wait=1_500))
    (row,) = await database.fetch("SELECT tries, wait_ms, field_stats FROM sessions")
    assert (row["tries"], row["wait_ms"]) == (2, 1_500)
    assert msgspec.json.decode(row["field_stats"]) == [stat, ["name", "Name", 0, 0, 0, 0, 0, 0, 0, 0]]


async def test_what_is_found_on_a_page_is_kept_for_it(page: Page, database: Database) -> None:
    missed = [{"what": "frame", "where": "https://pay.example/?email=eve@secret.example"}]
    url = "https://lindenhof.example/contact?step=1"
    assert (await page.send(audit(missed=missed), page={"url": url})).status == 202
    (row,) = await database.fetch("SELECT * FROM page_audits")
    assert row["page_url"] == "https://lindenhof.example/contact"
    assert msgspec.json.decode(row["forms"]) == [{"key": "contact", "name": "Contact us", "as": "lead"}]
    assert msgspec.json.decode(row["missed"]) == [{"what": "frame", "where": "https://pay.example"}]


async def test_of_what_can_not_be_reached_an_origin_or_a_tag_is_kept(page: Page, database: Database) -> None:
    frames = ("https://pay.example:8443/u/eve@secret.example?x=1#y", "null", "eve@secret.example", "")
    tags = ("x-booking", "X eve@secret.example", "a" * 101, "")
    missed = [{"what": "frame", "where": one} for one in frames] + [{"what": "shadow", "where": one} for one in tags]
    await page.send(audit(missed=missed), page={"url": "https://lindenhof.example/u/eve@secret.example/edit"})
    (row,) = await database.fetch("SELECT * FROM page_audits")
    assert row["page_url"] == "https://lindenhof.example/u/-/edit"
    kept = [one["where"] for one in msgspec.json.decode(row["missed"])]
    assert kept == ["https://pay.example:8443", "", "x-booking"]


async def test_before_consent_a_page_is_known_without_its_click_ids(page: Page, database: Database) -> None:
    await page.send(view(), audit(), page={"url": "https://lindenhof.example/contact?gclid=abc&utm_source=x#top"})
    (form,) = await database.fetch("SELECT page_url FROM forms")
    (site,) = await database.fetch("SELECT last_seen_url FROM sites")
    assert form["page_url"] == site["last_seen_url"] == "https://lindenhof.example/contact"


async def test_before_consent_nothing_of_the_visitor_is_stored(page: Page, database: Database) -> None:
    visit = new_uuid()
    body = batch(view(), audit(), visit=visit, page={"url": "https://lindenhof.example/contact"})
    del body["device"]
    assert (await page.post(body)).status == 202
    assert len(await database.fetch("SELECT id FROM form_views")) == 1
    tables = (
        "sites",
        "forms",
        "form_views",
        "page_audits",
        "sessions",
        "leads",
        "submissions",
        "events",
        "jobs",
        "door_refusals",
        "refused_requests",
    )
    held = str([await database.fetch(f"SELECT * FROM {table}") for table in tables])
    assert "203.0.113.7" not in held and "Chrome" not in held and visit not in held
    for table in ("sessions", "leads", "events"):
        assert await database.fetch(f"SELECT id FROM {table}") == []
