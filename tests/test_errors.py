"""What a refusal says by itself."""

from __future__ import annotations

import pytest

from leadsbot.errors import TooManyRequests


@pytest.mark.parametrize(
    ("seconds", "wait"),
    [
        (0.01, "1 second"),
        (1, "1 second"),
        (1.2, "2 seconds"),
        (90, "90 seconds"),
        (91, "2 minutes"),
        (2_570, "43 minutes"),
        (5_400, "90 minutes"),
        (5_401, "2 hours"),
        (86_400, "24 hours"),
    ],
)
def test_a_limit_is_named_with_the_wait_rounded_up(seconds: float, wait: str) -> None:
    error = TooManyRequests.over("one address may send 5 leads here in 24 hours", seconds, "leads_per_day")
    assert error.message == f"Too Many Requests: one address may send 5 leads here in 24 hours; try again in {wait}."
    assert (error.retry_after, error.code) == (seconds, "leads_per_day")
