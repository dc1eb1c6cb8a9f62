"""Hosted forms in the dashboard, without any script: made, edited question by question, deleted and brought back."""

from __future__ import annotations

import html
import re
from secrets import token_urlsafe
from typing import Any

import httpx
import pytest

from leadsbot.db import Database
from leadsbot.db.tx import Row
from leadsbot.forms import hosted, hosted_editing
from leadsbot.forms.hosted import MAX_FIELDS
from leadsbot.workspaces.bootstrap import Created
from tests.dashboard.browsing import Browser, shown

LIST = "/forms/hosted"
ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
_INPUT = re.compile(r'<input[^>]* name="([\w.]+)"[^>]*>')
_AREA = re.compile(r'<textarea[^>]* name="([\w.]+)"[^>]*>(.*?)</textarea>', re.DOTALL)
_SELECT = re.compile(r'<select[^>]* name="([\w.]+)"[^>]*>(.*?)</select>', re.DOTALL)


def typed(answer: httpx.Response) -> dict[str, str]:
    """Give what a browser would post from the editor as it came."""
    editor = re.search(r'<form[^>]* id="editor".*?</form>', answer.text, re.DOTALL)
    assert editor, answer.text
    found: dict[str, str] = {}
    for match in _INPUT.finditer(editor[0]):
        whole, kind = match[0], re.search(r'type="(\w+)"', match[0])
        if kind and kind[1] in ("radio", "checkbox") and " checked" not in whole:
            continue
        value = re.search(r' value="([^"]*)"', whole)
        found[match[1]] = html.unescape(value[1]) if value else ""
    found |= {name: html.unescape(text) for name, text in _AREA.findall(editor[0])}
    for name, inside in _SELECT.findall(editor[0]):
        chosen = re.search(r'value="(\w+)" selected', inside)
        found[name] = chosen[1] if chosen else ""
    del found["_csrf_token"]  # whoever presses has their own
    return found


@pytest.fixture
async def form(owner: Browser, workspace: Created, database: Database) -> Row:
    """A form as the dashboard makes it."""
    answer = await owner.press(LIST, {"name": "Landing page", "site_id": workspace.site_id})
    assert answer.status_code == 303
    row: Row = (await hosted_editing.list_hosted(database, workspace.workspace_id)).rows[0]
    assert answer.headers["location"] == f"{LIST}/{row['id']}"
    return row


async def saved(database: Database, form: Row) -> hosted.Definition:
    row = await hosted_editing.get_hosted(database, form["workspace_id"], form["id"])
    return hosted.read(row["definition"])


async def press(owner: Browser, form: Row, **changes: str) -> httpx.Response:
    """Change inputs of the page as it stands, then press the button named by `do`."""
    values = typed(await owner.see(f"{LIST}/{form['id']}"))
    return await owner.press(f"{LIST}/{form['id']}", {**values, **changes})


def labels(answer: httpx.Response) -> list[str]:
    values = typed(answer)
    return [values[f"f{n}.label"] for n in range(int(values["rows"]))]


async def test_the_list_says_how_to_begin(owner: Browser) -> None:
    page = shown(await owner.see(LIST))
    assert "Your hosted forms will stand here" in page and "Make the form" in page
    assert 'href="/forms/hosted"' in shown(await owner.see("/forms"))


async def test_a_new_form_asks_a_few_questions_and_is_listed_with_its_tag(
    owner: Browser, form: Row, workspace: Created
) -> None:
    page = shown(await owner.see(LIST))
    assert "Landing page" in page and "4 fields" in page
    assert f'data-mode="form" data-form="{form["id"]}"' in page and workspace.public_token in page
    assert labels(await owner.see(f"{LIST}/{form['id']}")) == ["Your name", "E-mail", "Phone", "Message"]


async def test_a_name_is_needed_and_the_sites_only_one(owner: Browser, form: Row, workspace: Created) -> None:
    for name, words in (("", "Give it a name."), ("landing PAGE", "already"), ("x" * 201, "At most 200")):
        answer = await owner.press(LIST, {"name": name, "site_id": workspace.site_id})
        assert answer.status_code == 422 and words in shown(answer)
    answer = await owner.press(LIST, {"name": "Other", "site_id": "none"})
    assert answer.status_code == 422 and "Choose the site" in shown(answer)


async def test_saving_what_was_not_touched_changes_nothing(owner: Browser, form: Row, database: Database) -> None:
    before = await saved(database, form)
    assert (await press(owner, form, do="save")).status_code == 303
    assert await saved(database, form) == before


