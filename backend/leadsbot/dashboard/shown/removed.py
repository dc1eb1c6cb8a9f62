"""What was removed lately, for the foot of the page where it stood, and the toast that offers to undo it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from leadsbot.dashboard import words
from leadsbot.dashboard.views import Toast, Undo
from leadsbot.dashboard.views.removed import Removed, RemovedThing
from leadsbot.db import Database
from leadsbot.db.paging import Slice
from leadsbot.workspaces import removals

MOST: Final = 20
PLACES: Final[Mapping[str, str]] = {
    "channel": "/channels",
    "webhook": "/webhooks",
    "endpoint": "/endpoints",
    "member": "/settings/members",
    "invitation": "/settings/members",
}


async def removed(database: Database, workspace_id: str, *kinds: str) -> Removed:
    """Give what of these kinds can still be put back, the latest first."""
    rows = [row for kind in kinds for row in (await removals.listed(database, workspace_id, Slice(MOST), kind)).rows]
    rows.sort(key=lambda row: row["at"], reverse=True)
    things = (RemovedThing(row["thing_id"], words.short(row["name"]), row["by"], row["at"]) for row in rows[:MOST])
    return Removed(PLACES[kinds[0]], tuple(things))


def undoable(words: str, kind: str, thing_id: str) -> Toast:
    """Say that something was removed, with the way back."""
    return Toast(words, undo=Undo(f"/removals/{thing_id}/restore", (("next", PLACES[kind]),)))
