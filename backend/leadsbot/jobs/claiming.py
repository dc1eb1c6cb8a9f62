"""Taking work: a turn for each workspace that has some, in it a turn for each lane, in a lane what is due longest."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from leadsbot.db import Tx
from leadsbot.db.tx import Row
from leadsbot.jobs import chains, lanes, looking
from leadsbot.jobs.places import Deal, Places
from leadsbot.jobs.queue import LEASE_MS, Claim

TOGETHER = 64
"""Jobs of one chain that are taken at once where their handler takes them so, with at most `TOGETHER_BYTES` to say."""
TOGETHER_BYTES = 16_384
_REMEMBERED = 1_024


@dataclass(slots=True)
class Turns:
    """Where the last look ended: the workspace, and in each workspace the lane. Forgetting one only costs it a turn."""

    space: str = ""
    lanes: OrderedDict[str, str] = field(default_factory=OrderedDict)

    def began(self, space: str, lane: str) -> None:
        self.space = space
        self.lanes[space] = lane
        self.lanes.move_to_end(space)
        if len(self.lanes) > _REMEMBERED:
            self.lanes.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Look:
    """What a node asks for: jobs of `kinds`, where it has `places`. Of those `together` it takes a chain's next too."""

    kinds: Collection[str]
    together: Collection[str]
    places: Places
    turns: Turns


@dataclass(frozen=True, slots=True)
class Taken:
    """`works` are begun at once, each one job or several of one chain. `more`: look again, there may be others. Else
    nothing comes by itself for `idle` ms (None: nothing waits for its time)."""

    works: list[list[Claim]]
    more: bool
    idle: int | None


async def claim(tx: Tx, looks: Sequence[Look]) -> list[Taken]:
    """Batch handler: take what there is a place for, and lease it to this process."""
    return [await _claim(tx, look) for look in looks]


async def _claim(tx: Tx, look: Look) -> Taken:
    await looking.ripen(tx)
    rows = await _found(tx, look)
    chosen = list(_in_turn(rows, look))
    works = [[row, *await _following(tx, row, look)] for row in chosen]
    ours = {row["id"] for work in works for row in work}
    early = [row["id"] for row in rows if row["early"]]
    behind = [row for row in rows if row["behind"] and not row["early"] and row["id"] not in ours]
    aside = await chains.put_aside(tx, early, behind)
    if ours:
        await tx.execute(
            "UPDATE jobs SET claims = claims + 1, state = 'running', waits = '',"
            f" lease_until = {tx.now_ms} + {LEASE_MS} WHERE id {tx.one_of(1)}",
            tx.many(sorted(ours)),
        )
    more = bool(ours) or aside
    return Taken([list(map(_claimed, work)) for work in works], more, None if more else await _idle(tx))


async def _found(tx: Tx, look: Look) -> list[Row]:
    """Give what stands first in the lanes that may take something, lane by lane as it is their turn."""
    places, turns = look.places, look.turns
    asked = [(space, turns.lanes.get(space, "")) for space in await looking.spaces(tx, turns.space)]
    held = await lanes.held(tx)
    there = await looking.lanes(tx, asked, sorted(held | places.full_lanes()))
    wanted = [
        (space, lane, free) for space, lane in _ordered(there, turns) if (free := places.of_lane(space, lane)) > 0
    ]
    return await looking.firsts(tx, wanted, list(look.kinds)) if wanted else []


def _ordered(there: Sequence[tuple[str, str]], turns: Turns) -> list[tuple[str, str]]:
    """Put those first that come behind the last one that had its turn."""
    return sorted(
        there,
        key=lambda one: (one[0] <= turns.space, one[0], one[1] <= turns.lanes.get(one[0], ""), one[1]),
    )


def _in_turn(rows: Sequence[Row], look: Look) -> Iterator[Row]:
    """Deal out the places: one to each workspace's next lane, round and round, until there are none or no jobs."""
    by_space: OrderedDict[str, OrderedDict[str, list[Row]]] = OrderedDict()
    for row in rows:
        if not row["early"] and not row["behind"]:
            by_space.setdefault(row["workspace_id"], OrderedDict()).setdefault(row["lane"], []).append(row)
    dealt = Deal(look.places)
    while by_space:
        for space, of_lane in list(by_space.items()):
            lane, waiting = next(iter(of_lane.items()))
            if dealt.take(space, lane):
                look.turns.began(space, lane)
                yield waiting.pop(0)
            else:
                waiting.clear()
            if waiting:
                of_lane.move_to_end(lane)
            else:
                del of_lane[lane]
            if not of_lane:
                del by_space[space]


async def _following(tx: Tx, row: Row, look: Look) -> list[Row]:
    if not row["chain"] or row["kind"] not in look.together:
        return []
    taken, size = [], len(row["payload"])
    for other in await chains.followers(tx, row, TOGETHER - 1):
        size += len(other["payload"])
        if size > TOGETHER_BYTES:
            break
        taken.append(other)
    return taken


async def _idle(tx: Tx) -> int | None:
    """Give in how many ms something is due that waits for its time, or a lane is free again."""
    row = await tx.fetch_one(
        "SELECT (SELECT min(due) FROM jobs WHERE state = 'ready' AND waits = 'time') AS due,"
        f" (SELECT min(until) FROM lane_holds WHERE until > {tx.now_ms}) AS until, {tx.now_ms} AS now"
    )
    times = [row[name] for name in ("due", "until") if row and row[name] is not None]
    return max(0, min(times) - row["now"]) if row and times else None


def _claimed(row: Mapping[str, object]) -> Claim:
    return Claim(
        id=str(row["id"]),
        kind=str(row["kind"]),
        workspace_id=str(row["workspace_id"]),
        lane=str(row["lane"]),
        chain=str(row["chain"]),
        payload=msgspec.json.decode(str(row["payload"])),
        claims=int(str(row["claims"])) + 1,
        failures=int(str(row["failures"])),
    )
