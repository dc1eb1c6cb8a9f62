"""The link for another password is mailed to an account's own address, and to nobody where there is none."""

from __future__ import annotations

import re

import msgspec
import pytest

from leadsbot.db import Database
from leadsbot.errors import InvalidInput, NotFound
from leadsbot.jobs.outcomes import Done
from leadsbot.routing.password_mail import KIND, ask, job_handlers
from leadsbot.workspaces import password_reset
from leadsbot.workspaces.bootstrap import Created
from tests.routing.house import Make
from tests.support.smtp_server import SmtpServer


async def test_the_mailed_link_is_the_one_that_holds(
    make_services: Make, database: Database, workspace: Created, smtp: SmtpServer
) -> None:
    services = make_services(smtp_url=smtp.url)
    for email in ("nobody@example.com", "owner@example.com"):
        await ask(services, email, "192.0.2.7")
    for row in await database.fetch("SELECT payload FROM jobs WHERE kind = $1 ORDER BY id", KIND):
        assert isinstance(await job_handlers(services)[KIND](msgspec.json.decode(row["payload"])), Done)
    (mail,) = smtp.mails
    assert mail.recipients == ["owner@example.com"]
    text = mail.message.get_content().replace("\r\n", "\n")
    [secret] = re.findall(r"^https://leads\.example\.com/login/reset/(\S+)$", text, re.MULTILINE)
    with pytest.raises(InvalidInput):
        await password_reset.use(database, services.vault, secret, "short")
    assert await password_reset.use(database, services.vault, secret, "a new password") == "owner@example.com"
    with pytest.raises(NotFound, match="used already"):
        await password_reset.use(database, services.vault, secret, "yet another one")
