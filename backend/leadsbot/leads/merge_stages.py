"""The pipeline as it was when two leads were merged, so that an undo finds each stage under the name it has now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from leadsbot.workspaces.lists import Listing

# Among what a merge keeps: each stage's id and name, in order.
PIPELINE: Final = "pipeline"

Row = dict[str, Any]


def kept(stages: Listing) -> list[str]:
    """Give the pipeline as a merge keeps it."""
    return [f"{entry.id} {entry.name}" for entry in stages.entries()]


def names_now(then: Sequence[str], stages: Listing) -> dict[str, str]:
    """Give the names of today by those of then. A stage that is gone is the one before it that is still there."""
    by_id = {entry.id: entry.name for entry in stages.entries()}
    now: dict[str, str] = {}
    last = stages.names[0]
    for stage_id, _, name in (one.partition(" ") for one in then):
        last = now[name] = by_id.get(stage_id) or last
    return now


def moved(row: Row, names: Mapping[str, str], stages: Listing) -> Row:
    """Give the lead's row with its stage as it is called now."""
    stage = str(row["stage"])
    return {**row, "stage": names.get(stage) or stages.find(stage) or stages.names[0]}
