"""Mailing somebody the link by which they choose another password.

Whether there is such an account is found out by the job, so that whoever asks can't tell from the answer or its time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

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
from leadsbot.workspaces import password_reset

KIND: Final = "mail.password"
LANE: Final = "mail:passwords"
TRY_AGAIN_MS: Final = clock.MINUTE


async def ask(services: Services, email: str, address: str) -> None:
    """Have the link mailed to this address, should there be an account. Raises TooManyRequests where too many ask
    from there; an account that was mailed too often hears no more for a while, and nobody is told."""
    payload = {"email": services.vault.encrypt(email), "mail": new_id(), "at": clock.now()}
    await services.database.write(lambda tx: password_reset.count_address(tx, address))

    async def unit(tx: Tx) -> None:
        await password_reset.count_account(tx, email)
        enqueue(tx, KIND, payload, lane=LANE)

    try:
        await services.database.write(unit)
    except TooManyRequests:
        return


def job_handlers(services: Services) -> dict[str, JobHandler]:
    async def run(payload: Mapping[str, Any]) -> Outcome:
        return await _mail(services, payload)

    return {KIND: run}


async def _mail(services: Services, payload: Mapping[str, Any]) -> Outcome:
    settings = services.settings
    email = services.vault.decrypt(payload["email"])
    secret = await password_reset.secret_for(services.database, services.vault, email)
    if secret is None or clock.now() - payload["at"] > password_reset.LASTS_S * clock.SECOND:
        return Done()
    message = begun([email], "Choose another password for LeadsBot", settings.mail_from, payload["mail"])
    message.set_content(_words(f"{settings.public_url}{password_reset.PATH}/{secret}"))
    try:
        await post(message, [email], settings.smtp_url)
    except DeliveryFailed as error:
        return Dead(error.message) if error.permanent else Again(TRY_AGAIN_MS, error=error.message, failed=True)
    return Done()


def _words(url: str) -> str:
    return (
        f"Somebody, perhaps you, asked for another password at LeadsBot.\n\nChoose it within an hour:\n{url}\n\n"
        "The link works once, and you are signed out everywhere then. If it wasn't you, ignore this mail: nothing has"
        " changed.\n"
    )
