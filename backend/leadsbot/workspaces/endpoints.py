"""An endpoint's rules as its door needs them: held for `FRESH_MS`, on this node forgotten at once on change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from leadsbot.db import Database
from leadsbot.ids import is_id
from leadsbot.workspaces.remembered import Remembered


@dataclass(frozen=True, slots=True)
class EndpointRules:
    """What the door must know of an endpoint. `captcha_secret` and `signing_secret` are as stored: encrypted, or empty
    where there is none; `allowed_ips` are networks in their normal form."""

    id: str
    workspace_id: str
    name: str
    required_fields: tuple[str, ...]
    allow_all_ips: bool
    allowed_ips: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    burst_per_second: int
    leads_per_ip_per_day: int | None
    captcha_provider: str
    captcha_secret: str
    signing_secret: str


class EndpointBook:
    """Looks endpoints up by id. Ids of none are remembered too, so that guessing costs the database little."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._remembered = Remembered(self._read)

    async def by_id(self, endpoint_id: str) -> EndpointRules | None:
        """Give the rules of the endpoint with this id, or None."""
        if not is_id(endpoint_id):
            return None
        return await self._remembered.get(endpoint_id.lower())

    def forget(self) -> None:
        """Read everything anew from the next request on: an endpoint was changed."""
        self._remembered.forget()

    async def _read(self, endpoint_id: str) -> EndpointRules | None:
        row = await self._database.fetch_one("SELECT * FROM endpoints WHERE id = $1", endpoint_id)
        return None if row is None else _rules(row)


def _texts(column: str) -> tuple[str, ...]:
    return tuple(msgspec.json.decode(column, type=list[str]))


def _rules(row: dict[str, Any]) -> EndpointRules:
    return EndpointRules(
        id=row["id"],
        workspace_id=row["workspace_id"],
        name=row["name"],
        required_fields=_texts(row["required_fields"]),
        allow_all_ips=bool(row["allow_all_ips"]),
        allowed_ips=_texts(row["allowed_ips"]),
        allowed_origins=_texts(row["allowed_origins"]),
        burst_per_second=row["burst_per_second"],
        leads_per_ip_per_day=row["leads_per_ip_per_day"],
        captcha_provider=row["captcha_provider"],
        captcha_secret=row["captcha_secret"],
        signing_secret=row["signing_secret"],
    )
