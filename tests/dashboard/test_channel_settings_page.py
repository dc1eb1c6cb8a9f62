"""A channel's page: what it shows, saves and refuses, and that nothing typed is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest

from leadsbot.dashboard.channel_form import rows_of
from leadsbot.dashboard.channel_words import filter_in_words, options_in_words
from leadsbot.db import Database
from leadsbot.routing import options
from leadsbot.workspaces.bootstrap import Created
from tests.dashboard.browsing import Browser, captured, shown

NESTED = {"any": [{"not": {"field": "email", "op": "exists"}}, {"field": "stage", "op": "==", "value": "Won"}]}
KEEP = {"name": "Office", "config-to": "office@example.com\r\nowners", "which": "usual", "filter_as": "rows"}


async def made(owner: Browser, workspace: Created, **more: Any) -> str:
    """Add a mail channel over the API; its page's path."""
    body = {"kind": "email", "name": "Office", "config": {"to": ["office@example.com"]}, **more}
    key = {"x-api-key": workspace.api_key, "cookie": ""}
    answer = await owner.client.post("/api/v1/channels", json=body, headers=key)
    assert answer.status_code == 201, answer.text
    path = f"/channels/{answer.json()['id']}"
    await owner.see(path)
    return path


async def stored(owner: Browser, workspace: Created, path: str) -> dict[str, Any]:
    key = {"x-api-key": workspace.api_key, "cookie": ""}
    found: dict[str, Any] = (await owner.client.get(f"/api/v1{path}", headers=key)).json()
    return found


async def test_everything_that_is_set_is_saved_and_shown(owner: Browser, workspace: Created) -> None:
    path = await made(owner, workspace)
    said = KEEP | {
        "name": "Desk <1>", "which": "own", "events": ["lead.created", "form.abandoned"], "match": "any",
        "field": ["Source", "custom_data.budget", "", "email"], "op": ["in", ">=", "==", "exists"],
        "value": ["google, bing", "900", "", ""], "quiet_start": "20:00", "quiet_end": "07:00",
        "days_off": ["sat", "sun"], "digest": "hourly", "summaries": ["weekly"],
        "template": "{{ lead.name }}\r\n{{ lead.phone }}",
    }  # fmt: skip
    answer = await owner.press(path, said | {"do": "save"})
    assert answer.status_code == 303 and answer.headers["location"].startswith("/channels#channel-")
    now = await stored(owner, workspace, path)
    assert (now["name"], now["config"]) == ("Desk <1>", {"to": ["office@example.com", "owners"]})
    assert now["events"] == ["lead.created", "form.abandoned"]
    assert now["filter"] == {
        "any": [
            {"field": "source", "op": "in", "value": ["google", "bing"]},
            {"field": "custom_data.budget", "op": ">=", "value": "900"},
            {"field": "email", "op": "exists"},
        ]
    }
    assert now["options"] == {
        "quiet_hours": {"start": "20:00", "end": "07:00", "days_off": ["sat", "sun"]},
        **{"digest": "hourly", "summaries": ["weekly"], "template": "{{ lead.name }}\n{{ lead.phone }}"},
    }
    listed = shown(await owner.see("/channels"))
    assert "only where Source is one of google, bing or custom_data" not in listed and "an hourly digest" in listed
    page = await owner.see(path)
    assert "Desk &lt;1&gt;" in page.text and 'value="google, bing"' in page.text and 'value="Source"' in page.text
    again = {**said, "do": "save", "quiet_start": "", "quiet_end": "", "days_off": [], "digest": "off", "template": ""}
    await owner.press(path, {**again, "summaries": [], "which": "usual", "field": [], "op": [], "value": []})
    now = await stored(owner, workspace, path)
    assert (now["options"], now["events"], now["filter"]) == ({}, [], {})


