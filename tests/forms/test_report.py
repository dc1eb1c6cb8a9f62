"""A form's report: what counts as what, over every session of the period and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest

from leadsbot.clock import DAY, HOUR, SECOND
from leadsbot.db import Database
from leadsbot.errors import InvalidInput, NotFound
from leadsbot.forms import report, report_counts
from leadsbot.forms.report import Asked, asked, form_report
from leadsbot.forms.report_fields import MOST_FIELDS
from leadsbot.forms.report_shape import FieldReport, Rate, Report
from leadsbot.workspaces.bootstrap import Created
from tests.forms.report_rows import BEGUN, NOW, add_form, add_sessions, add_views, session, stat

LAST_MONTH = Asked(NOW - 30 * DAY)


@pytest.fixture
async def form_id(database: Database, workspace: Created) -> str:
    return await add_form(database, workspace)


async def reported(database: Database, workspace: Created, form_id: str, **more: Any) -> Report:
    return await form_report(database, workspace.workspace_id, form_id, Asked(NOW - 30 * DAY, **more))


def counted(rate: Rate) -> tuple[int, int | None, float | None]:
    return rate.count, rate.of, rate.rate


def field(found: Report, name: str) -> FieldReport:
    return next(one for one in found.fields if one.name == name)


async def test_a_form_that_nobody_saw_has_no_rates(database: Database, workspace: Created, form_id: str) -> None:
    found = await reported(database, workspace, form_id)
    assert (found.views, found.starters, found.submitters, found.in_progress, found.fields) == (0, 0, 0, 0, [])
    assert counted(found.conversion.views_to_submitters) == (0, 0, None)
    assert (found.time_to_start.median_ms, found.time_to_finish.p90_ms, found.time_to_start.count) == (None, None, 0)
    assert [(one.lowest, one.highest, one.count) for one in found.completion] == [
        (0, 24, 0), (25, 49, 0), (50, 74, 0), (75, 99, 0), (100, 100, 0),
    ]  # fmt: skip


async def test_who_saw_began_and_sent_it_is_counted(database: Database, workspace: Created, form_id: str) -> None:
    await add_views(database, form_id, 8)
    await add_sessions(
        database,
        *[session(workspace, form_id, state="submitted") for _ in range(2)],
        session(workspace, form_id, state="abandoned"),
        session(workspace, form_id),
    )
    found = await reported(database, workspace, form_id)
    assert (found.views, found.starters, found.submitters, found.abandoned, found.in_progress) == (8, 4, 2, 1, 1)
    assert counted(found.conversion.views_to_starters) == (4, 8, 0.5)
    assert counted(found.conversion.views_to_submitters) == (2, 8, 0.25)
    assert counted(found.conversion.starters_to_submitters) == (2, 4, 0.5)
    assert counted(found.abandonment) == (1, 4, 0.25)


async def test_resubmitters_are_those_who_sent_more_than_once(
    database: Database, workspace: Created, form_id: str
) -> None:
    await add_sessions(
        database,
        session(workspace, form_id, state="submitted", tries=3),
        session(workspace, form_id, state="submitted", tries=1),
        session(workspace, form_id, state="submitted", tries=0),  # by a widget that didn't count
        session(workspace, form_id, state="abandoned", tries=2),
        session(workspace, form_id, state="abandoned"),
    )
    found = await reported(database, workspace, form_id)
    assert (found.senders, found.resubmitters) == (4, 2)
    assert counted(found.resubmission) == (2, 4, 0.5)
    assert counted(found.never_accepted) == (1, 4, 0.25)


@pytest.mark.parametrize(
    ("waits", "median", "p90"),
    [([], None, None), ([7], 7, 7), ([4, 2], 2, 4), ([5, 1, 3], 3, 5), (list(range(10, 0, -1)), 5, 9)],
)
async def test_times_are_medians_and_ninth_deciles(
    database: Database, workspace: Created, form_id: str, waits: list[int], median: int | None, p90: int | None
) -> None:
    rows = [session(workspace, form_id, wait_ms=wait) for wait in waits]
    rows += [session(workspace, form_id, state="submitted", submitted_at=BEGUN + wait) for wait in waits]
    await add_sessions(database, *rows, session(workspace, form_id))
    found = await reported(database, workspace, form_id)
    for times in (found.time_to_start, found.time_to_finish):
        assert (times.median_ms, times.p90_ms, times.count) == (median, p90, len(waits))


async def test_a_clock_that_ran_backwards_makes_no_time(database: Database, workspace: Created, form_id: str) -> None:
    await add_sessions(database, session(workspace, form_id, state="submitted", submitted_at=BEGUN - SECOND))
    assert (await reported(database, workspace, form_id)).time_to_finish.count == 0


async def test_unsent_sessions_fall_into_buckets_by_percent(
    database: Database, workspace: Created, form_id: str
) -> None:
    percents = (0, 24, 25, 49, 50, 74, 75, 99, 100)
    rows = [session(workspace, form_id, state="abandoned", completion_percent=percent) for percent in percents]
    await add_sessions(database, *rows, session(workspace, form_id, state="submitted"))
    buckets = (await reported(database, workspace, form_id)).completion
    assert [counted(bucket)[:2] for bucket in buckets] == [(2, 9), (2, 9), (2, 9), (2, 9), (1, 9)]


async def test_drop_off_is_told_by_the_last_field_of_what_was_not_sent(
    database: Database, workspace: Created, form_id: str
) -> None:
    await add_sessions(
        database,
        *[session(workspace, form_id, state="abandoned", last_field="Phone") for _ in range(2)],
        session(workspace, form_id, last_field="Phone"),
        session(workspace, form_id, state="abandoned"),
        session(workspace, form_id, state="submitted", last_field="Message"),
    )
    places = (await reported(database, workspace, form_id)).drop_off
    assert [(one.field, one.abandoned, *counted(one)) for one in places] == [
        ("Phone", 2, 3, 4, 0.75),
        (None, 1, 1, 4, 0.25),
    ]


async def test_places_beyond_the_most_that_are_listed_are_counted_together(
    database: Database, workspace: Created, form_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "MOST_PLACES", 2)
    rows = [session(workspace, form_id, state="abandoned", last_field=name) for name in "aaabbcd"]
    await add_sessions(database, *rows)
    found = await reported(database, workspace, form_id)
    assert [(one.field, one.count) for one in found.drop_off] == [("a", 3), ("b", 2)]
    assert (*counted(found.drop_off_elsewhere), found.drop_off_elsewhere.abandoned) == (2, 7, 0.2857, 2)


# --- Field by field


async def test_fields_tell_what_happened_in_them(database: Database, workspace: Created, form_id: str) -> None:
    entered = stat(
        "phone", entered=2, time=9_000, hesitation=1_500, corrections=2, deletions=5, refocuses=1, invalids=1
    )
    await add_sessions(
        database,
        session(workspace, form_id, [entered], state="submitted"),
        session(workspace, form_id, [stat("phone", entered=4, time=1_000)], state="submitted"),
        session(workspace, form_id, [stat("phone", state=2)], state="submitted"),
        session(workspace, form_id, [stat("phone")], state="abandoned", last_field="Phone"),
    )
    found = await reported(database, workspace, form_id)
    phone = field(found, "phone")
    assert (phone.label, phone.sessions, phone.entered_order) == ("Phone", 4, 2)
    assert (found.sampled_sessions, found.sessions, found.sample_limit) == (4, 4, 2_000)
    assert {name: counted(getattr(phone, name)) for name in ("entered", "filled", "autofilled", "blank")} == {
        "entered": (2, 4, 0.5), "filled": (3, 4, 0.75), "autofilled": (1, 3, 0.3333), "blank": (1, 4, 0.25),
    }  # fmt: skip
    assert counted(phone.blank_when_submitted) == (0, 3, 0.0)
    assert (phone.time.mean_ms, phone.time.median_ms, phone.time.p90_ms, phone.time.count) == (5_000, 1_000, 9_000, 2)
    assert (phone.hesitation.mean_ms, phone.hesitation.count) == (1_500, 1)
    for name, total in (("corrections", 2), ("deletions", 5), ("refocuses", 1)):
        happened = getattr(phone, name)
        assert (*counted(happened), happened.total) == (1, 2, 0.5, total), name
    assert (*counted(phone.invalid), phone.invalid.total) == (1, 4, 0.25, 1)
    assert (*counted(phone.drop_off), phone.drop_off.abandoned) == (1, 1, 1.0, 1)


async def test_a_field_that_was_sent_blank_is_told_from_one_that_was_never_reached(
    database: Database, workspace: Created, form_id: str
) -> None:
    await add_sessions(
        database,
        session(workspace, form_id, [stat("name", entered=1), stat("company")], state="submitted"),
        session(workspace, form_id, [stat("name", entered=1), stat("company")], state="abandoned"),
    )
    company = field(await reported(database, workspace, form_id), "company")
    assert (counted(company.blank), counted(company.blank_when_submitted)) == ((2, 2, 1.0), (1, 1, 1.0))


async def names_in_order(database: Database, workspace: Created, form_id: str, *forms: str) -> list[str]:
    """Give the order in which the fields are told, of forms seen one after the other, each a text of names."""
    rows = [
        session(workspace, form_id, [stat(name) for name in names.split()], started_at=BEGUN + number)
        for number, names in enumerate(forms)
    ]
    await add_sessions(database, *rows)
    return [one.name for one in (await reported(database, workspace, form_id)).fields]


async def test_fields_stand_as_in_the_form(database: Database, workspace: Created, form_id: str) -> None:
    assert await names_in_order(database, workspace, form_id, "name email phone") == ["name", "email", "phone"]


async def test_steps_that_the_newest_did_not_reach_take_their_place(
    database: Database, workspace: Created, form_id: str
) -> None:
    told = await names_in_order(database, workspace, form_id, "name date guests email", "title name email")
    assert told == ["title", "name", "date", "guests", "email"]


async def test_the_newest_form_decides_the_order(database: Database, workspace: Created, form_id: str) -> None:
    assert await names_in_order(database, workspace, form_id, "email name", "name email") == ["name", "email"]


async def test_two_fields_of_one_name_are_told_apart(database: Database, workspace: Created, form_id: str) -> None:
    stats = [stat("guest[]", label="First guest", entered=1), stat("guest[]", label="Second guest")]
    await add_sessions(database, session(workspace, form_id, stats), session(workspace, form_id, stats))
    fields = (await reported(database, workspace, form_id)).fields
    assert [(one.label, one.sessions, one.entered.count) for one in fields] == [
        ("First guest", 2, 2),
        ("Second guest", 2, 0),
    ]


async def test_the_newest_label_names_a_field(database: Database, workspace: Created, form_id: str) -> None:
    await add_sessions(
        database,
        session(workspace, form_id, [stat("tel", label="Mobile")], started_at=BEGUN + 1),
        session(workspace, form_id, [stat("tel", label="Phone")], started_at=BEGUN),
    )
    assert field(await reported(database, workspace, form_id), "tel").label == "Mobile"


async def test_two_fields_with_one_label_don_t_count_a_drop_off_twice(
    database: Database, workspace: Created, form_id: str
) -> None:
    stats = [stat("street", label="Address"), stat("street2", label="Address")]
    await add_sessions(database, session(workspace, form_id, stats, state="abandoned", last_field="Address"))
    assert [one.drop_off.count for one in (await reported(database, workspace, form_id)).fields] == [1, 0]


@pytest.mark.parametrize(
    "text",
    ["", "{", "7", '[["name"', '[[7, "Name"]]', '[{"name": "x"}]', '[["\\ud800"]]'],
)
async def test_what_can_not_be_read_is_left_out_of_the_sample(
    database: Database, workspace: Created, form_id: str, text: str
) -> None:
    await add_sessions(
        database, session(workspace, form_id, text), session(workspace, form_id, [stat("name", entered=1)])
    )
    found = await reported(database, workspace, form_id)
    assert (found.starters, found.sessions, found.sampled_sessions) == (2, 2, 1)
    assert [one.name for one in found.fields] == ["name"]


async def test_fields_are_told_of_the_latest_sessions_alone(
    database: Database, workspace: Created, form_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "SAMPLED", 5)
    monkeypatch.setattr(report_counts, "STATS_AT_ONCE", 2)
    rows = [
        session(workspace, form_id, [stat("new" if number >= 4 else "old")], started_at=BEGUN + number)
        for number in range(9)
    ]
    await add_sessions(database, *rows)
    found = await reported(database, workspace, form_id)
    assert (found.starters, found.sessions, found.sampled_sessions, found.sample_limit) == (9, 9, 5, 5)
    assert [(one.name, one.sessions) for one in found.fields] == [("new", 5)]


async def test_sessions_of_one_moment_are_each_sampled_once(
    database: Database, workspace: Created, form_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_counts, "STATS_AT_ONCE", 2)
    await add_sessions(database, *[session(workspace, form_id, [stat("name")]) for _ in range(5)])
    assert field(await reported(database, workspace, form_id), "name").sessions == 5


async def test_a_made_up_form_of_endless_fields_is_told_up_to_a_limit(
    database: Database, workspace: Created, form_id: str
) -> None:
    rows = [
        session(workspace, form_id, [stat(f"{number}-{name}") for name in range(MOST_FIELDS - 50)])
        for number in range(2)
    ]
    await add_sessions(database, *rows)
    assert len((await reported(database, workspace, form_id)).fields) == MOST_FIELDS


# --- Which sessions


async def test_a_period_takes_what_began_in_it(database: Database, workspace: Created, form_id: str) -> None:
    for at in (BEGUN - 1, BEGUN, BEGUN + HOUR - 1, BEGUN + HOUR):
        await add_views(database, form_id, 1, at)
        await add_sessions(
            database, session(workspace, form_id, [stat("name")], started_at=at, wait_ms=1, state="submitted")
        )
    found = await form_report(database, workspace.workspace_id, form_id, Asked(BEGUN, BEGUN + HOUR))
    assert (found.views, found.starters, found.sampled_sessions) == (2, 2, 2)
    assert (found.time_to_start.count, found.time_to_finish.count) == (2, 2)
    assert (found.since, found.until) == ("2026-09-20T14:13:20.000Z", "2026-09-20T15:13:19.999Z")
    year = await form_report(database, workspace.workspace_id, form_id, Asked(NOW - 365 * DAY))
    assert (year.views, year.starters, year.sampled_sessions) == (4, 4, 4)


async def test_a_device_narrows_sessions_and_leaves_views_out(
    database: Database, workspace: Created, form_id: str
) -> None:
    await add_views(database, form_id, 3)
    await add_sessions(
        database,
        session(workspace, form_id, [stat("name")], device_type="mobile", state="submitted", wait_ms=1),
        session(workspace, form_id, [stat("name")], device_type="desktop", state="abandoned", last_field="Name"),
    )
    found = await reported(database, workspace, form_id, device="mobile")
    assert (found.views, found.starters, found.submitters, found.drop_off) == (None, 1, 1, [])
    assert counted(found.conversion.views_to_starters) == (1, None, None)
    assert (found.sampled_sessions, found.time_to_start.count) == (1, 1)


async def test_neither_another_form_nor_another_workspace_is_counted(
    database: Database, workspace: Created, stranger: Created, form_id: str
) -> None:
    other = await add_form(database, workspace, "Another")
    await add_views(database, other, 1)
    await add_sessions(
        database,
        session(workspace, other, [stat("name")], wait_ms=1, state="submitted"),
        session(stranger, form_id, [stat("name")], wait_ms=1, state="submitted"),
        session(stranger, form_id, [stat("name")], state="abandoned", last_field="Name"),
    )
    found = await reported(database, workspace, form_id)
    assert (found.views, found.starters, found.sampled_sessions, found.drop_off) == (0, 0, 0, [])
    assert (found.time_to_start.count, found.time_to_finish.count) == (0, 0)


async def test_a_stranger_finds_no_form(database: Database, stranger: Created, form_id: str) -> None:
    with pytest.raises(NotFound):
        await form_report(database, stranger.workspace_id, form_id, LAST_MONTH)


# --- What is asked for

VIENNA = "Europe/Vienna"


def test_without_dates_it_is_the_last_thirty_days() -> None:
    assert asked(None, None, VIENNA, None, NOW) == Asked(NOW - 30 * DAY, None, VIENNA)
    assert asked("", "", VIENNA, "mobile", NOW) == Asked(NOW - 30 * DAY, None, VIENNA, "mobile")


def test_a_date_is_its_whole_day_in_the_workspaces_time_zone() -> None:
    found = asked("2026-05-01", "2026-05-01", VIENNA, None, NOW)
    assert (found.since, found.until) == (1_777_586_400_000, 1_777_586_400_000 + DAY)


def test_an_end_alone_takes_the_thirty_days_before_it() -> None:
    found = asked(None, "2026-05-01", "UTC", None, NOW)
    assert found.until is not None and found.since == found.until - 30 * DAY
    assert asked(None, "0001-01-01", "UTC", None, NOW).since == -62_135_596_800_000


@pytest.mark.parametrize(
    ("from_", "to", "named"),
    [("yesterday", None, "from"), (None, "2026-13-01", "to"), ("2026-05-02", "2026-05-01", "from")],
)
def test_a_period_that_makes_no_sense_is_refused(from_: str | None, to: str | None, named: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        asked(from_, to, VIENNA, None, NOW)
    assert list(refused.value.fields) == [named]
