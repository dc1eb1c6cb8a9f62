"""The buttons under an alert: what may be done next, as the lead stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsbot.channels.base import Standing
from leadsbot.channels.telegram.keyboard import keyboard
from leadsbot.channels.telegram.presses import STAGE, mark, read
from tests.support.telegram_rules import check_keyboard

LEAD_ID = "0190f3a0-0000-7000-8000-000000000001"
STAGES = ("Form Started", "New", "Contacted", "Quoted", "Won", "Lost")
LINK = "https://leads.example.com/leads/1"


def rows(standing: Standing | None, link: str | None = LINK) -> list[list[str]]:
    drawn = keyboard(standing, link)
    return [[button.text for button in row] for row in drawn.inline_keyboard] if drawn else []


@pytest.mark.parametrize(
    ("stage", "shown"),
    [
        ("Form Started", [["New", "Contacted"], ["Quoted", "Lost"]]),
        ("New", [["Contacted", "Quoted"], ["Won", "Lost"]]),
        ("Contacted", [["Quoted", "Won", "Lost"]]),
        ("Quoted", [["Won", "Lost"]]),
        ("Won", [["Lost"]]),
        ("Lost", [["New"]]),
        ("A stage of the past", [["New", "Contacted"], ["Quoted", "Lost"]]),
    ],
    ids=["first", "second", "third", "later", "last", "lost", "unknown"],
)
def test_the_next_stages_are_offered(stage: str, shown: list[list[str]]) -> None:
    assert rows(Standing(LEAD_ID, stage, STAGES)) == [*shown, ["Claim", "Snooze", "Spam"], ["Open"]]


def test_a_pipeline_without_lost_offers_none() -> None:
    assert rows(Standing(LEAD_ID, "New", ("Begun", "New", "Won")))[0] == ["Won"]


def test_a_claimed_lead_can_be_released() -> None:
    assert rows(Standing(LEAD_ID, "Won", STAGES, claimed=True)) == [["Lost"], ["Release", "Spam"], ["Open"]]


def test_spam_can_be_taken_back_and_nothing_else() -> None:
    assert rows(Standing(LEAD_ID, "New", STAGES, spam=True)) == [["Undo: not spam"], ["Open"]]


def test_what_is_about_no_lead_has_no_buttons_but_open() -> None:
    assert (rows(None), rows(None, None), rows(Standing(LEAD_ID, deleted=True), None)) == ([["Open"]], [], [])


def test_a_button_says_which_lead_and_which_stage() -> None:
    drawn = keyboard(Standing(LEAD_ID, "New", STAGES), None)
    assert drawn is not None
    press = read(str(drawn.inline_keyboard[0][0].callback_data))
    assert press is not None and (press.verb, press.subject, press.argument) == (STAGE, LEAD_ID, mark("Contacted"))


@given(st.lists(st.text(min_size=1, max_size=100), min_size=1, max_size=8, unique=True), st.booleans(), st.booleans())
def test_any_pipeline_gives_buttons_that_telegram_takes(stages: list[str], claimed: bool, spam: bool) -> None:
    for stage in stages:
        drawn = keyboard(Standing(LEAD_ID, stage, tuple(stages), claimed=claimed, spam=spam), LINK)
        assert drawn is not None
        check_keyboard(drawn.to_dict())