async def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    owner: Browser, workspace: Created
) -> None:
    path = await made(owner, workspace)
    before = await stored(owner, workspace, path)
    said = KEEP | {
        "name": "", "config-to": "nobody", "which": "own", "match": "all", "field": ["colour", "Form completed (%)"],
        "op": ["==", ">"], "value": ["red<b>", "half"], "quiet_start": "20:00", "template": "one\r\n{{ lead.nmae }}",
    }  # fmt: skip
    answer = await owner.press(path, said | {"do": "save"})
    page = shown(answer)
    assert answer.status_code == 422 and "Nothing is saved yet: 6 things need your attention" in page
    for words in ("Give it a name.", "Choose at least one.", "There is no field 'colour'", "not an email address",
                  "have a start and an end",
                  "Line 2: lead has no nmae. Is it name?"):  # fmt: skip
        assert words in page, words
    for typed in ('value="red&lt;b&gt;"', 'value="half"', 'value="20:00"', "{{ lead.nmae }}", ">nobody</textarea>"):
        assert typed in answer.text, typed
    assert await stored(owner, workspace, path) == before


async def test_a_row_more_and_a_preview_save_nothing(owner: Browser, workspace: Created) -> None:
    await captured(owner, workspace.public_token)
    path = await made(owner, workspace)
    said = KEEP | {"field": ["Source"], "op": ["=="], "value": ["x"], "template": "Hello {{ lead.name }}"}
    rows = len(re.findall('<li class="question">', (await owner.press(path, said | {"do": "preview"})).text))
    answer = await owner.press(
        path, said | {"do": "more", "field": ["Source", ""], "op": ["==", "=="], "value": ["x", ""]}
    )
    assert len(re.findall('<li class="question">', answer.text)) == rows + 1
    assert "<b>Hello Anna Berger</b>" in answer.text and "your latest lead" in shown(answer)
    assert (await stored(owner, workspace, path))["filter"] == {}


async def test_the_preview_follows_what_is_typed(owner: Browser, workspace: Created, outsider: Browser) -> None:
    path = await made(owner, workspace)
    usual = await owner.press(f"{path}/preview", {"template": ""}, hx_request="true")
    assert "New lead: Grace Hopper" in usual.text and "The usual message" in usual.text
    own = await owner.press(f"{path}/preview", {"template": "<i>{{ lead.name }}"}, hx_request="true")
    assert "<b>&lt;i&gt;Grace Hopper</b>" in own.text and "<html" not in own.text
    wrong = await owner.press(f"{path}/preview", {"template": "{{ x }}"}, hx_request="true")
    assert wrong.status_code == 200 and "Line 1: there is no x" in wrong.text
    await outsider.see("/channels")
    for action in ("", "/preview", "/unmute"):
        assert (await outsider.press(f"{path}{action}", {"template": "x"})).status_code == 404
    assert (await outsider.see(path)).status_code == 404


async def test_a_secret_left_as_it_is_shown_stays(owner: Browser, workspace: Created) -> None:
    path = await made(owner, workspace, kind="telegram", config={"chat_id": -100, "bot_token": "99:secret-token"})
    page = await owner.see(path)
    assert "secret-token" not in page.text and 'value="…oken"' in page.text
    said = {"name": "Chat", "config-chat_id": "-100", "config-thread_id": "", "config-bot_token": "…oken", "do": "save"}
    assert (await owner.press(path, {**said, "escalate_after_minutes": "15"})).status_code == 303
    now = await stored(owner, workspace, path)
    assert (now["config"], now["options"]) == ({"chat_id": -100, "bot_token": "…oken"}, {"escalate_after_minutes": 15})
    answer = await owner.press(path, {**said, "escalate_after_minutes": "soon"})
    assert answer.status_code == 422 and "A whole number of minutes" in shown(answer)


async def test_a_filter_that_rows_can_not_say_is_shown_as_json(owner: Browser, workspace: Created) -> None:
    path = await made(owner, workspace, filter=NESTED)
    assert '"not"' in shown(await owner.see(path))
    said = KEEP | {"filter_as": "json", "do": "save"}
    for json, words in (('{"any": [', "isn't JSON yet"), ('{"any": []}', "needs a condition"), ("7", "object")):
        answer = await owner.press(path, said | {"json": json})
        assert answer.status_code == 422 and words in shown(answer), json
    assert (await stored(owner, workspace, path))["filter"] == NESTED
    await owner.press(path, said | {"json": '{"not": {"field": "spam", "op": "==", "value": true}}'})
    assert "not" in (await stored(owner, workspace, path))["filter"]