async def test_everything_that_the_page_shows_is_saved(owner: Browser, form: Row, database: Database) -> None:
    changes = {
        "name": "Renamed", "title": "A quote", "intro": "Hello", "button": "Ask", "thanks.title": "Thanks",
        "thanks.text": "Soon", "redirect": "https://lindenhof.example/thanks", "consent.text": "I agree to it.",
        "consent.link_text": "agree", "consent.link_url": "https://lindenhof.example/p", "words.sending": "Moment …",
        "f0.label": "Kind", "f0.type": "select", "f0.options": "Wedding\r\n\r\n Meeting ", "f0.required": "",
        "f0.help": "One", "f0.placeholder": "Choose", "f0.name": "kind", "f0.width": "half", "f0.autocomplete": "",
    }  # fmt: skip
    assert (await press(owner, form, do="save", **changes)).status_code == 303
    made = await saved(database, form)
    assert (made.title, made.intro, made.button, made.redirect) == (
        "A quote", "Hello", "Ask", "https://lindenhof.example/thanks"
    )  # fmt: skip
    assert (made.thanks.text, made.consent.link_text, made.words.sending) == ("Soon", "agree", "Moment …")
    assert made.fields[0] == hosted.HostedField(
        name="kind", label="Kind", type="select", options=["Wedding", "Meeting"], help="One", placeholder="Choose",
        width="half",
    )  # fmt: skip
    assert "Renamed" in shown(await owner.see(LIST))


async def test_questions_are_added_moved_and_removed_before_anything_is_saved(
    owner: Browser, form: Row, database: Database
) -> None:
    before = await saved(database, form)
    added = await press(owner, form, do="add", title="Unsaved title")
    assert labels(added) == ["Your name", "E-mail", "Phone", "Message", ""]
    assert "Not saved yet" in shown(added) and "Unsaved title" in shown(added)
    assert re.search(r'id="f4-label"[^>]* autofocus', added.text), "one goes on with the new question"
    assert labels(await press(owner, form, do="up:1")) == ["E-mail", "Your name", "Phone", "Message"]
    assert labels(await press(owner, form, do="down:1")) == ["Your name", "Phone", "E-mail", "Message"]
    assert labels(await press(owner, form, do="remove:3")) == ["Your name", "E-mail", "Phone"]
    assert await saved(database, form) == before


@pytest.mark.parametrize("action", ["up:0", "down:3", "remove:9", "remove:-1", "up:x", "burn:1", "up:" + "9" * 500])
async def test_a_button_that_can_do_nothing_does_nothing(owner: Browser, form: Row, action: str) -> None:
    answer = await press(owner, form, do=action)
    assert answer.status_code == 200
    assert labels(answer) == ["Your name", "E-mail", "Phone", "Message"]


async def test_the_script_gets_the_editor_alone(owner: Browser, form: Row) -> None:
    values = typed(await owner.see(f"{LIST}/{form['id']}"))
    answer = await owner.press(f"{LIST}/{form['id']}", {**values, "do": "add"}, hx_request="true")
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith("<form") and "<html" not in answer.text


async def test_a_question_without_a_name_is_named_after_its_words(
    owner: Browser, form: Row, database: Database
) -> None:
    changes = {
        "f0.label": "Wie viele Gäste?",
        "f1.label": "Wie viele Gäste ?",
        "f2.label": "Consent",
        "f3.label": "名前",
    }
    names = dict.fromkeys((f"f{n}.name" for n in range(4)), "")
    assert (await press(owner, form, do="save", **changes, **names)).status_code == 303
    made = [field.name for field in (await saved(database, form)).fields]
    assert made == ["wie_viele_gaste", "wie_viele_gaste_2", "consent_2", "field"]


async def test_what_is_wrong_stands_beside_each_field_and_nothing_is_saved(
    owner: Browser, form: Row, database: Database
) -> None:
    before = await saved(database, form)
    answer = await press(owner, form, **{"f0.label": "", "f1.type": "radio", "redirect": "x" * 2001, "name": ""})
    assert answer.status_code == 422
    page = shown(answer)
    for place in ("f0-label", "form-redirect", "form-name"):
        assert f'id="{place}-wrong"' in page, place
    answer = await press(owner, form, **{"f1.type": "radio", "redirect": "nowhere"})
    assert 'id="f1-options-wrong"' in answer.text and 'id="form-redirect-wrong"' in answer.text
    assert typed(answer)["redirect"] == "nowhere", "what was typed is still there"
    assert await saved(database, form) == before


