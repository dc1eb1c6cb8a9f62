"""What a button says: it fits, comes back as it was, and what no button said is nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsbot.channels.telegram import presses
from leadsbot.channels.telegram.presses import MAX_BYTES, Press

LEAD = "01a1ff9c-801e-7001-9c05-81d3db01cb74"


@pytest.mark.parametrize(
    "press",
    [
        Press(presses.STAGE, LEAD, presses.mark("Angebot geschickt, wartet auf Rückmeldung der Kundin")),
        Press(presses.SNOOZE, LEAD, "1440"),
        Press(presses.CLAIM, LEAD),
        Press(presses.PAGE, "", "leads:2"),
    ],
)
def test_it_fits_and_comes_back(press: Press) -> None:
    data = presses.data_of(press)
    assert len(data.encode()) <= MAX_BYTES
    assert presses.read(data) == press


@given(st.text(max_size=80))
def test_what_no_button_said_breaks_nothing(data: str) -> None:
    read = presses.read(data)
    assert read is None or read.verb in "scrzpng"


@pytest.mark.parametrize(
    "data", ["", "s", "s::", "x:AAAAAAAAAAAAAAAAAAAAAA:", "s:not-an-id:", "c:AAAA:", f"g::{'9' * 64}"]
)
def test_it_refuses_what_is_none_of_ours(data: str) -> None:
    assert presses.read(data) is None


def test_a_button_that_would_not_fit_is_an_error() -> None:
    with pytest.raises(ValueError, match="64 bytes"):
        presses.data_of(Press(presses.PAGE, "", "9" * 64))
