"""The lists that a workspace keeps in its own row: the pipeline's stages, lead types, event types.

An entry is its name; two names that differ in case alone are one. Its id is derived from the name it was made with and
stays when it is renamed (`kept_ids`), so that programs may hold on to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from leadsbot.db import Tx
from leadsbot.db.tx import Row
from leadsbot.errors import Conflict, InvalidInput, NotFound
from leadsbot.ids import derived_id, new_id


class Kind(NamedTuple):
    """One of the lists: the workspace's `column`, the lead's `on_lead`, and what it may hold."""

    column: str
    on_lead: str
    noun: str
    longest: int
    most: int
    fewest: int = 0


STAGES = Kind("stages", "stage", "stage", longest=100, most=50, fewest=2)
LEAD_TYPES = Kind("lead_types", "lead_type", "lead type", longest=200, most=200)
EVENT_TYPES = Kind("event_types", "event_type", "event type", longest=200, most=200)
KINDS = (STAGES, LEAD_TYPES, EVENT_TYPES)


class Entry(NamedTuple):
    """A name in a list, with its place there, counted from 0."""

    id: str
    name: str
    position: int


@dataclass(slots=True)
class Listing:
    """A list as it stands, to be changed and written back. `kept` gives the ids that don't follow from the names."""

    kind: Kind
    workspace_id: str
    names: list[str]
    kept: dict[str, str] = field(default_factory=dict)

    def entries(self) -> list[Entry]:
        return [Entry(self.id_of(name), name, position) for position, name in enumerate(self.names)]

    def id_of(self, name: str) -> str:
        key = key_of(name)
        return self.kept.get(key) or derived_id(self.kind.column, self.workspace_id, key)

    def entry(self, entry_id: str) -> Entry:
        """Give the entry with this id; else `NotFound`."""
        for entry in self.entries():
            if entry.id == entry_id.lower():
                return entry
        raise NotFound(f"There is no such {self.kind.noun}.")

    def find(self, name: str) -> str | None:
        """Give a name as it is spelled here, whatever its case; None when it isn't here."""
        key = key_of(name)
        return next((one for one in self.names if key_of(one) == key), None)

    def add(self, name: str, position: int | None = None) -> Entry:
        """Put a new entry at `position`, or last. Raises `InvalidInput`, `Conflict`."""
        name = self._free(name)
        if len(self.names) >= self.kind.most:
            raise Conflict(f"There are {self.kind.most} {self.kind.noun}s, the most there can be. Delete one first.")
        if any(entry.id == self.id_of(name) for entry in self.entries()):
            self.kept[key_of(name)] = new_id()  # another entry began under this name and was renamed
        self.names.insert(len(self.names) if position is None else position, name)
        return self.entry(self.id_of(name))

    def rename(self, entry: Entry, name: str) -> Entry:
        """Call the entry otherwise; it keeps its place and its id. Raises `InvalidInput`, `Conflict`."""
        name = self._free(name, but=entry.name)
        self.names[entry.position] = name
        self._keep(entry.name, name, entry.id)
        return Entry(entry.id, name, entry.position)

    def place(self, entry: Entry, position: int) -> Entry:
        """Put the entry at `position`, counted from 0; beyond the end it becomes the last."""
        self.names.remove(entry.name)
        self.names.insert(position, entry.name)
        return Entry(entry.id, entry.name, self.names.index(entry.name))

    def remove(self, entry: Entry) -> None:
        """Take the entry out. Raises `Conflict` where too few would be left."""
        if len(self.names) <= self.kind.fewest:
            raise Conflict(f"A pipeline has at least {self.kind.fewest} stages. Add another one first.")
        self.names.remove(entry.name)
        self.kept.pop(key_of(entry.name), None)

    def replace(self, names: Sequence[str]) -> dict[str, str]:
        """Take `names` as the whole list, in their order; gives new spellings by the old. Raises `InvalidInput`."""
        names = check(self.kind, names)
        before = {key_of(name): name for name in self.names}
        respelled = {before[key_of(one)]: one for one in names if before.get(key_of(one), one) != one}
        ids = {self.id_of(name) for name in self.names if key_of(name) in map(key_of, names)}
        self.kept = {key: kept for key, kept in self.kept.items() if kept in ids}
        self.names = names
        taken = set(ids)
        for name in names:
            if key_of(name) not in before and self.id_of(name) in taken:
                self.kept[key_of(name)] = new_id()
        return respelled

    def _keep(self, before: str, after: str, entry_id: str) -> None:
        self.kept.pop(key_of(before), None)
        if derived_id(self.kind.column, self.workspace_id, key_of(after)) != entry_id:
            self.kept[key_of(after)] = entry_id

    def _free(self, name: str, but: str = "") -> str:
        name = check_name(self.kind, name)
        there = self.find(name)
        if there is not None and there != but:
            raise Conflict(f'There is a {self.kind.noun} "{there}" already.', fields=["name"])
        return name


def key_of(name: str) -> str:
    """Give a name as it is compared."""
    return " ".join(name.casefold().split())


def check_name(kind: Kind, name: str, field: str = "name") -> str:
    """Give a name with single blanks, or raise `InvalidInput`."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= kind.longest:
        raise InvalidInput(f"The name of a {kind.noun} has 1 to {kind.longest} characters.", fields=[field])
    return name


def check(kind: Kind, names: Sequence[str]) -> list[str]:
    """Give a whole list in its normal form, or raise `InvalidInput` that names the column."""
    checked = [check_name(kind, name, kind.column) for name in names]
    keys = [key_of(name) for name in checked]
    for number, key in enumerate(keys):
        if key in keys[:number]:
            raise InvalidInput(f'"{checked[number]}" is in the list twice.', fields=[kind.column])
    if not kind.fewest <= len(checked) <= kind.most:
        some = f"{kind.fewest} to {kind.most}" if kind.fewest else f"at most {kind.most}"
        raise InvalidInput(f"There can be {some} {kind.noun}s.", fields=[kind.column])
    return checked


def listing_of(row: Mapping[str, Any], kind: Kind) -> Listing:
    """Read a list from a workspace's row."""
    kept = msgspec.json.decode(row["kept_ids"], type=dict[str, dict[str, str]])
    return Listing(kind, row["id"], msgspec.json.decode(row[kind.column], type=list[str]), kept.get(kind.column, {}))


async def held(tx: Tx, workspace_id: str) -> Row:
    """Read the workspace's row and hold it until the transaction ends; else `NotFound`."""
    # As weak as will do: new leads name their workspace, and needn't wait.
    lock = " FOR NO KEY UPDATE" if tx.dialect == "postgres" else ""
    row = await tx.fetch_one(f"SELECT * FROM workspaces WHERE id = $1{lock}", workspace_id)
    if row is None:
        raise NotFound("There is no such workspace.")
    return row


async def write(tx: Tx, row: Row, *listings: Listing) -> None:
    """Write lists back into the workspace's row, which is held."""
    kept = msgspec.json.decode(row["kept_ids"], type=dict[str, dict[str, str]])
    for listing in listings:
        kept[listing.kind.column] = listing.kept
        names = msgspec.json.encode(listing.names).decode()
        await tx.execute(f"UPDATE workspaces SET {listing.kind.column} = $2 WHERE id = $1", row["id"], names)
    text = msgspec.json.encode({column: ids for column, ids in kept.items() if ids}).decode()
    await tx.execute("UPDATE workspaces SET kept_ids = $2 WHERE id = $1", row["id"], text)
