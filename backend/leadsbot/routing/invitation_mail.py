"""Mailing an invitation's link to its person, wherever SMTP is set. The link itself stands in the job encrypted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from leadsbot import clock
from leadsbot.channels.base import DeliveryFailed
from leadsbot.channels.email import begun, post
from leadsbot.db import Tx
from leadsbot.errors import TooManyRequests
from leadsbot.ids import new_id
from leadsbot.jobs.outcomes import Again, Dead, Done, Outcome
from leadsbot.jobs.queue import enqueue
from leadsbot.jobs.runner import JobHandler
from leadsbot.services import Services
from leadsbot.workspaces import invitations
from leadsbot.workspaces.invitations import Invited, link
from leadsbot.workspaces.limits import take
from leadsbot.workspaces.members import Tell

KIND = "mail.invitation"
LANE = "mail:invitations"
TRY_AGAIN_MS = 5 * clock.MINUTE
# So that nobody fills somebody else's mailbox.
MAILS_TO_AN_ADDRESS = 5
ADDRESS_WINDOW_MS = clock.HOUR


def teller(services: Services) -> Tell | None:
    """Give what mails an invitation in the transaction that makes it, or None where there is no SMTP server. It raises
    TooManyRequests where this workspace has mailed this address too often."""
    if not services.settings.smtp_url:
        return None

    async def tell(tx: Tx, invitation_id: str, secret: str) -> None:
        await _count(tx, invitation_id)
        payload = {"invitation": invitation_id, "secret": services.vault.encrypt(secret), "mail": new_id()}
        enqueue(tx, KIND, payload, lane=LANE)

    return tell


async def _count(tx: Tx, invitation_id: str) -> None:
    await tx.flush()
    row = await tx.fetch_one("SELECT workspace_id, email FROM invitations WHERE id = $1", invitation_id)
    assert row is not None  # it was made in this transaction, or found by it
    address = hashlib.sha256(row["email"].encode()).hexdigest()[:32]
    try:
        await take(tx, f"invite:{row['workspace_id']}:{address}", 1, MAILS_TO_AN_ADDRESS, ADDRESS_WINDOW_MS)
    except TooManyRequests as error:
        sentence = f"{row['email']} was mailed {MAILS_TO_AN_ADDRESS} invitations within an hour: try again later."
        raise TooManyRequests(sentence, retry_after=error.retry_after) from None


def job_handlers(services: Services) -> dict[str, JobHandler]:
    async def run(payload: Mapping[str, Any]) -> Outcome:
        return await _mail(services, payload)

    return {KIND: run}


async def _mail(services: Services, payload: Mapping[str, Any]) -> Outcome:
    """Send the mail unless the invitation has been used, renewed or taken back since."""
    secret = services.vault.decrypt(payload["secret"])
    if not await invitations.still_open(services.database, payload["invitation"], secret):
        return Done()
    invited = await invitations.look(services.database, secret)
    settings = services.settings
    message = begun([invited.email], f"Join {invited.workspace_name} on LeadsBot", settings.mail_from, payload["mail"])
    message.set_content(_words(invited, link(settings.public_url, secret)))
    try:
        await post(message, [invited.email], settings.smtp_url)
    except DeliveryFailed as error:
        return Dead(error.message) if error.permanent else Again(TRY_AGAIN_MS, error=error.message, failed=True)
    return Done()


def _words(invited: Invited, url: str) -> str:
    by = f"{invited.invited_by} invites you" if invited.invited_by else "You are invited"
    return (
        f"{by} to the workspace {invited.workspace_name}, where leads come in.\n\nAccept within 7 days:\n{url}\n\n"
        "Whoever has this link can accept in your place, so keep it to yourself. If you expected nothing of the sort,"
        " ignore this mail.\n"
    )
