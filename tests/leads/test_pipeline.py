"""Stages in order: forward by themselves, Lost from anywhere and back only by force."""

from __future__ import annotations

import pytest

from leadsbot.errors import InvalidInput
from leadsbot.leads import pipeline
from leadsbot.workspaces.bootstrap import PIPELINES

STAGES = PIPELINES["leads"]


@pytest.mark.parametrize(
    ("current", "wanted", "forward"),
    [
        ("New", "Contacted", True),
        ("Form Started", "Won", True),
        ("Contacted", "New", False),
        ("New", "New", False),
        ("New", "Lost", True),
        ("Won", "Lost", True),
        ("Lost", "Won", False),
        ("Lost", "Lost", False),
        ("A stage that was renamed", "New", True),
        ("New", "No stage", False),
    ],
)
def test_what_lies_ahead(current: str, wanted: str, forward: bool) -> None:
    assert pipeline.is_forward(STAGES, current, wanted) is forward


def test_a_stage_is_found_without_case() -> None:
    assert pipeline.find(STAGES, " form started ") == "Form Started"


def test_an_unknown_stage_is_refused_with_the_valid_ones() -> None:
    with pytest.raises(InvalidInput) as refused:
        pipeline.find(STAGES, "Paid")
    assert refused.value.code == "unknown_stage"
    assert all(stage in refused.value.message for stage in STAGES)


@pytest.mark.parametrize("name", PIPELINES)
def test_a_form_begun_stands_first_and_a_lead_second(name: str) -> None:
    stages = PIPELINES[name]
    assert (pipeline.started(stages), pipeline.arrived(stages)) == (stages[0], stages[1])


def test_a_pipeline_of_one_stage_has_room_for_both() -> None:
    assert (pipeline.started(["New"]), pipeline.arrived(["New"])) == ("New", "New")
