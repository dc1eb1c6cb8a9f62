"""Hosted forms as their owners see and change them, and as a page finds the one it names."""

from __future__ import annotations

from html import escape
from typing import Any, Final

import msgspec

from leadsbot import clock
from leadsbot.clock import rfc3339
from leadsbot.db import Database, Tx
from leadsbot.db.paging import Page, Slice, Where, newest_first
from leadsbot.db.tx import Row
from leadsbot.errors import Conflict, InvalidInput, NotFound
from leadsbot.forms.hosted import Definition, read, stored
from leadsbot.forms.tables import HostedForm
from leadsbot.ids import new_id

MAX_FORM_NAME: Final = 200
MAX_PER_SITE: Final = 100
EVERYTHING = Slice()

# The script tag says so itself where the site needs consent, so its site is read with each form.
_SELECT = """
SELECT h.*, s.name AS site_name, s.public_token, s.consent, s.honeypot_field
FROM hosted_forms h JOIN sites s ON s.id = h.site_id
"""
_GET = f"{_SELECT} WHERE h.id = $1 AND h.workspace_id = $2"


async def list_hosted(
    database: Database, workspace_id: str, site_id: str | None = None, part: Slice = EVERYTHING
) -> Page:
    """Give the workspace's hosted forms, newest first."""
    where = Where()
    where.equal("workspace_id", workspace_id)
    where.equal("site_id", site_id)
    return await newest_first(database, f"SELECT * FROM ({_SELECT}) hosted", where, part)


async def get_hosted(database: Database, workspace_id: str, form_id: str) -> Row:
    """Give a form's row with its site's; `NotFound` when it doesn't exist or is another workspace's."""
    return _found(await database.fetch_one(_GET, form_id, workspace_id))


async def create_hosted(
    database: Database,
    workspace_id: str,
    site_id: str,
    name: str,
    definition: Definition,
    *,
    form_id: str | None = None,
    created_at: int | None = None,
) -> Row:
    """Add a form to a site of the workspace and give its row.

    `form_id` and `created_at` (ms) are those of one that was deleted and comes back. Raises `NotFound` for a site that
    isn't the workspace's, `Conflict` for a name (or an id) that is taken, `InvalidInput` for one form more than
    `MAX_PER_SITE`.
    """
    row_id, now = form_id or new_id(), clock.now()

    async def unit(tx: Tx) -> Row:
        await _lock_site(tx, workspace_id, site_id, definition)
        await _check_name(tx, site_id, name, row_id)
        if len(await tx.fetch("SELECT id FROM hosted_forms WHERE site_id = $1", site_id)) >= MAX_PER_SITE:
            raise InvalidInput(f"A site has at most {MAX_PER_SITE} hosted forms.", fields=["site_id"])
        if await tx.fetch_one("SELECT id FROM hosted_forms WHERE id = $1", row_id):
            raise Conflict("This form is there again already.")
        said = {"name": name, "definition": stored(definition), "created_at": created_at or now, "updated_at": now}
        tx.insert(HostedForm, {"id": row_id, "workspace_id": workspace_id, "site_id": site_id, **said})
        await tx.flush()
        return _found(await tx.fetch_one(_GET, row_id, workspace_id))

    return await database.write(unit)


async def change_hosted(
    database: Database, workspace_id: str, form_id: str, name: str | None = None, definition: Definition | None = None
) -> Row:
    """Change a form's name, or its definition as a whole, and give the row as it is then. None changes nothing."""

    async def unit(tx: Tx) -> Row:
        row = _found(await tx.fetch_one(_GET, form_id, workspace_id))
        await _lock_site(tx, workspace_id, row["site_id"], definition)
        if name is not None:
            await _check_name(tx, row["site_id"], name, form_id)
        if name is not None or definition is not None:
            await tx.execute(
                "UPDATE hosted_forms SET name = $2, definition = $3, updated_at = $4 WHERE id = $1",
                form_id,
                row["name"] if name is None else name,
                row["definition"] if definition is None else stored(definition),
                max(clock.now(), row["updated_at"]),
            )
        return _found(await tx.fetch_one(_GET, form_id, workspace_id))

    return await database.write(unit)


