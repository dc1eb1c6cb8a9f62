"""Members over HTTP: added, invited, given another role, removed; a workspace keeps an owner."""

from __future__ import annotations

import pytest

from leadsbot import clock
from leadsbot.db import Database
from leadsbot.ids import new_id
from leadsbot.workspaces import members as members_module
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import PUBLIC_URL, Client

MEMBERS = "/api/v1/workspace/members"
INVITED = {"email": " Maria@Example.com ", "name": "Maria", "role": "admin"}


async def test_the_owner_is_the_first_member(api: Client, workspace: Created) -> None:
    (owner,) = (await api.get(MEMBERS)).json()["data"]
    assert (owner["email"], owner["role"], owner["status"]) == ("owner@example.com", "owner", "active")
    assert owner["user_id"] == workspace.user_id and owner["expires_at"] is None
    assert (await api.get(f"{MEMBERS}/{owner['id']}")).json() == owner


async def test_a_new_person_without_a_password_is_invited(api: Client, database: Database) -> None:
    with clock.freeze(clock.now()):
        answer = await api.post(MEMBERS, json=INVITED)
        assert answer.status_code == 201
        made = answer.json()
        url = made.pop("invite_url")
        assert (made["email"], made["role"], made["status"], made["user_id"]) == (
            "maria@example.com",
            "admin",
            "invited",
            None,
        )
        assert made["expires_at"] == clock.rfc3339(clock.now() + 7 * clock.DAY)
    assert url.startswith(f"{PUBLIC_URL}/invitations/")
    secret = url.rpartition("/")[2]
    assert len(secret) >= 40
    shown = await api.get(f"{MEMBERS}/{made['id']}")
    assert shown.json() == made and secret not in (await api.get(MEMBERS)).text
    assert secret not in str(await database.fetch("SELECT * FROM invitations"))


async def test_a_new_person_with_a_password_is_a_member_at_once(api: Client) -> None:
    answer = await api.post(MEMBERS, json={**INVITED, "password": "a long password"})
    assert answer.status_code == 201
    assert answer.json()["status"] == "active" and "invite_url" not in answer.json()
    again = await api.post(MEMBERS, json=INVITED)
    assert (again.status_code, again.json()["fields"]) == (409, ["email"])


async def test_nobody_sets_the_password_of_somebody_who_has_one(api: Client, stranger: Created) -> None:
    body = {"email": "stranger@example.com", "password": "taken over by me"}
    refused = await api.post(MEMBERS, json=body)
    assert (refused.status_code, refused.json()["fields"]) == (409, ["password"])
    invited = await api.post(MEMBERS, json={"email": "stranger@example.com"})
    assert invited.json()["status"] == "invited" and invited.json()["role"] == "member"


async def test_a_repeated_request_invites_once_and_shows_no_link_again(api: Client, nobody: Client) -> None:
    once = {"idempotency-key": "invite-maria"}
    first = (await api.post(MEMBERS, json=INVITED, headers=once)).json()
    again = await api.post(MEMBERS, json=INVITED, headers=once)
    url = first.pop("invite_url")
    assert again.status_code == 201 and again.json() == first
    assert (await nobody.get(url)).status_code == 200


async def test_inviting_again_ends_the_link_before(api: Client, nobody: Client) -> None:
    first = (await api.post(MEMBERS, json=INVITED)).json()
    second = (await api.post(MEMBERS, json={**INVITED, "role": "member"})).json()
    third = await api.post(f"{MEMBERS}/{first['id']}/resend")
    assert third.status_code == 200
    assert first["id"] == second["id"] == third.json()["id"] and third.json()["role"] == "member"
    urls = [one["invite_url"] for one in (first, second, third.json())]
    assert [(await nobody.get(url)).status_code for url in urls] == [404, 404, 200]


async def test_an_invitation_is_taken_back(api: Client, nobody: Client) -> None:
    made = (await api.post(MEMBERS, json=INVITED)).json()
    assert (await api.delete(f"{MEMBERS}/{made['id']}")).status_code == 204
    assert (await nobody.get(made["invite_url"])).status_code == 404
    assert (await api.get(f"{MEMBERS}/{made['id']}")).status_code == 404


async def test_an_invitation_ends_after_seven_days(api: Client, nobody: Client) -> None:
    start = clock.now()
    with clock.freeze(start) as advance:
        made = (await api.post(MEMBERS, json=INVITED)).json()
        advance(7 * clock.DAY - 1)
        assert (await nobody.get(made["invite_url"])).status_code == 200
        advance(1)
        assert (await nobody.get(made["invite_url"])).status_code == 404
        assert (await api.get(f"{MEMBERS}/{made['id']}")).json()["status"] == "expired"
        renewed = (await api.post(f"{MEMBERS}/{made['id']}/resend")).json()
        assert renewed["status"] == "invited"
        assert (await nobody.get(renewed["invite_url"])).status_code == 200


async def test_a_role_changes_but_an_owner_is_left(api: Client) -> None:
    (owner,) = (await api.get(MEMBERS)).json()["data"]
    for answer in (
        await api.patch(f"{MEMBERS}/{owner['id']}", json={"role": "admin"}),
        await api.delete(f"{MEMBERS}/{owner['id']}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")
        assert answer.json()["error"] == "owner@example.com is the only owner. Make somebody else an owner first."
    other = (await api.post(MEMBERS, json={**INVITED, "role": "owner"})).json()
    # Somebody who has yet to come in owns nothing.
    assert (await api.delete(f"{MEMBERS}/{owner['id']}")).status_code == 409
    await api.delete(f"{MEMBERS}/{other['id']}")
    second = (await api.post(MEMBERS, json={**INVITED, "password": "a long password"})).json()
    raised = await api.patch(f"{MEMBERS}/{second['id']}", json={"role": "owner"})
    assert raised.status_code == 200 and raised.json() == {**second, "role": "owner"}
    assert (await api.delete(f"{MEMBERS}/{owner['id']}")).status_code == 204
    assert [one["email"] for one in (await api.get(MEMBERS)).json()["data"]] == ["maria@example.com"]


async def test_members_without_sense_are_not_made(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for body, field in (
        ({}, "email"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@example.com", "role": "king"}, "role"),
        ({"email": "a@example.com", "password": "short"}, "password"),
        ({"email": "a@example.com", "name": "x" * 201}, "name"),
        ({"email": "a@example.com", "admin": True}, "admin"),
    ):
        answer = await api.post(MEMBERS, json=body)
        assert (answer.status_code, answer.json()["fields"]) == (400, [field]), body
    assert len((await api.get(MEMBERS)).json()["data"]) == 1
    monkeypatch.setattr(members_module, "MOST_MEMBERS", 1)
    assert (await api.post(MEMBERS, json=INVITED)).status_code == 409
    assert (await api.patch(f"{MEMBERS}/{new_id()}", json={"role": "owner"})).status_code == 404


async def test_a_stranger_meets_no_member(api: Client, stranger_api: Client) -> None:
    made = (await api.post(MEMBERS, json=INVITED)).json()
    (owner, *_) = (await api.get(MEMBERS)).json()["data"]
    for member_id in (made["id"], owner["id"]):
        address = f"{MEMBERS}/{member_id}"
        for answer in (
            await stranger_api.get(address),
            await stranger_api.patch(address, json={"role": "member"}),
            await stranger_api.delete(address),
            await stranger_api.post(f"{address}/resend"),
        ):
            assert answer.status_code == 404
    assert len((await api.get(MEMBERS)).json()["data"]) == 2
