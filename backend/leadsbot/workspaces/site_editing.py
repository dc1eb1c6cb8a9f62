"""Sites as their owners see and change them. What a public door reads of them is in `sites`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlsplit

import msgspec

from leadsbot import clock
from leadsbot.clock import rfc3339
from leadsbot.db import Database, Tx
from leadsbot.db.paging import Page, Slice, Where, newest_first
from leadsbot.db.tx import Row
from leadsbot.errors import InvalidInput, NotFound
from leadsbot.ids import new_id
from leadsbot.workspaces import refusals
from leadsbot.workspaces.refusals import MAX_CSP_PER_DOOR, MAX_PER_DOOR
from leadsbot.workspaces.sites import new_token
from leadsbot.workspaces.tables import Site

_LISTS = ("allowed_origins", "masked_fields", "hidden_fields", "ignored_forms", "page_stages")
_PLAIN = (
    "burst_per_second",
    "leads_per_ip_per_day",
    "honeypot_field",
    "partial_values",
    "thank_you_url",
    "consent",
    "privacy_signals",
)
EDITABLE = ("name", *_LISTS, *_PLAIN, "abandon_after_minutes")
SHORTEST_IDLE_MINUTES = 0.01
LONGEST_IDLE_MINUTES = 30 * 24 * 60
LONGEST_ADDRESS = 2_000
EVERYTHING = Slice()


async def list_sites(database: Database, workspace_id: str, part: Slice = EVERYTHING) -> Page:
    """Give the workspace's sites, newest first."""
    where = Where()
    where.equal("workspace_id", workspace_id)
    return await newest_first(database, "SELECT * FROM sites", where, part)


async def get_site(database: Database, workspace_id: str, site_id: str) -> Row:
    """Give a site's row; `NotFound` when it doesn't exist or is another workspace's."""
    return _found(await database.fetch_one(_GET, site_id, workspace_id))


async def create_site(database: Database, workspace_id: str, values: Mapping[str, Any]) -> Row:
    """Add a site with `values` by column (checked by the caller; lists as lists) and give its row."""
    site_id = new_id()

    async def unit(tx: Tx) -> Row:
        owned = {"id": site_id, "workspace_id": workspace_id, "public_token": new_token(), "created_at": clock.now()}
        tx.insert(Site, {**owned, **_stored(values)})
        await tx.flush()
        return _found(await tx.fetch_one(_GET, site_id, workspace_id))

    return await database.write(unit)


async def change_site(database: Database, workspace_id: str, site_id: str, values: Mapping[str, Any]) -> Row:
    """Change `values` by column (checked by the caller) and give the row as it is then; else `NotFound`."""

    async def unit(tx: Tx) -> Row:
        _found(await tx.fetch_one(_GET, site_id, workspace_id))
        await _update(tx, site_id, values)
        return _found(await tx.fetch_one(_GET, site_id, workspace_id))

    return await database.write(unit)


async def delete_site(database: Database, workspace_id: str, site_id: str) -> None:
    """Delete a site with its forms, sessions and refusals; its leads stay. Else `NotFound`."""

    async def unit(tx: Tx) -> None:
        if not await tx.execute("DELETE FROM sites WHERE id = $1 AND workspace_id = $2", site_id, workspace_id):
            raise _no_such_site()
        await refusals.forget(tx, site_id)

    await database.write(unit)


async def allow_origin(database: Database, workspace_id: str, site_id: str, pattern: str) -> Row:
    """Put a checked pattern on the site's list, clear what was refused from there, and give the site's row.

    An empty list stays empty: it allows all, and a first entry would shut everybody else out.
    """

    async def unit(tx: Tx) -> Row:
        lock = " FOR UPDATE" if tx.dialect == "postgres" else ""
        row = _found(await tx.fetch_one(_GET + lock, site_id, workspace_id))
        origins = msgspec.json.decode(row["allowed_origins"], type=list[str])
        if origins and pattern not in origins:
            await _update(tx, site_id, {"allowed_origins": [*origins, pattern]})
        await tx.execute(
            "DELETE FROM door_refusals WHERE door_id = $1 AND reason = 'origin' AND origin = $2", site_id, pattern
        )
        return _found(await tx.fetch_one(_GET, site_id, workspace_id))

    return await database.write(unit)


