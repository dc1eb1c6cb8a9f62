"""How many imports there may be at once, and for how long they are kept."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from leadsbot import clock
from leadsbot.db import Database, Tx
from leadsbot.errors import TooManyRequests
from leadsbot.imports import book, keeping, uploads
from leadsbot.imports.uploads import Upload
from leadsbot.workspaces.bootstrap import Created
from tests.api.conftest import Client
from tests.api.importing import CSV, PATH, PEOPLE, imported, send, shown


async def test_only_so_many_are_under_way_at_once(api: Client) -> None:
    for _ in range(book.MOST_UNDER_WAY):
        await send(api)
    answer = await api.post(PATH, content=PEOPLE.encode(), headers=CSV)
    assert (answer.status_code, answer.json()["code"]) == (429, "imports_under_way")
    assert int(answer.headers["retry-after"]) > 0


async def test_what_is_refused_for_the_limit_is_not_kept(api: Client, database: Database) -> None:
    for _ in range(book.MOST_UNDER_WAY):
        await send(api)
    answer = await api.post(PATH, content=PEOPLE.encode(), headers=CSV, params={"dry_run": "1"})
    assert answer.status_code == 429
    assert len(await database.fetch("SELECT id FROM imports")) == book.MOST_UNDER_WAY


async def test_of_two_that_come_for_the_last_place_one_is_kept(
    api: Client, database: Database, workspace: Created, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is held where the row is made, however many had been let through before their files were read."""
    monkeypatch.setattr(book, "MOST_UNDER_WAY", 1)
    files = [Upload(PEOPLE.encode(), "key") for _ in range(2)]
    take_in = uploads.take_in
    ends = await asyncio.gather(
        *(take_in(database, workspace.workspace_id, one, dry_run=False) for one in files), return_exceptions=True
    )
    assert sorted(isinstance(end, TooManyRequests) for end in ends) == [False, True]
    assert len(await database.fetch("SELECT id FROM imports")) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_of_two_nodes_that_come_for_the_last_place_one_gets_it(
    database: Database, workspace: Created, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "MOST_UNDER_WAY", 1)
    let_go, both_may = uploads._let_go, asyncio.Event()
    at_once = 0

    async def slow(tx: Tx, workspace_id: str) -> None:
        nonlocal at_once
        at_once += 1
        if at_once == 2:
            both_may.set()
        with suppress(TimeoutError):
            await asyncio.wait_for(both_may.wait(), 0.5)
        await let_go(tx, workspace_id)

    monkeypatch.setattr(uploads, "_let_go", slow)
    async with Database.opened(database.url) as other:
        database.bind()
        coming = (
            uploads.take_in(node, workspace.workspace_id, Upload(PEOPLE.encode(), "key"), dry_run=False)
            for node in (database, other)
        )
        ends = await asyncio.gather(*coming, return_exceptions=True)
    assert sorted(isinstance(end, TooManyRequests) for end in ends) == [False, True]


async def test_of_files_that_nobody_takes_in_the_newest_are_kept(
    api: Client, database: Database, workspace: Created, stranger: Created
) -> None:
    upload = Upload(PEOPLE.encode(), "owner@example.com")
    theirs = await uploads.keep(database, stranger.workspace_id, upload)
    checked = await imported(api, database, dry_run="1")
    stopped = await uploads.keep(database, workspace.workspace_id, upload)
    await database.write(lambda tx: tx.execute("UPDATE imports SET state = 'stopped' WHERE id = $1", stopped["id"]))
    kept = [(await uploads.keep(database, workspace.workspace_id, upload))["id"] for _ in range(uploads.MOST_IDLE)]
    await send(api)
    held = {row["id"] for row in await database.fetch("SELECT id FROM imports WHERE content <> ''")}
    under_way = {row["id"] for row in await database.fetch("SELECT id FROM imports WHERE state = 'waiting'")}
    assert held == {theirs["id"], stopped["id"], *kept[1:], *under_way}
    assert (await shown(api, checked["id"]))["preview"] == []
    assert (await api.post(f"{PATH}/{checked['id']}/run")).status_code == 409


async def test_files_and_reports_are_not_kept_for_ever(api: Client, database: Database) -> None:
    checked = await imported(api, database, dry_run="1")
    assert checked["preview"][0][0] == "Jane Doe"
    await imported(api, database)
    assert len(await database.fetch("SELECT id FROM imports WHERE content <> ''")) == 1
    with clock.freeze(clock.now() + keeping.KEEP_FILE_MS + 1):
        await database.write(keeping.purge)
        assert (await shown(api, checked["id"]))["preview"] == []
        assert (await api.post(f"{PATH}/{checked['id']}/run")).status_code == 409
    with clock.freeze(clock.now() + keeping.KEEP_MS + 1):
        await database.write(keeping.purge)
    assert await database.fetch("SELECT id FROM imports") == []
    assert await database.fetch("SELECT id FROM import_rows") == []