async def test_what_the_forms_ask_for_is_offered_to_the_filter(owner: Browser, workspace: Created) -> None:
    key = {"x-api-key": workspace.api_key, "cookie": ""}
    lead = {"name": "A B", "email": "a@b.example", "phone": "1", "custom_data": {"Guests <n>": 3}}
    await owner.client.post("/api/v1/leads", json=lead, headers=key)
    page = (await owner.see(await made(owner, workspace))).text
    assert '<option value="custom_data.Guests &lt;n&gt;">' in page and '<option value="Contacted">' in page


async def test_a_filter_is_written_as_json_or_in_rows(owner: Browser, workspace: Created) -> None:
    path = await made(owner, workspace)
    said = KEEP | {"match": "any", "field": ["Source", ""], "op": ["in", "=="], "value": ["google, bing", ""]}
    page = shown(await owner.press(path, said | {"do": "json"}))
    assert '"any": [' in page and '"google",' in page and 'name="filter_as" value="json"' in page
    json = '{"any": [{"field": "source", "op": "in", "value": ["google", "bing"]}]}'
    page = shown(await owner.press(path, KEEP | {"filter_as": "json", "json": json, "do": "rows"}))
    assert 'value="google, bing"' in page and '<option value="any" selected>' in page
    page = shown(await owner.press(path, KEEP | {"filter_as": "json", "json": '{"not": {}}', "do": "rows"}))
    assert "field is the name of" in page and '{"not": {}}</textarea>' in page
    assert (await stored(owner, workspace, path))["filter"] == {}


async def test_a_filter_of_fields_and_values_stays_as_it_was_written(owner: Browser, workspace: Created) -> None:
    path = await made(owner, workspace, filter={"source": "google"})
    said = {"field": ["Source"], "op": ["in"], "value": ["google"], "match": "all"}
    await owner.press(path, KEEP | said | {"do": "save", "name": "Other"})
    now = await stored(owner, workspace, path)
    assert (now["name"], now["filter"]) == ("Other", {"source": "google"})


async def test_a_silenced_channel_says_until_when_and_is_heard_again(
    owner: Browser, workspace: Created, database: Database
) -> None:
    path = await made(owner, workspace)
    await database.write(lambda tx: tx.execute("UPDATE channels SET muted_until = 4102444800000"))
    page = shown(await owner.see("/channels"))
    assert "Silent until" in page and "Unmute" in page
    assert "Silent until" not in (await owner.press(f"{path}/unmute", hx_request="true")).text
    off = await owner.press(f"{path}/disable", hx_request="true")
    assert "Undo" in off.text and f"{path}/enable" in off.text


async def test_each_kind_is_added_with_what_it_asks_for(owner: Browser, workspace: Created) -> None:
    page = shown(await owner.see("/channels"))
    assert "Copy Webhook URL and paste it here" in page and "One a line: an address, or owners" in page
    url = "https://discord.com/api/webhooks/123456789012345678/abcDEF_ghi"
    answer = await owner.press("/channels", {"kind": "discord", "name": "Leads", "webhook_url": "ftp://x"})
    assert answer.status_code == 422 and 'value="ftp://x"' in answer.text
    assert (await owner.press("/channels", {"kind": "discord", "name": "Leads", "webhook_url": url})).status_code == 303


@pytest.mark.parametrize(
    ("filter", "words"),
    [
        ({}, ""),
        ({"source": "google"}, "only where Source is google"),
        ({"any": [{"field": "email", "op": "exists"}]}, "only where Email is there"),
        ({"all": [{"field": "tags", "op": "exists"}] * 3}, "only where Tags is there and Tags is there and 1 more"),
        (NESTED, "only where 2 conditions say so"),
    ],
)  # fmt: skip
def test_a_filter_is_told_in_words(filter: dict[str, Any], words: str) -> None:
    assert filter_in_words(filter) == words


def test_options_are_told_in_words() -> None:
    said = options.Options(options.QuietHours("20:00", "07:00", ("sun",)), "hourly", "x", 15, ("daily",))
    assert options_in_words(said) == (
        "quiet from 20:00 to 07:00, quiet on Sunday, an hourly digest, in your own words, told again after 15 min,"
        " daily summaries"
    )
    assert options_in_words(options.Options()) == ""


def test_what_a_row_can_not_say_is_left_to_json() -> None:
    assert rows_of(NESTED) is None and rows_of({"field": "name", "op": "in", "value": ["a, b"]}) is None
    assert rows_of({}) == ("all", [])