async def test_a_form_of_fifty_questions_is_saved_and_asks_no_more(
    owner: Browser, form: Row, database: Database
) -> None:
    values = typed(await owner.see(f"{LIST}/{form['id']}"))
    row = {key.partition(".")[2]: value for key, value in values.items() if key.startswith("f3.")}
    many = {f"f{n}.{key}": value for n in range(MAX_FIELDS) for key, value in {**row, "name": f"q{n}"}.items()}
    values |= {**many, "rows": str(MAX_FIELDS)}
    assert (await owner.press(f"{LIST}/{form['id']}", {**values, "do": "save"})).status_code == 303
    assert len((await saved(database, form)).fields) == MAX_FIELDS
    assert len(labels(await press(owner, form, do="add"))) == MAX_FIELDS


async def test_the_preview_is_what_stands_on_the_page_and_leads_nowhere(owner: Browser, form: Row) -> None:
    values = typed(await owner.see(f"{LIST}/{form['id']}"))
    changes = {"title": "Not saved", "redirect": "https://lindenhof.example/thanks", "f0.label": ""}
    answer = await owner.press(f"{LIST}/preview", {**values, **changes})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    definition = answer.json()["definition"]
    assert (definition["title"], definition["redirect"], len(definition["fields"])) == ("Not saved", "", 4)


async def test_a_deleted_form_comes_back_with_undo(owner: Browser, form: Row, database: Database) -> None:
    before = await saved(database, form)
    answer = await owner.press(f"{LIST}/{form['id']}/delete")
    assert answer.headers["location"] == LIST
    page = await owner.see(LIST)
    assert "is deleted" in page.text
    assert (await owner.see(f"{LIST}/{form['id']}")).status_code == 404
    kept = re.search(r'name="form" value="([^"]+)"', page.text)
    assert kept
    assert (await owner.press(f"{LIST}/restore", {"form": html.unescape(kept[1])})).status_code == 303
    assert await saved(database, form) == before
    again = await hosted_editing.get_hosted(database, form["workspace_id"], form["id"])
    assert again["created_at"] == form["created_at"]


async def test_a_form_too_large_to_be_carried_along_is_deleted_without_undo(owner: Browser, form: Row) -> None:
    texts = {"intro": token_urlsafe(1_400), "thanks.text": token_urlsafe(1_400)}
    assert (await press(owner, form, do="save", **texts)).status_code == 303
    await owner.press(f"{LIST}/{form['id']}/delete")
    page = (await owner.see(LIST)).text
    assert "is deleted" in page and f"{LIST}/restore" not in page


@pytest.mark.parametrize("kept", ["", "rubbish", "eJwDAAAAAAE=", "é"])
async def test_what_is_no_deleted_form_is_not_brought_back(owner: Browser, kept: str) -> None:
    assert (await owner.press(f"{LIST}/restore", {"form": kept})).status_code == 400


async def test_harmful_words_are_escaped(owner: Browser, form: Row) -> None:
    texts = ("title", "intro", "button", "f0.label", "f0.help", "f0.placeholder", "consent.text", "words.check", "name")
    changes: dict[str, Any] = dict.fromkeys(texts, ATTACK)
    assert (await press(owner, form, do="save", **changes)).status_code == 303
    for path in (LIST, f"{LIST}/{form['id']}"):
        page = (await owner.see(path)).text
        assert "<script>alert" not in page and "<img src=x" not in page
        assert "&lt;script&gt;alert(1)" in page


async def test_a_stranger_neither_sees_nor_touches_it(
    owner: Browser, outsider: Browser, form: Row, workspace: Created, database: Database
) -> None:
    values = typed(await owner.see(f"{LIST}/{form['id']}"))
    assert "Landing page" not in (await outsider.see(LIST)).text
    assert (await outsider.see(f"{LIST}/{form['id']}")).status_code == 404
    for path in (f"{LIST}/{form['id']}", f"{LIST}/{form['id']}/delete"):
        assert (await outsider.press(path, {**values, "title": "Mine"})).status_code == 404
    assert (await outsider.press(LIST, {"name": "Mine", "site_id": workspace.site_id})).status_code == 404
    await owner.press(f"{LIST}/{form['id']}/delete")
    kept = re.search(r'name="form" value="([^"]+)"', (await owner.see(LIST)).text)
    assert kept
    assert (await outsider.press(f"{LIST}/restore", {"form": html.unescape(kept[1])})).status_code == 404


async def test_nobody_gets_in_without_signing_in_or_the_pages_token(
    owner: Browser, passer_by: Browser, form: Row
) -> None:
    actions = (LIST, f"{LIST}/{form['id']}", f"{LIST}/{form['id']}/delete", f"{LIST}/restore", f"{LIST}/preview")
    for path in (LIST, f"{LIST}/{form['id']}"):
        assert (await passer_by.see(path)).headers["location"].startswith("/login")
    owner.token = ""
    for path in actions:
        assert (await owner.press(path)).status_code == 403
