"""Who may take how much of this process at once: places in all, for a workspace, for a lane. No database in here.

A lane has as many places as it uses well: more is taken ahead while its work ends within moments, little while it is
slow, and one while it fails. So hundreds of dead destinations leave places for those that work.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

ALL = 256
HOUSE = 32
"""Places beyond `ALL` for work without a lane, which waits for nobody outside."""
OF_WORKSPACE = 64
LANE_LIMIT = 8
LANE_AHEAD = 48
LANE_SLOW = 4
QUICK_S = 0.05
SLOW_S = 2.0
_WEIGHT = 0.2
_REMEMBERED = 1_024


@dataclass(slots=True)
class _Lane:
    """What is known of a lane while it has work: how long it takes (s, the latest weigh most), whether it fails."""

    held: int = 0
    takes: float | None = None
    fails: bool = False

    @property
    def limit(self) -> int:
        if self.fails:
            return 1
        if self.takes is None or self.takes < SLOW_S:
            return LANE_AHEAD if self.takes is not None and self.takes < QUICK_S else LANE_LIMIT
        return LANE_SLOW

    def ended(self, took: float | None, *, failed: bool) -> None:
        self.held -= 1
        if took is None:
            return
        self.fails = failed
        self.takes = took if self.takes is None else self.takes + _WEIGHT * (took - self.takes)


class Places:
    """Counts what this process holds."""

    def __init__(self) -> None:
        self._all = 0
        self._spaces: Counter[str] = Counter()
        self._lanes: dict[str, _Lane] = {}

    def free(self, lane: str) -> int:
        """Give how many works could be taken in all, of lanes or of what has none."""
        return ALL + (0 if lane else HOUSE) - self._all

    def of_workspace(self, space: str) -> int:
        """Give how much more of its lanes may be taken."""
        return OF_WORKSPACE - self._spaces[space]

    def of_lane(self, space: str, lane: str) -> int:
        """Give how much more of a lane, or of a workspace's work without one, may be taken."""
        known = self._lanes.get(_key(space, lane))
        limit = HOUSE if not lane else known.limit if known else LANE_LIMIT
        left = limit - (known.held if known else 0)
        return min(left, self.of_workspace(space)) if lane else left

    def full_lanes(self) -> set[str]:
        return {name for name, lane in self._lanes.items() if lane.held >= lane.limit}

    def take(self, space: str, lane: str) -> None:
        self._all += 1
        self._spaces[space] += bool(lane)
        self._lanes.setdefault(_key(space, lane), _Lane()).held += 1

    def give_back(self, space: str, lane: str, took: float | None = None, *, failed: bool = False) -> None:
        """Free a place of work that took so many seconds, or (None) was never begun."""
        self._all -= 1
        self._spaces[space] -= bool(lane)
        if not self._spaces[space]:
            del self._spaces[space]
        self._lanes[_key(space, lane)].ended(took, failed=failed)
        if len(self._lanes) > _REMEMBERED:
            self._lanes = {name: one for name, one in self._lanes.items() if one.held}


def _key(space: str, lane: str) -> str:
    return lane or f"/{space}"


class Deal:
    """Deals places out before they are taken: what is claimed becomes ours only once it is committed."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._all = 0
        self._spaces: Counter[str] = Counter()
        self._lanes: Counter[str] = Counter()

    def take(self, space: str, lane: str) -> bool:
        """Deal a place to a lane; False where there is none."""
        places = self._places
        if self._all >= places.free(lane):
            return False
        if lane and self._spaces[space] >= places.of_workspace(space):
            return False
        key = _key(space, lane)
        if self._lanes[key] >= places.of_lane(space, lane):
            return False
        self._all += 1
        self._spaces[space] += bool(lane)
        self._lanes[key] += 1
        return True
