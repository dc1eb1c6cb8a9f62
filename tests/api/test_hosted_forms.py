"""Hosted forms over HTTP: made, read, changed, deleted, and the tag to paste."""

from __future__ import annotations

from typing import Any

from leadsbot.ids import new_id
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import PUBLIC_URL, Client

DOOR = "/api/v1/hosted-forms"
DEFINITION: dict[str, Any] = {"title": "Write to us", "fields": [{"name": "email", "label": "E-mail", "type": "email"}]}


async def make(api: Client, workspace: Created, name: str = "Contact", **more: Any) -> dict[str, Any]:
    body = {"site_id": workspace.site_id, "name": name, "definition": DEFINITION, **more}
    answer = await api.post(DOOR, json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_form_is_made_and_read(api: Client, workspace: Created) -> None:
    made = await make(api, workspace, " Contact ")
    assert (made["name"], made["site_id"]) == ("Contact", workspace.site_id)
    assert made["definition"]["title"] == "Write to us"
    assert made["definition"]["button"] == "Send", "what was left out has its default"
    assert made["created_at"] == made["updated_at"] and made["created_at"].endswith("Z")
    assert (await api.get(f"{DOOR}/{made['id']}")).json() == made


async def test_the_tag_can_be_pasted(api: Client, workspace: Created) -> None:
    made = await make(api, workspace)
    assert made["script_tag"] == (
        f'<script id="leadsbot-listener" src="{PUBLIC_URL}/widget.js" data-token="{workspace.public_token}"\n'
        f'        data-api="{PUBLIC_URL}" data-mode="form" data-form="{made["id"]}" async></script>'
    )
    await api.patch(f"/api/v1/sites/{workspace.site_id}", json={"consent": "required"})
    assert 'data-consent="required"' in (await api.get(f"{DOOR}/{made['id']}")).json()["script_tag"]


async def test_a_change_changes_what_it_names_and_the_definition_as_a_whole(api: Client, workspace: Created) -> None:
    made = await make(api, workspace)
    renamed = (await api.patch(f"{DOOR}/{made['id']}", json={"name": "Hello"})).json()
    assert renamed == {**made, "name": "Hello", "updated_at": renamed["updated_at"]}
    fields = [{"name": "phone", "label": "Phone", "type": "tel"}]
    changed = (await api.patch(f"{DOOR}/{made['id']}", json={"definition": {"fields": fields}})).json()
    assert changed["definition"]["title"] == "" and changed["definition"]["fields"][0]["name"] == "phone"
    assert (await api.patch(f"{DOOR}/{made['id']}", json={})).json() == changed


async def test_a_deleted_form_is_gone(api: Client, workspace: Created) -> None:
    made = await make(api, workspace)
    assert (await api.delete(f"{DOOR}/{made['id']}")).status_code == 204
    assert (await api.get(f"{DOOR}/{made['id']}")).status_code == 404
    assert (await api.delete(f"{DOOR}/{made['id']}")).status_code == 404


async def test_forms_are_listed_newest_first_and_by_site(api: Client, workspace: Created) -> None:
    made = [(await make(api, workspace, name))["id"] for name in ("One", "Two")]
    first = (await api.get(f"{DOOR}?limit=1")).json()
    assert [form["id"] for form in first["data"]] == [made[1]]
    rest = (await api.get(DOOR, params={"cursor": first["next_cursor"]})).json()
    assert [form["id"] for form in rest["data"]] == [made[0]] and rest["next_cursor"] is None
    assert len((await api.get(DOOR, params={"site_id": workspace.site_id})).json()["data"]) == 2
    assert (await api.get(DOOR, params={"site_id": new_id()})).json()["data"] == []


async def test_what_is_wrong_is_said_with_its_place(api: Client, workspace: Created) -> None:
    wrong = {"fields": [{"name": "email", "label": "E-mail", "type": "mail"}]}
    answer = await api.post(DOOR, json={"site_id": workspace.site_id, "name": "A", "definition": wrong})
    assert (answer.status_code, answer.json()["fields"]) == (400, ["definition"])
    assert answer.json()["error"] == 'fields[0].type: "mail" is none of the choices.'
    for body, field in (
        ({"site_id": workspace.site_id, "name": " ", "definition": DEFINITION}, "name"),
        ({"site_id": workspace.site_id, "name": "a" * 201, "definition": DEFINITION}, "name"),
        ({"site_id": "here", "name": "A", "definition": DEFINITION}, "site_id"),
        ({"site_id": workspace.site_id, "name": "A"}, "definition"),
        ({"site_id": workspace.site_id, "name": "A", "definition": []}, "definition"),
        ({"site_id": workspace.site_id, "name": "A", "definition": DEFINITION, "html": ""}, "html"),
    ):
        answer = await api.post(DOOR, json=body)
        assert (answer.status_code, answer.json()["fields"]) == (400, [field]), body


async def test_a_name_that_is_taken_is_a_conflict(api: Client, workspace: Created) -> None:
    await make(api, workspace)
    body = {"site_id": workspace.site_id, "name": "contact", "definition": DEFINITION}
    answer = await api.post(DOOR, json=body)
    assert (answer.status_code, answer.json()["code"], answer.json()["fields"]) == (409, "name_taken", ["name"])


async def test_a_stranger_finds_nothing(api: Client, stranger_api: Client, workspace: Created) -> None:
    made = await make(api, workspace)
    body = {"site_id": workspace.site_id, "name": "Mine", "definition": DEFINITION}
    for answer in (
        await stranger_api.get(f"{DOOR}/{made['id']}"),
        await stranger_api.patch(f"{DOOR}/{made['id']}", json={"name": "Mine"}),
        await stranger_api.delete(f"{DOOR}/{made['id']}"),
        await stranger_api.post(DOOR, json=body),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await stranger_api.get(DOOR)).json()["data"] == []
    assert (await api.get(f"{DOOR}/{made['id']}")).json() == made
