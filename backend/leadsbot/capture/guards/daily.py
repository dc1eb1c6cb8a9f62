"""Leads per address and day: counted where the leads are, so that the limit holds on every node and over a restart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from leadsbot import clock
from leadsbot.db import Tx
from leadsbot.errors import TooManyRequests


class Begun(NamedTuple):
    """Leads of one site that were begun from one address, of which `limit` are let in within 24 hours."""

    workspace_id: str
    site_id: str
    address: str
    limit: int


async def check(tx: Tx, begun: Iterable[Begun]) -> None:
    """Raise `TooManyRequests` where the transaction's own leads are among too many; call it once they are written.

    It says when the oldest of them falls out of the 24 hours.
    """
    now = clock.now()
    for one in sorted(set(begun)):
        row = await tx.fetch_one(
            "SELECT count(*) AS leads, min(created_at) AS oldest FROM leads"
            " WHERE workspace_id = $1 AND created_at > $2 AND site_id = $3 AND ip_address = $4",
            one.workspace_id,
            now - clock.DAY,
            one.site_id,
            one.address,
        )
        if row and row["leads"] > one.limit:
            wait = row["oldest"] + clock.DAY - now
            raise TooManyRequests("Too Many Requests", code="leads_per_day", retry_after=wait / clock.SECOND)
