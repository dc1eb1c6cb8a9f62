"""Forms that grow: the largest total that people who sent them met, until nobody has for a month."""

from __future__ import annotations

import asyncpg
import pytest

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.forms import growth
from leadsbot.forms.growth import MAX_TOTAL, UNNAMED, Met, met
from leadsbot.forms.registry import FormRegistry, form_id
from leadsbot.workspaces.bootstrap import Created
from tests.forms.test_registry import seen

NOW = 1_800_000_000_000


@pytest.mark.parametrize(
    ("begun", "total", "known", "said"),
    [
        (3, 9, 0, 9),
        (3, 3, 0, None),  # it doesn't grow, and nobody thought so
        (3, 3, 9, 0),  # it no longer does
        (None, 9, 9, None),  # a widget of old doesn't say
        (3, MAX_TOTAL, 0, MAX_TOTAL),
        (3, MAX_TOTAL + 1, 0, None),
    ],
)
def test_a_submission_says_how_far_its_form_grew(begun: int | None, total: int, known: int, said: int | None) -> None:
    one = met("form", begun, total, MAX_TOTAL, known, NOW)
    assert (one and one.total) == said


@pytest.mark.parametrize(("named", "said"), [(1, 1 + UNNAMED), (0, UNNAMED), (12, 9)])
def test_it_is_believed_a_little_beyond_the_fields_it_names(named: int, said: int) -> None:
    one = met("form", 3, 9, named, 0, NOW)
    assert one and one.total == said


async def write(database: Database, *said: Met) -> None:
    async def unit(tx: Tx) -> None:
        await growth.write(tx, said)

    await database.write(unit)


@pytest.fixture
async def form(database: Database, workspace: Created) -> str:
    async def unit(tx: Tx) -> None:
        await FormRegistry().write(tx, [seen(workspace)])

    await database.write(unit)
    return form_id(workspace.site_id, "contact")


async def stored(database: Database) -> tuple[int, int]:
    (row,) = await database.fetch("SELECT fields_total, fields_total_at FROM forms")
    return row["fields_total"], row["fields_total_at"]


async def test_the_largest_total_holds(database: Database, form: str) -> None:
    await write(database, Met(form, 7, NOW), Met(form, 9, NOW), Met(form, 8, NOW))
    assert await stored(database) == (9, NOW)
    await write(database, Met(form, 7, NOW + clock.DAY))
    assert await stored(database) == (9, NOW)
    await write(database, Met(form, 12, NOW + clock.HOUR))
    assert await stored(database) == (12, NOW + clock.HOUR)


async def test_it_is_written_once_a_day_that_it_still_holds(database: Database, form: str) -> None:
    await write(database, Met(form, 9, NOW))
    await write(database, Met(form, 9, NOW + clock.DAY))
    assert await stored(database) == (9, NOW)
    await write(database, Met(form, 9, NOW + clock.DAY + 1))
    assert await stored(database) == (9, NOW + clock.DAY + 1)


@pytest.mark.parametrize("smaller", [5, 0])
async def test_a_smaller_total_replaces_one_that_nobody_met_for_thirty_days(
    database: Database, form: str, smaller: int
) -> None:
    await write(database, Met(form, 9, NOW))
    await write(database, Met(form, smaller, NOW + growth.REMEMBERED_MS))
    assert await stored(database) == (9, NOW)
    await write(database, Met(form, smaller, NOW + growth.REMEMBERED_MS + 1))
    assert await stored(database) == (smaller, NOW + growth.REMEMBERED_MS + 1)


async def test_of_a_form_that_is_not_there_nothing_is_written(database: Database, form: str) -> None:
    await write(database, Met("00000000-0000-7000-8000-000000000000", 9, NOW))
    assert await stored(database) == (0, 0)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_form_that_another_node_is_at_is_passed_by(database: Database, form: str) -> None:
    other = await asyncpg.connect(database.url)
    try:
        held = other.transaction()
        await held.start()
        await other.execute("UPDATE forms SET name = 'Held' WHERE id = $1", form)
        await write(database, Met(form, 9, NOW))
        await held.commit()
    finally:
        await other.close()
    assert await stored(database) == (0, 0)
    await write(database, Met(form, 9, NOW))
    assert await stored(database) == (9, NOW)