async def delete_hosted(database: Database, workspace_id: str, form_id: str) -> None:
    """Delete a form; its leads and what was counted stay. Else `NotFound`."""

    async def unit(tx: Tx) -> None:
        if not await tx.execute("DELETE FROM hosted_forms WHERE id = $1 AND workspace_id = $2", form_id, workspace_id):
            raise _no_such_form()

    await database.write(unit)


async def find_hosted(database: Database, site_id: str, wanted: str = "") -> Row | None:
    """Give the site's form with this id or name (without case); with neither asked for, its oldest."""
    rows = await database.fetch(
        "SELECT id, name FROM hosted_forms WHERE site_id = $1 ORDER BY created_at, id LIMIT $2", site_id, MAX_PER_SITE
    )
    named = _key(wanted)
    by_id = [row for row in rows if not named or row["id"] == named]
    found = by_id or [row for row in rows if _key(row["name"]) == named]
    return await database.fetch_one(f"{_SELECT} WHERE h.id = $1", found[0]["id"]) if found else None


async def hosted_names(database: Database, site_id: str) -> frozenset[str]:
    """Give the names of a site's forms, by which the widget tells them apart."""
    rows = await database.fetch("SELECT name FROM hosted_forms WHERE site_id = $1", site_id)
    return frozenset(row["name"] for row in rows)


def hosted_json(row: Row, public_url: str) -> dict[str, Any]:
    """Give the form's public shape."""
    return {
        "id": row["id"],
        "site_id": row["site_id"],
        "name": row["name"],
        "definition": msgspec.to_builtins(read(row["definition"])),
        "script_tag": hosted_tag(public_url, row),
        "created_at": rfc3339(row["created_at"]),
        "updated_at": rfc3339(row["updated_at"]),
    }


def hosted_tag(public_url: str, row: Row) -> str:
    """Give the tag to paste where the form is to stand (contract, section 2)."""
    asks = ' data-consent="required"' if row["consent"] == "required" else ""
    url = escape(public_url)
    return (
        f'<script id="leadsbot-listener" src="{url}/widget.js" data-token="{escape(row["public_token"])}"\n'
        f'        data-api="{url}" data-mode="form" data-form="{escape(row["id"])}"{asks} async></script>'
    )


async def _lock_site(tx: Tx, workspace_id: str, site_id: str, definition: Definition | None) -> None:
    """Let one change at a time at a site's forms, so that names stay unique and their number bounded."""
    lock = " FOR UPDATE" if tx.dialect == "postgres" else ""
    select = f"SELECT honeypot_field FROM sites WHERE id = $1 AND workspace_id = $2{lock}"
    site = await tx.fetch_one(select, site_id, workspace_id)
    if site is None:
        raise NotFound("There is no such site.")
    trap = _key(site["honeypot_field"])
    if trap and definition and any(_key(field.name) == trap for field in definition.fields):
        sentence = (
            f'"{site["honeypot_field"]}" is the site\'s honeypot, and whoever fills it in is spam: name it otherwise.'
        )
        raise InvalidInput(sentence, fields=["definition"])


async def _check_name(tx: Tx, site_id: str, name: str, form_id: str) -> None:
    rows = await tx.fetch("SELECT name FROM hosted_forms WHERE site_id = $1 AND id <> $2", site_id, form_id)
    if any(_key(row["name"]) == _key(name) for row in rows):
        raise Conflict(f'The site has a form named "{name}" already.', code="name_taken", fields=["name"])


def _key(name: str) -> str:
    return name.strip().casefold()


def _found(row: Row | None) -> Row:
    if row is None:
        raise _no_such_form()
    return row


def _no_such_form() -> NotFound:
    return NotFound("There is no such hosted form.")
