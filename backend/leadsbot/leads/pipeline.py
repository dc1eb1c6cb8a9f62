"""Stages in order (contract, section 6). The first is where a form begun stands, the second where a lead starts."""

from __future__ import annotations

from collections.abc import Sequence

from leadsbot.errors import InvalidInput

LOST = "Lost"


def started(stages: Sequence[str]) -> str:
    """Give the stage of a form that was begun."""
    return stages[0]


def arrived(stages: Sequence[str]) -> str:
    """Give the stage of a lead that a submission or a door made."""
    return stages[1] if len(stages) > 1 else stages[0]


def find(stages: Sequence[str], name: str) -> str:
    """Give the stage as the workspace spells it; `InvalidInput` with the valid ones when there is none of that name."""
    for stage in stages:
        if stage.lower() == name.strip().lower():
            return stage
    raise InvalidInput(f"Unknown stage. Valid stages: {', '.join(stages)}.", code="unknown_stage", fields=["stage"])


def is_forward(stages: Sequence[str], current: str, wanted: str) -> bool:
    """Tell whether `wanted` lies ahead of `current`. Lost can be reached from anywhere and left only by force."""
    if current in (wanted, LOST):
        return False
    if wanted == LOST or current not in stages:
        return True
    return wanted in stages and stages.index(wanted) > stages.index(current)


def is_offered(stages: Sequence[str], current: str, wanted: str) -> bool:
    """Tell whether a button may move a lead so: forward, or from Lost back to where leads begin."""
    return is_forward(stages, current, wanted) or (current == LOST and wanted == arrived(stages))
