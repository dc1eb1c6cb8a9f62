"""Forms are written down once a minute, at most so many per site; a visit counts once per form."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.forms.registry import MAX_FORMS_PER_SITE, FormRegistry, Seen
from leadsbot.workspaces.bootstrap import Created

NOW = 1_800_000_000_000


def seen(workspace: Created, key: str = "contact", **more: str | int) -> Seen:
    one = Seen(workspace.workspace_id, workspace.site_id, key, "Contact us", "https://lindenhof.example/", NOW)
    return replace(one, **more)  # type: ignore[arg-type]


async def write(database: Database, registry: FormRegistry, *said: Seen) -> None:
    async def unit(tx: Tx) -> None:
        await registry.write(tx, said)

    await database.write(unit)
    registry.stored(said)


async def count(database: Database, table: str) -> int:
    return len(await database.fetch(f"SELECT id FROM {table}"))


async def test_a_form_is_found_once(database: Database, workspace: Created) -> None:
    registry = FormRegistry()
    await write(database, registry, seen(workspace), seen(workspace))
    await write(database, FormRegistry(), seen(workspace, name="Write to us", at=NOW + clock.HOUR))
    (row,) = await database.fetch("SELECT * FROM forms")
    assert (row["name"], row["first_seen_at"], row["last_seen_at"]) == ("Write to us", NOW, NOW + clock.HOUR)


async def test_it_is_not_written_again_within_the_minute(database: Database, workspace: Created) -> None:
    registry = FormRegistry()
    await write(database, registry, seen(workspace))
    await write(database, registry, seen(workspace, at=NOW + 59_000))
    assert (await database.fetch("SELECT last_seen_at FROM forms"))[0]["last_seen_at"] == NOW
    await write(database, registry, seen(workspace, at=NOW + 60_000))
    assert (await database.fetch("SELECT last_seen_at FROM forms"))[0]["last_seen_at"] == NOW + 60_000


async def test_what_was_rolled_back_is_written_by_the_next(database: Database, workspace: Created) -> None:
    registry = FormRegistry()

    async def fails(tx: Tx) -> None:
        await registry.write(tx, [seen(workspace, viewed_in="visit")])
        raise ValueError("rolled back")

    with pytest.raises(ValueError, match="rolled back"):
        await database.write(fails)
    await write(database, registry, seen(workspace, viewed_in="visit"))
    assert (await count(database, "forms"), await count(database, "form_views")) == (1, 1)


async def test_a_visit_counts_once_per_form(database: Database, workspace: Created) -> None:
    registry = FormRegistry()
    views: Sequence[Seen] = [
        seen(workspace, viewed_in="one"),
        seen(workspace, viewed_in="one"),
        seen(workspace, viewed_in="two"),
        seen(workspace, "booking", viewed_in="one"),
    ]
    for _ in range(2):
        await write(database, registry, *views)
    assert await count(database, "form_views") == 3


async def test_a_form_that_was_only_filled_in_has_no_view(database: Database, workspace: Created) -> None:
    await write(database, FormRegistry(), seen(workspace))
    assert await count(database, "form_views") == 0


async def test_a_site_has_so_many_forms_and_no_more(database: Database, workspace: Created, stranger: Created) -> None:
    registry = FormRegistry()
    await write(database, registry, *(seen(workspace, f"form {n}") for n in range(MAX_FORMS_PER_SITE - 1)))
    await write(database, registry, *(seen(workspace, f"more {n}", viewed_in="visit") for n in range(3)))
    assert (await count(database, "forms"), await count(database, "form_views")) == (MAX_FORMS_PER_SITE, 1)
    await write(database, registry, seen(stranger))
    assert await count(database, "forms") == MAX_FORMS_PER_SITE + 1


async def test_two_sites_have_a_form_of_one_key_each(database: Database, workspace: Created, stranger: Created) -> None:
    await write(database, FormRegistry(), seen(workspace), seen(stranger))
    assert await count(database, "forms") == 2
