"""Mail: what arrives can be read, answered and trusted, and refusals are told apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from leadsbot.channels.base import DeliveryFailed, Receipt
from leadsbot.channels.email import CHANNEL
from leadsbot.errors import InvalidInput
from leadsbot.outbound import Outbound
from tests.channels.parcels import LEAD, parcel
from tests.support.certificates import Certificate
from tests.support.smtp_server import SmtpServer

OWNER, TEAMMATE = "owner@firm.example", "teammate@firm.example"


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


async def deliver(outbound: Outbound, url: str, *to: str, lead: dict[str, Any] | None = LEAD) -> Receipt:
    config = {"to": list(to or [OWNER]), "smtp_url": url, "mail_from": "LeadsBot <leads@firm.example>"}
    return await CHANNEL.send(parcel(config, lead=lead), outbound)


async def failure(outbound: Outbound, url: str, *to: str) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        await deliver(outbound, url, *to)
    return failed.value


def part(smtp: SmtpServer, kind: str) -> str:
    found = smtp.mails[0].message.get_body((kind,))
    assert found is not None
    return str(found.get_content())


async def test_the_mail_arrives_as_text_and_as_html(outbound: Outbound, smtp: SmtpServer) -> None:
    receipt = await deliver(outbound, smtp.url, OWNER, TEAMMATE)
    mail = smtp.mails[0]
    assert (mail.sender, mail.recipients) == ("leads@firm.example", [OWNER, TEAMMATE])
    assert mail.message["subject"] == "New lead: Grace Hopper"
    assert mail.message["from"] == "LeadsBot <leads@firm.example>"
    assert mail.message["reply-to"] == "grace@navy.example"
    for kind in ("plain", "html"):
        for said in ("grace@navy.example", "We need a compiler.", "google (spring)", LEAD["lead_url"]):
            assert said in part(smtp, kind)
    assert receipt.status_code == 250 and receipt.state["message_id"] == mail.message["message-id"]


async def test_a_second_attempt_has_the_same_message_id(outbound: Outbound, smtp: SmtpServer) -> None:
    await deliver(outbound, smtp.url)
    await deliver(outbound, smtp.url)
    first, second = (mail.message["message-id"] for mail in smtp.mails)
    assert first == second == f"<{parcel({}).delivery_id}@firm.example>"


async def test_a_visitor_cannot_add_headers(outbound: Outbound, smtp: SmtpServer) -> None:
    evil = "x\r\nBcc: victim@other.example\r\n\r\nhello"
    await deliver(outbound, smtp.url, lead={"name": evil, "email": "a@b.example\r\nBcc: victim@other.example"})
    mail = smtp.mails[0]
    assert mail.recipients == [OWNER]
    assert mail.message["bcc"] is None and mail.message["reply-to"] is None
    assert mail.message["subject"] == "New lead: x Bcc: victim@other.example hello"


async def test_a_visitor_cannot_add_markup(outbound: Outbound, smtp: SmtpServer) -> None:
    evil = "<img src=x onerror=alert(1)>"
    lead = {"name": evil, "message": evil, "custom_data": {evil: evil}, "lead_url": 'javascript:"<b>'}
    await deliver(outbound, smtp.url, lead=lead)
    assert "<img" not in part(smtp, "html") and "javascript:" not in part(smtp, "html")
    assert evil in part(smtp, "plain")


async def test_other_scripts_arrive_unharmed(outbound: Outbound, smtp: SmtpServer) -> None:
    await deliver(outbound, smtp.url, lead={"name": "Łukasz 😀 東京", "message": "Grüße\n.\nпривет"})
    assert smtp.mails[0].message["subject"] == "New lead: Łukasz 😀 東京"
    assert "Grüße\n.\nпривет" in part(smtp, "plain").replace("\r\n", "\n")


async def test_a_mailbox_that_does_not_exist_is_not_tried_again(outbound: Outbound, smtp: SmtpServer) -> None:
    smtp.refuse(OWNER, "550 5.1.1 no such user")
    failed = await failure(outbound, smtp.url)
    assert (failed.permanent, failed.status_code) == (True, 550)
    assert OWNER in failed.message and "no such user" in failed.message


async def test_greylisting_is_tried_again(outbound: Outbound, smtp: SmtpServer) -> None:
    smtp.refuse(OWNER, "451 4.7.1 come back later")
    failed = await failure(outbound, smtp.url)
    assert (failed.permanent, failed.status_code) == (False, 451)
    smtp.accept(OWNER)
    assert (await deliver(outbound, smtp.url)).status_code == 250


async def test_one_missing_mailbox_among_others_is_noted(outbound: Outbound, smtp: SmtpServer) -> None:
    smtp.refuse(TEAMMATE)
    receipt = await deliver(outbound, smtp.url, OWNER, TEAMMATE)
    assert smtp.mails[0].recipients == [OWNER] and TEAMMATE in receipt.note


async def test_one_greylisted_mailbox_among_others_is_not_forgotten(outbound: Outbound, smtp: SmtpServer) -> None:
    smtp.refuse(TEAMMATE, "450 4.2.0 greylisted")
    failed = await failure(outbound, smtp.url, OWNER, TEAMMATE)
    assert (failed.permanent, failed.status_code) == (False, 450) and TEAMMATE in failed.message


@pytest.mark.parametrize(("reply", "permanent"), [("554 5.7.1 looks like spam", True), ("452 4.3.1 disk full", False)])
async def test_a_refused_content_is_tried_again_only_when_that_may_help(
    reply: str, permanent: bool, outbound: Outbound, smtp: SmtpServer
) -> None:
    smtp.refuse_mail(reply)
    failed = await failure(outbound, smtp.url)
    assert (failed.permanent, failed.status_code) == (permanent, int(reply[:3]))


async def test_a_server_that_is_down_is_tried_again(outbound: Outbound) -> None:
    with SmtpServer() as gone:
        pass
    failed = await failure(outbound, gone.url)
    assert (failed.permanent, failed.status_code) == (False, None)


async def test_an_instance_without_a_mail_server_says_what_to_do(outbound: Outbound) -> None:
    assert "LEADSBOT_SMTP_URL" in (await failure(outbound, "")).message


async def test_user_and_password_of_the_url_are_used(outbound: Outbound) -> None:
    with SmtpServer(login=("leads", "p@ss/word")) as smtp:
        url = f"smtp://leads:p%40ss%2Fword@127.0.0.1:{smtp.port}"
        assert (await deliver(outbound, url)).status_code == 250


async def test_a_wrong_password_is_tried_again_and_is_not_told(outbound: Outbound) -> None:
    with SmtpServer(login=("leads", "right")) as smtp:
        failed = await failure(outbound, f"smtp://leads:mistyped@127.0.0.1:{smtp.port}")
    assert failed.permanent is False and failed.status_code == 535
    assert "mistyped" not in failed.message and "LEADSBOT_SMTP_URL" in failed.message


async def test_encryption_that_was_insisted_on_is_not_done_without(outbound: Outbound, smtp: SmtpServer) -> None:
    failed = await failure(outbound, f"{smtp.url}?starttls=1")
    assert not failed.permanent and smtp.mails == []


@pytest.mark.parametrize("implicit", [True, False])
async def test_a_certificate_nobody_vouches_for_is_not_trusted(implicit: bool, outbound: Outbound) -> None:
    with SmtpServer(tls=Certificate("127.0.0.1").server(), implicit=implicit) as smtp:
        assert not (await failure(outbound, smtp.url)).permanent
        assert smtp.mails == []


async def test_encryption_is_left_out_where_the_operator_says_so(outbound: Outbound) -> None:
    with SmtpServer(tls=Certificate("127.0.0.1").server()) as smtp:
        await deliver(outbound, f"{smtp.url}?starttls=0")
        assert not smtp.mails[0].tls


def test_a_good_config_comes_back_in_its_normal_form() -> None:
    given = {"to": [" Owner@FIRM.example", "Owner@firm.example", "root@intranet", "info@münchen.example"]}
    normal = {"to": ["Owner@firm.example", "root@intranet", "info@xn--mnchen-3ya.example"]}
    assert CHANNEL.check_config(given) == normal
    assert CHANNEL.check_config({"to": OWNER}) == {"to": [OWNER]}
    assert CHANNEL.destination({"to": [OWNER, TEAMMATE]}) == f"{OWNER}, {TEAMMATE}"


@pytest.mark.parametrize(
    "to",
    [None, [], "", 5, ["x"], ["a@b.example, c@d.example"], ["a@b.example\nBcc: x@y.example"], [OWNER] * 21, [None]],
)
def test_what_is_no_address_is_refused(to: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        CHANNEL.check_config({"to": to})
    assert refused.value.fields == ("config.to",)
