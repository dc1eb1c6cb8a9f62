"""Hours of a form that are counted once: a report says the same with and without them, whatever changes meanwhile."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsbot import clock
from leadsbot.clock import HOUR, MINUTE, SECOND
from leadsbot.db import Database, Tx
from leadsbot.forms import hours, report_counts
from leadsbot.forms.abandonment import abandon_idle
from leadsbot.forms.report import Asked, form_report
from leadsbot.forms.report_counts import Span, gaps
from leadsbot.forms.report_shape import Report
from leadsbot.forms.report_totals import ranked
from leadsbot.forms.sessions import write
from leadsbot.ids import new_id
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.site_editing import delete_site
from tests.forms.report_rows import NOW, add_form, add_sessions, add_views, session, stat
from tests.forms.test_sessions import reached

DEVICES = ("desktop", "mobile", "tablet", "bot")


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with clock.freeze(NOW):
        yield


@pytest.fixture
async def form_id(database: Database, workspace: Created) -> str:
    return await add_form(database, workspace)


def some_session(workspace: Created, form_id: str, rng: random.Random) -> dict[str, Any]:
    at, sent = NOW - rng.randrange(8 * HOUR), rng.random() < 0.5
    return session(
        workspace,
        form_id,
        rng.choice([None, [stat("name", entered=1)]]),
        state="submitted" if sent else rng.choice(["started", "abandoned"]),
        started_at=at,
        submitted_at=at + rng.randrange(-5, 60) * SECOND if sent else None,
        completion_percent=rng.randrange(101),
        device_type=rng.choice(DEVICES),
        last_field=rng.choice(["", "Name", "Email"]),
        tries=rng.randrange(3),
        wait_ms=rng.choice([None, -1, rng.randrange(9_000)]),
    )


async def reports(database: Database, workspace: Created, form_id: str) -> list[Report]:
    periods = [(NOW - 9 * HOUR, None), (NOW - 7 * HOUR + 5, NOW - 3 * HOUR - 7), (NOW - 90 * MINUTE, None)]
    asked = [Asked(*period) for period in periods] + [Asked(*periods[0], device="mobile")]
    return [await form_report(database, workspace.workspace_id, form_id, one) for one in asked]


async def uncounted(database: Database, workspace: Created, form_id: str) -> list[Report]:
    """Give what the reports say when nothing is kept."""

    async def forget(tx: Tx) -> None:
        await tx.execute("DELETE FROM form_hours")

    await database.write(forget)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(report_counts, "KEPT_FROM", 10**9)
        return await reports(database, workspace, form_id)


async def number_kept(database: Database) -> int:
    return len(await database.fetch("SELECT id FROM form_hours"))


async def test_hours_that_are_kept_say_what_their_sessions_say(
    database: Database, workspace: Created, stranger: Created, form_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = random.Random(7)
    await add_sessions(database, *[some_session(workspace, form_id, rng) for _ in range(150)])
    await add_sessions(database, session(stranger, form_id, started_at=NOW - 5 * HOUR))
    for _ in range(20):
        await add_views(database, form_id, 2, NOW - rng.randrange(8 * HOUR))
    expected = await uncounted(database, workspace, form_id)
    assert expected[0].starters == 150 and expected[0].views == 40
    assert await number_kept(database) == 0
    monkeypatch.setattr(report_counts, "KEPT_FROM", 1)
    monkeypatch.setattr(report_counts, "AT_ONCE_MS", 100 * MINUTE)
    for _ in range(2):
        assert await reports(database, workspace, form_id) == expected
        assert await number_kept(database) == len(hours.over(NOW - 8 * HOUR - 20 * MINUTE, None, NOW)) > 4


async def test_a_session_that_changes_late_takes_its_hour_with_it(
    database: Database, workspace: Created, form_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_counts, "KEPT_FROM", 1)
    began = NOW - 5 * HOUR
    open_one = session(workspace, form_id, started_at=began, last_field="Name")
    await add_sessions(database, open_one, session(workspace, form_id, started_at=NOW - 4 * HOUR))
    before = await reports(database, workspace, form_id)
    kept = await number_kept(database)

    async def moved(**changes: Any) -> None:
        one = reached(workspace, open_one["id"], at=NOW, started_at=began, form_id=form_id, **changes)
        await database.write(lambda tx: _write(tx, one))

    async def abandoned() -> None:
        assert await database.write(lambda tx: abandon_idle(tx, NOW + 3 * HOUR)) == 2

    for change in (
        lambda: moved(seq=2, percent=70, last_field="Email"),
        abandoned,
        lambda: moved(seq=3, percent=80, visit=None, tries=2),
        lambda: moved(seq=4, percent=90, submitted=True),
    ):
        await change()
        assert await number_kept(database) < kept
        found = await reports(database, workspace, form_id)
        assert found != before and found == await uncounted(database, workspace, form_id)
        before = await reports(database, workspace, form_id)
        assert await number_kept(database) == kept


async def _write(tx: Tx, one: Any) -> None:
    await write(tx, [one])


async def test_a_session_that_arrives_late_counts(
    database: Database, workspace: Created, form_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_counts, "KEPT_FROM", 1)
    await add_sessions(database, session(workspace, form_id, started_at=NOW - 5 * HOUR))
    (before, *_) = await reports(database, workspace, form_id)
    late = reached(workspace, new_id(), 1, at=NOW - 5 * HOUR, started_at=NOW - 6 * HOUR, form_id=form_id)
    await database.write(lambda tx: _write(tx, late))
    (after, *_) = await reports(database, workspace, form_id)
    assert (before.starters, after.starters) == (1, 2)


async def test_what_changed_while_it_was_counted_is_not_kept(database: Database, form_id: str) -> None:
    await hours.keep(database, form_id, 7, {1: hours.Hour()})
    assert await number_kept(database) == 0
    await hours.keep(database, form_id, 0, {1: hours.Hour()})
    await hours.keep(database, form_id, 0, {1: hours.Hour(views=3)})
    assert await number_kept(database) == 1
    await hours.keep(database, new_id(), 0, {1: hours.Hour()})
    assert await number_kept(database) == 1


async def test_a_period_since_the_year_1_is_counted_from_the_first_visitor_on(
    database: Database, workspace: Created, form_id: str
) -> None:
    await add_sessions(database, session(workspace, form_id, started_at=NOW - 5 * HOUR))
    found = await form_report(database, workspace.workspace_id, form_id, Asked(-62_135_596_800_000))
    assert found.starters == 1
    later = await form_report(database, workspace.workspace_id, form_id, Asked(NOW - HOUR))
    assert (later.starters, later.views) == (0, 0)


async def test_a_form_that_goes_takes_its_hours_along(database: Database, workspace: Created, form_id: str) -> None:
    await hours.keep(database, form_id, 0, {1: hours.Hour()})
    await delete_site(database, workspace.workspace_id, workspace.site_id)
    assert await number_kept(database) == 0


def test_an_hour_is_over_when_it_lies_in_the_period_and_two_hours_back() -> None:
    hour = NOW // HOUR
    assert hours.over(hour * HOUR, None, (hour + 4) * HOUR) == range(hour, hour + 2)
    assert hours.over(hour * HOUR + 1, None, (hour + 4) * HOUR - 1) == range(hour + 1, hour + 1)
    assert hours.over(hour * HOUR, (hour + 1) * HOUR - 1, NOW + 90 * HOUR) == range(hour, hour)


@given(st.integers(0, 40), st.none() | st.integers(0, 40), st.sets(st.integers(0, 12)))
def test_gaps_and_kept_hours_cover_a_period_once(since: int, length: int | None, known: set[int]) -> None:
    quarter = HOUR // 4
    until = None if length is None else (since + length) * quarter
    span = Span("w", "f", since * quarter, until)
    over = hours.over(span.since, until, 12 * HOUR)
    kept = dict.fromkeys(known & set(over), "")
    parts = [(part.since, part.until) for part in gaps(span, over, kept)]
    parts += [(hour * HOUR, (hour + 1) * HOUR) for hour in kept]
    at = span.since
    for begin, end in sorted(parts):
        assert begin == at
        at = end if end is not None else -1
    assert at == (-1 if until is None else max(until, span.since))


@given(st.lists(st.lists(st.integers(-5, 5) | st.integers(0, 10**9), max_size=60), min_size=1), st.floats(0, 1))
def test_a_rank_is_that_of_all_values_in_order(runs: list[list[int]], part: float) -> None:
    every = sorted(value for run in runs for value in run)
    if every:
        rank = max(1, round(part * len(every)))
        assert ranked([sorted(run) for run in runs], rank) == every[rank - 1]


def test_a_rank_is_found_among_very_many() -> None:
    rng = random.Random(3)
    runs = [sorted(rng.choices(range(100_000), k=rng.randrange(200))) for _ in range(300)]
    every = sorted(value for run in runs for value in run)
    assert all(ranked(runs, rank) == every[rank - 1] for rank in (1, 2, len(every) // 2, len(every)))
