"""API keys: made with what they may do, shown once, revoked at once."""

from __future__ import annotations

from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from leadsbot.dashboard.desk import Desk, Here, pages, require
from leadsbot.dashboard.views import Form, NewSecret, Toast
from leadsbot.dashboard.views.settings import Key, Keys
from leadsbot.db import Tx
from leadsbot.db.tx import Row
from leadsbot.workspaces import api_keys, key_editing
from leadsbot.workspaces.members import OWNER

PAGE = "/settings/keys"
MAX_NAME = 200
MANAGE = "manage"
# Scope, what it is called, what it lets do.
SCOPES = (
    ("leads:write", "Send leads", "Create and update leads, and move them to another stage."),
    ("leads:read", "Read leads", "Leads, forms, sessions, analytics and exports."),
    (MANAGE, "Manage", "Everything else that an owner can do here: sites, webhooks, members, settings, other keys."),
)


@get(PAGE)
async def show(desk: Here) -> Response[str]:
    return await desk.page(await _view(desk))


@post(PAGE)
async def create(desk: Here) -> Response[str]:
    """Make a key and show it on the next page, this once."""
    name, asked = desk.posted.text("name"), desk.posted.all("scopes")
    scopes = [scope for scope in api_keys.SCOPES if scope in asked]
    errors = {}
    if not 1 <= len(name) <= MAX_NAME:
        errors["name"] = "Give it a name, such as the program that will use it."
    if not scopes:
        errors["scopes"] = "Choose at least one."
    if errors:
        form = Form(desk.posted.values(), errors)
        return await desk.page(await _view(desk, form, scopes), HTTP_422_UNPROCESSABLE_ENTITY)
    if MANAGE in scopes:  # it could make its holder an owner
        require(desk.person, OWNER)

    async def unit(tx: Tx) -> tuple[str, str]:
        return api_keys.create(tx, desk.workspace_id, name, scopes)

    _, key = await desk.database.write(unit)
    return desk.go(PAGE, secret=NewSecret(name, key))


@post("/settings/keys/{key_id:uuid}/revoke")
async def revoke(desk: Here, key_id: FromPath[UUID]) -> Response[str]:
    row = await key_editing.get_key(desk.database, desk.workspace_id, str(key_id))
    if MANAGE in row["scopes"]:
        require(desk.person, OWNER)
    await key_editing.revoke_key(desk.database, desk.workspace_id, row["id"])
    return desk.go(PAGE, Toast(f"{row['name']} is revoked. Whatever uses it gets 401 from now on."))


async def _view(desk: Desk, form: Form | None = None, chosen: list[str] | None = None) -> Keys:
    in_use = await key_editing.keys_in_use(desk.database, desk.workspace_id)
    revoked = await key_editing.last_revoked(desk.database, desk.workspace_id)
    made = desk.said().secret
    wanted = ["leads:write"] if chosen is None else chosen
    return Keys(
        keys=tuple(_key(row) for row in in_use),
        revoked=tuple(_key(row) for row in revoked),
        choices=tuple(
            (scope, label, words, scope in wanted)
            for scope, label, words in SCOPES
            if scope != MANAGE or desk.person.role == OWNER
        ),
        example=_example(desk.services.settings.public_url, made.secret if made else "lb_…"),
        made=made,
        form=form or Form(),
    )


def _key(row: Row) -> Key:
    scopes = msgspec.json.decode(row["scopes"], type=list[str])
    return Key(
        id=row["id"],
        name=row["name"],
        prefix=row["prefix"],
        scopes=tuple(label for scope, label, _ in SCOPES if scope in scopes),
        created_at=row["created_at"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
    )


def _example(public_url: str, key: str) -> str:
    lead = '{"name": "Ada Lovelace", "email": "ada@example.com", "phone": "+43 660 1234567"}'
    return (
        f'curl -X POST {public_url}/api/v1/leads -H "Authorization: Bearer {key}" \\\n'
        f"     -H \"Content-Type: application/json\" -d '{lead}'"
    )


ROUTES = [pages(show, create, revoke)]
