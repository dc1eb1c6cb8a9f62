"""A hosted form's definition: what it may say, each of its limits, and a sentence for whatever doesn't fit."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from leadsbot.db import Database
from leadsbot.errors import Conflict, InvalidInput, NotFound
from leadsbot.forms import hosted, hosted_editing
from leadsbot.forms.hosted import STARTER, Definition, check
from leadsbot.ids import new_id
from leadsbot.workspaces.bootstrap import Created
from tests.support.capture import change_site

EMAIL = {"name": "email", "label": "E-mail", "type": "email", "required": True}
KIND = {"name": "kind", "label": "Kind", "type": "select", "options": ["Wedding", "Meeting"]}


def definition(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"fields": list(fields) or [EMAIL], **more}


def refused(given: dict[str, Any]) -> str:
    with pytest.raises(InvalidInput) as caught:
        check(given)
    assert caught.value.fields == ("definition",)
    return caught.value.message


def many(number: int) -> list[dict[str, Any]]:
    return [{"name": f"f{n}", "label": f"F {n}"} for n in range(number)]


def test_one_field_is_enough_and_the_rest_has_defaults() -> None:
    read = check(definition())
    assert (read.button, read.redirect, read.consent.text) == ("Send", "", "")
    assert read.thanks.title == "Thank you"
    assert (read.fields[0].width, read.fields[0].options) == ("full", [])


def test_what_was_stored_is_read_as_it_was() -> None:
    whole = definition(
        EMAIL,
        {**KIND, "help": "One of them", "width": "half", "placeholder": "Choose"},
        title="Quote",
        intro="Hello",
        button="Ask",
        thanks={"title": "Thanks", "text": "Soon"},
        redirect="https://lindenhof.example/thanks",
        consent={"text": "I agree to the policy.", "link_text": "policy", "link_url": "https://lindenhof.example/p"},
        words={"sending": "Wird gesendet …"},
    )
    read = check(whole)
    assert hosted.read(hosted.stored(read)) == read
    assert read.consent.link_text == "policy"


def test_the_form_to_begin_with_is_sound() -> None:
    assert check(msgspec.to_builtins(STARTER)) == STARTER


@pytest.mark.parametrize("kind", ["text", "email", "tel", "textarea", "checkbox", "date", "number", "url"])
def test_every_type_is_taken(kind: str) -> None:
    assert check(definition({**EMAIL, "type": kind})).fields[0].type == kind


@pytest.mark.parametrize("kind", ["select", "radio", "checkbox"])
def test_choices_take_options(kind: str) -> None:
    assert check(definition({**KIND, "type": kind})).fields[0].options == ["Wedding", "Meeting"]


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({}, '"fields" is missing'),
        ({"fields": []}, "fields: at least one"),
        (definition({"name": "a"}), 'fields[0]: "label" is missing'),
        (definition({**EMAIL, "label": "  "}), "fields[0].label: this must not be blank"),
        (definition({**EMAIL, "type": "password"}), 'fields[0].type: "password" is none'),
        (definition({**EMAIL, "width": "third"}), "fields[0].width"),
        (definition({**EMAIL, "required": "yes"}), "fields[0].required"),
        (definition({**EMAIL, "surprise": 1}), 'fields[0]: "surprise" is not known'),
        (definition({**EMAIL, "name": "e mail"}), "fields[0].name: letters, digits"),
        (definition({**EMAIL, "name": "2nd"}), "fields[0].name"),
        (definition({**EMAIL, "autocomplete": 'x" onfocus='}), "fields[0].autocomplete"),
        (definition(EMAIL, {**EMAIL, "name": "EMAIL"}), "fields[1].name: two fields"),
        (definition({**EMAIL, "name": "consent"}), "fields[0].name"),
        (definition({**KIND, "options": []}), "fields[0].options: give at least one"),
        (definition({**EMAIL, "options": ["a"]}), "fields[0].options: only a list"),
        (definition({**KIND, "options": ["a", "a"]}), "fields[0].options: two options"),
        (definition({**KIND, "options": [" "]}), "fields[0].options[0]: this must not be blank"),
        (definition(button=" "), "button: this must not be blank"),
        (definition(redirect="javascript:alert(1)"), "redirect: a whole address"),
        (definition(redirect="/thanks"), "redirect: a whole address"),
        (definition(thanks={"html": "<b>"}), 'thanks: "html" is not known'),
        (definition(consent={"text": "I agree", "link_text": "agree"}), "consent.link_url: a link needs both"),
        (definition(consent={"text": "I agree", "link_url": "https://a.example"}), "consent.link_text: a link needs"),
        (
            definition(consent={"text": "I agree", "link_text": "policy", "link_url": "https://a.example"}),
            "consent.link_text: these words must stand",
        ),
        (
            definition(consent={"text": "I agree", "link_text": "agree", "link_url": "data:text/html,x"}),
            "consent.link_url: a whole address",
        ),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(given: dict[str, Any], place: str) -> None:
    assert refused(given).startswith(place)


@pytest.mark.parametrize(
    "field",
    [
        {"name": "pw", "label": "Password"},
        {"name": "card_number", "label": "Number"},
        {"name": "iban", "label": "Account"},
        {"name": "number", "label": "Number", "autocomplete": "cc-number"},
        {"name": "code", "label": "Code", "autocomplete": "one-time-code"},
    ],
)
def test_what_the_widget_never_sends_is_not_asked_for(field: dict[str, Any]) -> None:
    assert "never taken" in refused(definition(field))


@pytest.mark.parametrize(
    ("most", "given"),
    [
        (hosted.MAX_FIELDS, lambda n: {"fields": many(n)}),
        (hosted.MAX_OPTIONS, lambda n: definition({**KIND, "options": [f"Option {i}" for i in range(n)]})),
        (hosted.MAX_NAME, lambda n: definition({**EMAIL, "name": "a" * n})),
        (hosted.MAX_LABEL, lambda n: definition({**EMAIL, "label": "a" * n})),
        (hosted.MAX_LABEL, lambda n: definition({**EMAIL, "placeholder": "a" * n})),
        (hosted.MAX_LABEL, lambda n: definition({**KIND, "options": ["a" * n]})),
        (hosted.MAX_LABEL, lambda n: definition(title="a" * n)),
        (hosted.MAX_LABEL, lambda n: definition(thanks={"title": "a" * n})),
        (hosted.MAX_LABEL, lambda n: definition(words={"sending": "a" * n})),
        (hosted.MAX_HELP, lambda n: definition({**EMAIL, "help": "a" * n})),
        (hosted.MAX_HELP, lambda n: definition(words={"kept": "a" * n})),
        (hosted.MAX_TEXT, lambda n: definition(intro="a" * n)),
        (hosted.MAX_TEXT, lambda n: definition(thanks={"text": "a" * n})),
        (hosted.MAX_TEXT, lambda n: definition(consent={"text": "a" * n})),
        (hosted.MAX_ADDRESS, lambda n: definition(redirect="https://a.example/".ljust(n, "a"))),
        (hosted.MAX_BUTTON, lambda n: definition(button="a" * n)),
        (hosted.MAX_AUTOCOMPLETE, lambda n: definition({**EMAIL, "autocomplete": "a" * n})),
    ],
)
def test_each_limit_holds_and_what_reaches_it_is_taken(most: int, given: Any) -> None:
    check(given(most))
    assert f"most {most}" in refused(given(most + 1))


def test_the_whole_has_a_limit_too() -> None:
    options = [f"{n:03} " + "ä" * 190 for n in range(100)]
    assert "at most 65,536 bytes" in refused(
        definition({**KIND, "options": options}, {**KIND, "name": "b", "options": options})
    )


def test_a_page_is_told_everything_that_is_wrong_at_once() -> None:
    given = definition({**EMAIL, "label": ""}, {**KIND, "name": "!"}, redirect="x" * 2001)
    assert set(hosted.mistakes(given)) == {"fields[0].label", "fields[1].name", "redirect"}
    given = definition({**KIND, "options": []}, redirect="nowhere")
    assert set(hosted.mistakes(given)) == {"fields[0].options", "redirect"}
    assert hosted.mistakes({"fields": []}) == {"fields": "At least one is needed."}
    assert hosted.mistakes(definition()) == {}


async def made(database: Database, workspace: Created, name: str = "Contact", **more: Any) -> dict[str, Any]:
    args = (workspace.workspace_id, workspace.site_id, name, more.pop("definition", STARTER))
    return await hosted_editing.create_hosted(database, *args, **more)


async def test_a_page_finds_a_form_by_id_or_name_and_else_the_oldest(database: Database, workspace: Created) -> None:
    first, second = await made(database, workspace, "Contact"), await made(database, workspace, "Größe")

    async def found(wanted: str = "") -> str | None:
        row = await hosted_editing.find_hosted(database, workspace.site_id, wanted)
        return row["id"] if row else None

    assert await found() == await found("contact ") == await found(first["id"].upper()) == first["id"]
    assert await found("GRÖSSE") == await found(second["id"]) == second["id"]
    assert await found("nothing") is await found(new_id()) is None


async def test_a_form_of_another_site_is_not_found(database: Database, workspace: Created, stranger: Created) -> None:
    row = await made(database, workspace)
    for wanted in ("", row["id"], row["name"]):
        assert await hosted_editing.find_hosted(database, stranger.site_id, wanted) is None


async def test_a_name_is_the_sites_only_one(database: Database, workspace: Created) -> None:
    await made(database, workspace, "Contact")
    other = await made(database, workspace, "Other")
    with pytest.raises(Conflict):
        await made(database, workspace, "CONTACT")
    with pytest.raises(Conflict):
        await hosted_editing.change_hosted(database, workspace.workspace_id, other["id"], "contact")
    await hosted_editing.change_hosted(database, workspace.workspace_id, other["id"], "OTHER")


async def test_a_site_has_a_number_of_forms(
    database: Database, workspace: Created, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosted_editing, "MAX_PER_SITE", 2)
    await made(database, workspace, "One")
    await made(database, workspace, "Two")
    with pytest.raises(InvalidInput, match="at most 2"):
        await made(database, workspace, "Three")


async def test_a_field_is_not_named_like_the_sites_honeypot(database: Database, workspace: Created) -> None:
    await change_site(database, honeypot_field="Website")
    trapped = check(definition({"name": "website", "label": "Website", "type": "url"}))
    with pytest.raises(InvalidInput, match="honeypot"):
        await made(database, workspace, definition=trapped)
    row = await made(database, workspace)
    with pytest.raises(InvalidInput, match="honeypot"):
        await hosted_editing.change_hosted(database, workspace.workspace_id, row["id"], definition=trapped)


async def test_a_deleted_form_can_come_back_as_what_it_was(database: Database, workspace: Created) -> None:
    row = await made(database, workspace)
    await hosted_editing.delete_hosted(database, workspace.workspace_id, row["id"])
    again = await made(database, workspace, form_id=row["id"], created_at=row["created_at"])
    assert (again["id"], again["created_at"]) == (row["id"], row["created_at"])
    with pytest.raises(Conflict):
        await made(database, workspace, "Another", form_id=row["id"])


async def test_a_stranger_neither_reads_nor_changes_nor_deletes_it(
    database: Database, workspace: Created, stranger: Created
) -> None:
    row = await made(database, workspace)
    theirs = stranger.workspace_id
    assert (await hosted_editing.list_hosted(database, theirs)).rows == []
    assert (await hosted_editing.list_hosted(database, theirs, workspace.site_id)).rows == []
    with pytest.raises(NotFound):
        await hosted_editing.get_hosted(database, theirs, row["id"])
    with pytest.raises(NotFound):
        await hosted_editing.change_hosted(database, theirs, row["id"], "Mine")
    with pytest.raises(NotFound):
        await hosted_editing.delete_hosted(database, theirs, row["id"])
    with pytest.raises(NotFound):
        await hosted_editing.create_hosted(
            database, theirs, workspace.site_id, "Mine", Definition(fields=STARTER.fields)
        )
    assert (await hosted_editing.get_hosted(database, workspace.workspace_id, row["id"]))["name"] == "Contact"
