"""An invitation is mailed once, with its link, unless it ended before the mail went out."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from leadsbot.db import Database
from leadsbot.errors import TooManyRequests
from leadsbot.jobs.outcomes import Again, Done
from leadsbot.routing import invitation_mail
from leadsbot.routing.invitation_mail import KIND, job_handlers, teller
from leadsbot.services import Services
from leadsbot.workspaces import invitations, members
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.members import NewMember
from tests.routing.house import Make
from tests.support.smtp_server import SmtpServer

NEW = NewMember("maria@example.com", name="Maria", by="owner@example.com")


async def invited(services: Services, workspace: Created) -> tuple[str, str]:
    member_id, secret = await members.add_member(services.database, workspace.workspace_id, NEW, teller(services))
    assert secret
    return member_id, secret


async def jobs(database: Database) -> list[dict[str, Any]]:
    rows = await database.fetch("SELECT payload FROM jobs WHERE kind = $1 ORDER BY id", KIND)
    return [msgspec.json.decode(row["payload"]) for row in rows]


async def test_the_link_is_mailed_to_its_person(
    make_services: Make, database: Database, workspace: Created, smtp: SmtpServer
) -> None:
    services = make_services(smtp_url=smtp.url, mail_from="LeadsBot <bot@leads.example.com>")
    _, secret = await invited(services, workspace)
    (payload,) = await jobs(database)
    assert secret not in str(payload)
    assert isinstance(await job_handlers(services)[KIND](payload), Done)
    (mail,) = smtp.mails
    assert mail.recipients == ["maria@example.com"]
    assert mail.message["Subject"] == "Join Lindenhof on LeadsBot"
    text = mail.message.get_content().replace("\r\n", "\n")
    assert f"https://leads.example.com/invitations/{secret}\n" in text and "owner@example.com invites you" in text


async def test_a_link_that_was_renewed_or_taken_back_is_not_mailed(
    make_services: Make, database: Database, workspace: Created, smtp: SmtpServer
) -> None:
    services = make_services(smtp_url=smtp.url)
    member_id, _ = await invited(services, workspace)
    await members.resend(database, workspace.workspace_id, member_id, teller(services))
    old, new = await jobs(database)
    assert isinstance(await job_handlers(services)[KIND](old), Done)
    await members.remove_member(database, workspace.workspace_id, member_id)
    assert isinstance(await job_handlers(services)[KIND](new), Done)
    assert smtp.mails == []


async def test_nobodys_mailbox_is_filled_with_invitations(
    make_services: Make, database: Database, workspace: Created, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = make_services(smtp_url="smtp://127.0.0.1:9")
    monkeypatch.setattr(invitation_mail, "MAILS_TO_AN_ADDRESS", 2)
    member_id, _ = await invited(services, workspace)
    _, link = await members.resend(database, workspace.workspace_id, member_id, teller(services))
    with pytest.raises(TooManyRequests, match=r"maria@example\.com was mailed 2 invitations"):
        await members.resend(database, workspace.workspace_id, member_id, teller(services))
    assert (await invitations.look(database, link)).email == "maria@example.com", "the last one holds"
    await members.remove_member(database, workspace.workspace_id, member_id)
    with pytest.raises(TooManyRequests):
        await invited(services, workspace)
    await members.add_member(database, workspace.workspace_id, NewMember("bo@example.com"), teller(services))
    assert len(await jobs(database)) == 3


async def test_without_a_mail_server_nothing_is_to_be_mailed(
    make_services: Make, database: Database, workspace: Created
) -> None:
    await invited(make_services(), workspace)
    assert await jobs(database) == []


async def test_a_mail_server_that_is_away_is_asked_again(
    make_services: Make, database: Database, workspace: Created, smtp: SmtpServer
) -> None:
    services = make_services(smtp_url="smtp://127.0.0.1:9")
    await invited(services, workspace)
    (payload,) = await jobs(database)
    outcome = await job_handlers(services)[KIND](payload)
    assert isinstance(outcome, Again) and outcome.failed
