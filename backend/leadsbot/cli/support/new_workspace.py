"""Making a workspace on an operator's behalf: what the domain makes, and the mail to its owner."""

from __future__ import annotations

from leadsbot.db import Database, Tx
from leadsbot.routing.defaults import add_team_mail
from leadsbot.workspaces.bootstrap import Created, NewWorkspace, create


async def add_workspace(database: Database, new: NewWorkspace) -> Created:
    """Make it all at once. Raises `Conflict` for an email that is taken, `InvalidInput` for what can't be."""

    async def owner_mail(tx: Tx, created: Created) -> None:
        await add_team_mail(tx, created.workspace_id)

    return await create(database, new, also=owner_mail)
