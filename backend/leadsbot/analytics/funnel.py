"""How far leads have come: a pure function from who stands where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leadsbot.analytics.shape import Step
from leadsbot.leads import pipeline


def funnel(stages: Sequence[str], now: Mapping[str, int], lost: Mapping[str, int]) -> list[Step]:
    """Give each stage with how many stand there `now` and how many reached it.

    Lost stands last in a pipeline, but is beyond nothing: `lost` says from which stage the lost ones came, and so far
    they count as having come. One that was never elsewhere, or came from a stage that is gone, has reached the first.
    """
    ahead = [stage for stage in stages if stage != pipeline.LOST]
    furthest = {stage: now.get(stage, 0) + lost.get(stage, 0) for stage in ahead}
    if ahead:
        furthest[ahead[0]] += sum(count for stage, count in lost.items() if stage not in furthest)
    steps = []
    before: int | None = None
    for number, stage in enumerate(stages):
        if stage == pipeline.LOST:
            steps.append(Step(stage, now.get(stage, 0), now.get(stage, 0), None))
            continue
        reached = sum(furthest[one] for one in stages[number:] if one != pipeline.LOST)
        steps.append(Step(stage, now.get(stage, 0), reached, round(reached / before, 4) if before else None))
        before = reached
    return steps
