"""Making what came in at a door durable: the lead, its source and the limits that it counts for, in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from leadsbot import clock
from leadsbot.capture.guards import daily
from leadsbot.db import Tx
from leadsbot.errors import TooManyRequests
from leadsbot.leads.intake import intake
from leadsbot.leads.submission import Submission, Taken
from leadsbot.workspaces import limits, sources


class Arrival(Struct, frozen=True):
    """A submission with what its door holds it to.

    `per_hour` is how many leads the workspace takes in an hour by keys, None where the door has no such limit;
    `per_day` how many the door takes from `address` in 24 hours. `source` may be new to the workspace, and is added to
    its list where `names_sources`; what a stranger names stands on the lead alone.
    """

    sub: Submission
    source: str = ""
    names_sources: bool = True
    per_hour: int | None = None
    per_day: int | None = None
    address: str = ""


async def store(tx: Tx, arrivals: Sequence[Arrival]) -> list[Taken]:
    """Batch handler: take them in, in order; over a limit none of a group is stored, and each is tried alone."""
    spelled = await _spelled(tx, arrivals)
    subs = [_with_source(one, spelled) for one in arrivals]
    taken = await intake(tx, subs)
    began = [one for one, what in zip(arrivals, taken, strict=True) if what.created]
    await _hold_to_hour(tx, began)
    await daily.hold(
        tx, [daily.Begun(one.sub.door_id or "", one.address, one.per_day) for one in began if one.per_day is not None]
    )
    return taken


async def _spelled(tx: Tx, arrivals: Sequence[Arrival]) -> dict[sources.Named, str]:
    def named(makes: bool) -> list[sources.Named]:
        wanted = [one for one in arrivals if one.names_sources is makes and _is_name(one.source)]
        return [(one.sub.workspace_id, one.source) for one in wanted]

    known = await sources.resolve(tx, named(makes=False), makes=False)
    return known | await sources.resolve(tx, named(makes=True))


def _is_name(source: str) -> bool:
    """What is too long for the workspace's list stands on its lead alone."""
    return 0 < len(source) <= sources.NAME_LENGTH


def _with_source(one: Arrival, spelled: dict[sources.Named, str]) -> Submission:
    if not one.source:
        return one.sub
    name = spelled.get((one.sub.workspace_id, one.source), one.source)
    return replace(one.sub, extra={**one.sub.extra, "source": name})


async def _hold_to_hour(tx: Tx, began: Sequence[Arrival]) -> None:
    held = {one.sub.workspace_id: one.per_hour for one in began if one.per_hour is not None}
    amounts = Counter(one.sub.workspace_id for one in began if one.per_hour is not None)
    for workspace_id, amount in sorted(amounts.items()):
        try:
            await limits.take(tx, f"leads:{workspace_id}", amount, held[workspace_id] or 0, clock.HOUR)
        except TooManyRequests as error:
            limit = held[workspace_id] or 0
            clause = f"this workspace takes {limit:,} {'lead' if limit == 1 else 'leads'} an hour by its API keys"
            raise TooManyRequests.over(clause, error.retry_after or 1, code="leads_per_hour") from None
