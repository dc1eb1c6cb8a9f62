"""A site's rules as the capture path needs them: held for `FRESH_MS`, on this node forgotten at once on change."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from leadsbot.db import Database
from leadsbot.db.sql import Dialect
from leadsbot.workspaces.remembered import Remembered

TOKEN_BYTES = 18
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")

# A page asks for what its own form grew to; of a site with more such forms than this, those sent last are told.
MAX_TOTALS = 50

_GROWING = f"""SELECT key, fields_total FROM forms f WHERE f.site_id = s.id AND f.fields_total > 0
 ORDER BY f.fields_total_at DESC, f.id LIMIT {MAX_TOTALS}"""
_AS_OBJECT: dict[Dialect, str] = {
    "sqlite": "json_group_object(g.key, g.fields_total)",
    "postgres": "COALESCE(json_object_agg(g.key, g.fields_total)::text, '{}')",
}


def _select(dialect: Dialect) -> str:
    return f"""
SELECT s.*, w.stages, w.timezone, w.country, w.name AS workspace_name,
 (SELECT {_AS_OBJECT[dialect]} FROM ({_GROWING}) AS g) AS totals
FROM sites s JOIN workspaces w ON w.id = s.workspace_id WHERE s.public_token = $1
"""


@dataclass(frozen=True, slots=True)
class SiteRules:
    """What a public door must know of its site. `stages` is the workspace's pipeline in order, `totals` how many fields
    visitors met in those of its forms that grow, by the form's key."""

    id: str
    workspace_id: str
    token: str
    name: str
    stages: tuple[str, ...]
    timezone: str
    country: str
    allowed_origins: tuple[str, ...]
    burst_per_second: int
    leads_per_ip_per_day: int | None
    honeypot_field: str
    masked_fields: tuple[str, ...]
    hidden_fields: tuple[str, ...]
    ignored_forms: tuple[str, ...]
    ignored_keys: frozenset[str]
    page_stages: tuple[str, ...]
    partial_values: str
    consent: str
    privacy_signals: str
    totals: Mapping[str, int]
    thank_you_url: str
    abandon_after_minutes: float


def new_token() -> str:
    """Make a public token: 24 URL-safe characters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


class SiteBook:
    """Looks sites up by token. Unknown tokens are remembered too, so that guessing costs the database little."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._select = _select(database.dialect)
        self._remembered = Remembered(self._read)

    async def by_token(self, token: str) -> SiteRules | None:
        """Give the rules of the site with this public token, or None."""
        if not _TOKEN.fullmatch(token):  # not worth remembering: it may be as long as a URL
            return None
        return await self._remembered.get(token)

    def forget(self) -> None:
        """Read everything anew from the next request on: a site or its workspace was changed."""
        self._remembered.forget()

    async def _read(self, token: str) -> SiteRules | None:
        row = await self._database.fetch_one(self._select, token)
        return None if row is None else _rules(row)


def _texts(column: str) -> tuple[str, ...]:
    return tuple(msgspec.json.decode(column, type=list[str]))


def _rules(row: dict[str, Any]) -> SiteRules:
    return SiteRules(
        id=row["id"],
        workspace_id=row["workspace_id"],
        token=row["public_token"],
        name=row["name"],
        stages=_texts(row["stages"]),
        timezone=row["timezone"],
        country=row["country"],
        allowed_origins=_texts(row["allowed_origins"]),
        burst_per_second=row["burst_per_second"],
        leads_per_ip_per_day=row["leads_per_ip_per_day"],
        honeypot_field=row["honeypot_field"],
        masked_fields=_texts(row["masked_fields"]),
        hidden_fields=_texts(row["hidden_fields"]),
        ignored_forms=_texts(row["ignored_forms"]),
        ignored_keys=frozenset(name.strip().casefold().removeprefix("#") for name in _texts(row["ignored_forms"])),
        page_stages=_texts(row["page_stages"]),
        partial_values=row["partial_values"],
        consent=row["consent"],
        privacy_signals=row["privacy_signals"],
        totals=msgspec.json.decode(row["totals"], type=dict[str, int]),
        thank_you_url=row["thank_you_url"],
        abandon_after_minutes=row["abandon_after_minutes"],
    )