async def list_refusals(database: Database, site_id: str) -> list[Row]:
    """Give what the site turned away, the latest first: at most `MAX_PER_DOOR` lines and `MAX_CSP_PER_DOOR`."""
    return await database.fetch(
        "SELECT * FROM door_refusals WHERE door_id = $1"
        f" ORDER BY last_at DESC, id LIMIT {MAX_PER_DOOR + MAX_CSP_PER_DOOR}",
        site_id,
    )


def check_web_address(text: str) -> str:
    """Give `text` back when a browser can be sent there, or raise `InvalidInput`."""
    try:
        url = urlsplit(text)
        sound = url.scheme in ("http", "https") and bool(url.hostname) and text.isprintable() and " " not in text
    except ValueError:
        sound = False
    if not sound or len(text) > LONGEST_ADDRESS:
        sentence = "A whole address is needed, such as https://www.example.com/thanks."
        raise InvalidInput(sentence, fields=["thank_you_url"])
    return text


def plain_form(public_url: str, token: str, origins: Sequence[str] = (), honeypot: str = "") -> str:
    """Give a whole form that is sent here without any script. Where one of the site's pages is known, it leads on to a
    page there; what bots fill in is named as the site names it."""
    home = next((origin for origin in origins if "*" not in origin), "")
    goes_on = f'  <input type="hidden" name="_next" value="{escape(home)}/thanks">\n' if home else ""
    return (
        f'<form action="{escape(public_url)}/f/{escape(token)}" method="post">\n'
        '  <label>Name <input name="name" autocomplete="name"></label>\n'
        '  <label>Email <input name="email" type="email" autocomplete="email" required></label>\n'
        '  <label>Message <textarea name="message"></textarea></label>\n'
        '  <input type="hidden" name="_form" value="Contact">\n'
        f"{goes_on}"
        f'  <p hidden><label>Leave this empty <input name="{escape(honeypot or "_gotcha")}" tabindex="-1"'
        ' autocomplete="off"></label></p>\n'
        "  <button>Send</button>\n"
        "</form>"
    )


def script_tag(public_url: str, token: str, consent: str = "none") -> str:
    """Give the tag to paste (contract, section 2). Where the site needs consent the tag says so by itself, since a
    page that is leaving sends without the settings."""
    asks = ' data-consent="required"' if consent == "required" else ""
    url = escape(public_url)
    return (
        f'<script id="leadsbot-listener" src="{url}/widget.js" data-token="{escape(token)}"\n'
        f'        data-api="{url}" data-mode="listener"{asks} async></script>'
    )


def site_json(row: Row, public_url: str) -> dict[str, Any]:
    """Give the site's public shape (contract, section 4)."""
    seen = row["last_seen_at"]
    return {
        "id": row["id"],
        "name": row["name"],
        "public_token": row["public_token"],
        **{column: msgspec.json.decode(row[column]) for column in _LISTS},
        **{column: row[column] for column in _PLAIN},
        # Single precision on PostgreSQL, where 0.05 comes back as 0.05000000074505806.
        "abandon_after_minutes": float(f"{row['abandon_after_minutes']:.6g}"),
        "script_tag": script_tag(public_url, row["public_token"], row["consent"]),
        "last_seen_at": None if seen is None else rfc3339(seen),
        "last_seen_url": row["last_seen_url"],
        "created_at": rfc3339(row["created_at"]),
    }


def refusal_json(row: Row) -> dict[str, Any]:
    """Give a line of what was turned away; `hint` says what would let it in."""
    told = {name: row[name] for name in ("id", "reason", "origin", "hint")}
    return {**told, "count": row["times"], "first_at": rfc3339(row["first_at"]), "last_at": rfc3339(row["last_at"])}


_GET = "SELECT * FROM sites WHERE id = $1 AND workspace_id = $2"


def _found(row: Row | None) -> Row:
    if row is None:
        raise _no_such_site()
    return row


def _no_such_site() -> NotFound:
    return NotFound("There is no such site.")


def _stored(values: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(values) - set(EDITABLE)
    if unknown:
        raise ValueError(f"no columns of a site that may change: {sorted(unknown)}")
    return {name: msgspec.json.encode(value).decode() if name in _LISTS else value for name, value in values.items()}


async def _update(tx: Tx, site_id: str, values: Mapping[str, Any]) -> None:
    if values:
        stored = _stored(values)
        assignments = ", ".join(f"{column} = ${number}" for number, column in enumerate(stored, 2))
        await tx.execute(f"UPDATE sites SET {assignments} WHERE id = $1", site_id, *stored.values())
