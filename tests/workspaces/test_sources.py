"""Sources by name, found and made in a door's transaction without reading what has nothing to do with them."""

from __future__ import annotations

from typing import Any, cast

from leadsbot.db import Database, Tx
from leadsbot.workspaces import sources
from leadsbot.workspaces.bootstrap import Created


class Counted:
    """A transaction that counts the rows it reads."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self.rows = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    async def fetch(self, *args: Any) -> list[dict[str, Any]]:
        rows = await self._tx.fetch(*args)
        self.rows += len(rows)
        return rows


async def resolved(
    database: Database, workspace_id: str, *names: str, makes: bool = True
) -> tuple[dict[str, str], int]:
    """Give each name as the workspace spells it, and how many rows were read for it."""

    async def unit(tx: Tx) -> tuple[dict[str, str], int]:
        counted = Counted(tx)
        found = await sources.resolve(cast("Tx", counted), [(workspace_id, name) for name in names], makes=makes)
        return {name: spelled for (_, name), spelled in found.items()}, counted.rows

    return await database.write(unit)


async def ids(database: Database) -> dict[str, str]:
    return {row["name"]: row["id"] for row in await database.fetch("SELECT id, name FROM sources")}


async def test_a_new_source_is_made_without_reading_the_others(database: Database, workspace: Created) -> None:
    await resolved(database, workspace.workspace_id, *(f"Source {number}" for number in range(40)))
    found = await resolved(database, workspace.workspace_id, " Trade  fair ", "source 7")
    assert found == ({" Trade  fair ": "Trade fair", "source 7": "Source 7"}, 1)
    assert len(await ids(database)) == 41


async def test_a_name_given_up_is_made_anew_under_another_id(database: Database, workspace: Created) -> None:
    async def rename(before: str, after: str) -> None:
        async def unit(tx: Tx) -> None:
            await tx.execute("UPDATE sources SET name = $2, name_key = $2 WHERE name = $1", before, after)

        await database.write(unit)

    for after in ("search", "engine", "web"):
        await resolved(database, workspace.workspace_id, "google")
        await rename("google", after)
    assert (await resolved(database, workspace.workspace_id, "google"))[0] == {"google": "google"}
    assert len(set((await ids(database)).values())) == 4


async def test_where_nothing_makes_them_known_ones_are_found_alone(
    database: Database, workspace: Created, stranger: Created
) -> None:
    await resolved(database, workspace.workspace_id, "Google")
    await resolved(database, stranger.workspace_id, "Bing")
    found, _ = await resolved(database, workspace.workspace_id, "GOOGLE", "bing", makes=False)
    assert found == {"GOOGLE": "Google"}
    assert set(await ids(database)) == {"Google", "Bing"}
