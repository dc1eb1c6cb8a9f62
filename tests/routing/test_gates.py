"""What holds a delivery back, until when, and what it says meanwhile. Nothing here sends anything."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from leadsbot import clock
from leadsbot.routing import bundling, gates
from leadsbot.routing.bundling import FEW, LONGEST_GATHER_MS, MOST, SETTLED_MS, chosen, gathering
from leadsbot.routing.destination import Destination
from leadsbot.routing.gates import Held, silence

NOW = 1_777_897_800_000  # Monday, 4 May 2026, 12:30 UTC


def channel(options: dict[str, Any] | None = None, muted_until: int | None = None) -> Destination:
    return Destination("slack", {"options": msgspec.json.encode(options or {}).decode(), "muted_until": muted_until})


def row(number: int, held: str = "turn", **more: Any) -> dict[str, Any]:
    row = {"id": str(number), "created_at": NOW + number, "held": held, "folded_into": None, "size": 2_000}
    return {**row, "event_type": "lead.created", **more}


NIGHT = {"quiet_hours": {"start": "14:00", "end": "16:00"}}


@pytest.mark.parametrize(
    ("options", "muted_until", "held"),
    [
        ({}, None, None),
        ({}, NOW, None),
        ({}, NOW + 60_000, Held("mute", NOW + 60_000)),
        (NIGHT, None, Held("quiet", NOW + 90 * clock.MINUTE)),  # 14:30 in Vienna
        (NIGHT, NOW + 60_000, Held("mute", NOW + 90 * clock.MINUTE)),
        (NIGHT, NOW + 2 * clock.HOUR, Held("mute", NOW + 2 * clock.HOUR)),
    ],
)
def test_a_channel_is_silent_while_muted_and_in_quiet_hours(
    options: dict[str, Any], muted_until: int | None, held: Held | None
) -> None:
    assert silence(channel(options, muted_until), "Europe/Vienna", NOW) == held


def test_a_few_go_one_by_one_and_more_as_one() -> None:
    rows = [row(number) for number in range(FEW + 1)]
    assert chosen(rows[:FEW]) == rows[:1]
    assert chosen(rows) == rows


def test_what_was_held_on_purpose_is_folded_however_little_it_is() -> None:
    rows = [row(0), row(1, "quiet")]
    assert chosen(rows) == rows and chosen(rows[1:]) == rows[1:]


def test_summaries_and_nudges_stand_alone() -> None:
    rows = [row(0, "quiet"), row(1, "quiet", event_type="summary"), row(2, "quiet", event_type="lead.reminder")]
    assert chosen(rows) == rows[:1] and chosen(rows[1:]) == rows[1:2]
    assert chosen([*rows, row(3, "quiet")]) == [rows[0], row(3, "quiet")]


def test_many_nudges_are_one_message_among_themselves() -> None:
    nudges = [row(number, event_type="lead.unclaimed") for number in range(FEW + 1)]
    assert chosen([*nudges, row(9)]) == nudges
    assert chosen([row(9), *nudges]) == [row(9)]
    assert chosen(nudges[:FEW]) == nudges[:1]


def test_a_digest_that_was_begun_is_sent_as_it_was() -> None:
    begun = [row(1, folded_into="1"), row(2, folded_into="1")]
    assert chosen([*begun, *(row(number) for number in range(3, 12))]) == begun
    assert gathering([*begun, *(row(number) for number in range(3, 12))], NOW) == 0


def test_a_digest_holds_no_more_than_fits_into_memory() -> None:
    rows = [row(number, size=1024 * 1024) for number in range(20)]
    assert len(chosen(rows)) == bundling.MOST_BYTES // (1024 * 1024)
    assert chosen([row(0, size=2 * bundling.MOST_BYTES), *rows])[0]["id"] == "0"


def test_a_burst_is_gathered_until_it_settles_but_not_for_long() -> None:
    rows = [row(number) for number in range(FEW + 1)]
    newest = rows[-1]["created_at"]
    assert gathering(rows, newest) == SETTLED_MS
    assert gathering(rows, newest + SETTLED_MS) == 0
    assert gathering(rows[:FEW], newest) == 0
    assert gathering([row(0, "digest"), *rows], newest) == 0
    old = row(0, created_at=newest - LONGEST_GATHER_MS)
    assert gathering([old, *rows], newest) == 0
    assert gathering([row(0)] * MOST, NOW) == 0


def test_webhooks_have_no_gates() -> None:
    assert gates.passed(None, Destination("webhook", {})) is None  # type: ignore[arg-type]
