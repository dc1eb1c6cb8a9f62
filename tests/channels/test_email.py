"""Mail: what arrives can be read, answered and trusted, and refusals are told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtplib import SMTPException
from hypothesis import given
from hypothesis import strategies as st

from leadsbot.channels.base import DeliveryFailed, Receipt, one_line
from leadsbot.channels.email import CHANNEL, begun, problem_with
from leadsbot.channels.email.message import compose
from leadsbot.channels.email.server import failure_of, server_of
from leadsbot.errors import InvalidInput
from leadsbot.outbound import Outbound
from tests.channels.parcels import LEAD, parcel
from tests.support.certificates import Certificate
from tests.support.smtp_server import Doorman, Dropout, SmtpServer

OWNER, TEAMMATE = "owner@firm.example", "teammate@firm.example"
LEAVE = "https://leads.example.com/unsubscribe"


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


async def deliver(
    outbound: Outbound, url: str, *to: str, lead: dict[str, Any] | None = LEAD, state: dict[str, Any] | None = None
) -> Receipt:
    config = {
        **{"to": list(to or [OWNER]), "smtp_url": url, "mail_from": "LeadsBot <leads@firm.example>"},
        "unsubscribe": {OWNER: f"{LEAVE}/one", TEAMMATE: f"{LEAVE}/two"},
    }
    return await CHANNEL.send(replace(parcel(config, lead=lead), state=state or {}), outbound)


async def failure(outbound: Outbound, url: str, *to: str, **more: Any) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        await deliver(outbound, url, *to, **more)
    return failed.value


def part(smtp: SmtpServer, kind: str) -> str:
    found = smtp.mails[0].message.get_body((kind,))
    assert found is not None
    return str(found.get_content())


async def test_the_mail_arrives_as_text_and_as_html(outbound: Outbound, smtp: SmtpServer) -> None:
    receipt = await deliver(outbound, smtp.url, OWNER, TEAMMATE)
    mail = smtp.mails[0]
    assert [mail.recipients for mail in smtp.mails] == [[OWNER], [TEAMMATE]], "nobody sees who else gets it"
    assert (mail.sender, mail.message["to"]) == ("leads@firm.example", OWNER)
    assert mail.message["subject"] == "New lead: Grace Hopper"
    assert mail.message["from"] == "LeadsBot <leads@firm.example>"
    assert mail.message["reply-to"] == "grace@navy.example"
    for kind in ("plain", "html"):
        for said in ("grace@navy.example", "We need a compiler.", "google (spring)", LEAD["lead_url"]):
            assert said in part(smtp, kind)
    assert receipt.status_code == 250 and receipt.state["message_id"] == mail.message["message-id"]
    assert OWNER in receipt.note and TEAMMATE in receipt.note


async def test_programs_know_that_a_program_wrote_it(outbound: Outbound, smtp: SmtpServer) -> None:
    await deliver(outbound, smtp.url)
    headers = smtp.mails[0].message
    assert headers["auto-submitted"] == "auto-generated" and headers["x-auto-response-suppress"] == "All"
    assert headers["date"] and headers["mime-version"] == "1.0"


async def test_everybody_has_a_link_of_their_own_to_leave_by(outbound: Outbound, smtp: SmtpServer) -> None:
    await deliver(outbound, smtp.url, OWNER, TEAMMATE)
    for mail, link in zip(smtp.mails, (f"{LEAVE}/one", f"{LEAVE}/two"), strict=True):
        assert mail.message["list-unsubscribe"] == f"<{link}>"
        assert mail.message["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
        bodies = [mail.message.get_body((kind,)) for kind in ("plain", "html")]
        assert all(body is not None and link in body.get_content() for body in bodies)


async def test_what_programs_read_is_not_encoded_however_long(outbound: Outbound, smtp: SmtpServer) -> None:
    link, domain = f"https://leads.example.com/unsubscribe/{'_' * 43}", f"{'a' * 60}.firm.example"
    config = {"to": [OWNER], "smtp_url": smtp.url, "mail_from": f"leads@{domain}", "unsubscribe": {OWNER: link}}
    await CHANNEL.send(parcel(config), outbound)
    lines, thread = smtp.mails[0].raw.decode().splitlines(), f"<lead.{LEAD['id']}@{domain}>"
    for header in (f"List-Unsubscribe: <{link}>", f"In-Reply-To: {thread}", f"References: {thread}"):
        assert header in lines


async def test_a_leads_mails_stand_in_one_thread(outbound: Outbound, smtp: SmtpServer) -> None:
    await deliver(outbound, smtp.url)
    await deliver(outbound, smtp.url, lead={**LEAD, "id": "another"})
    first, other = (mail.message for mail in smtp.mails)
    assert first["references"] == first["in-reply-to"] == f"<lead.{LEAD['id']}@firm.example>"
    assert other["references"] == "<lead.another@firm.example>"


def subject_of(event_type: str, *, text: str = "", **config: Any) -> str:
    told = replace(parcel({**config}, event_type, from_stage="New", to_stage="Won"), text=text)
    return str(compose(told, OWNER)["subject"])


def test_a_leads_later_mails_keep_its_subject_as_gmail_threads_no_others() -> None:
    assert subject_of("lead.created", tells_new_leads=True) == "New lead: Grace Hopper"
    assert subject_of("lead.updated", tells_new_leads=True) == "Re: New lead: Grace Hopper"
    moved = compose(parcel({"tells_new_leads": True}, "lead.stage_changed", from_stage="New", to_stage="Won"), OWNER)
    body = moved.get_body(("plain",))
    assert body is not None and body.get_content().startswith("Grace Hopper: New → Won\n")
    assert moved["subject"] == "Re: New lead: Grace Hopper" and moved["in-reply-to"]


def test_beside_its_subject_a_list_of_mails_shows_what_was_written_and_how_to_reach_them() -> None:
    def glimpse(event_type: str, **data: Any) -> str:
        body = compose(parcel({"tells_new_leads": True}, event_type, **data), OWNER).get_body(("html",))
        found = re.search(
            r"<body[^>]*>\s*<div style=\"display:none[^>]*>([^<]*)</div>", str(body and body.get_content())
        )
        return found[1] if found else ""

    asked = {**LEAD, "message": "Is <b> cheap?\nSoon."}
    assert glimpse("lead.created", lead=asked) == "Is &lt;b&gt; cheap? Soon. · grace@navy.example · +1 202 555 0101"
    moved = glimpse("lead.stage_changed", from_stage="New", to_stage="Won")
    assert moved.startswith("Grace Hopper: New → Won · grace@navy.example")
    facts = [{"label": "New leads", "value": "37"}, {"label": "Sources", "value": "google 37"}]
    told = {"title": "Lindenhof: Monday", "facts": facts, "chart": None, "url": None}
    assert glimpse("summary", lead=None, summary=told) == "New leads: 37 · Sources: google 37"


def test_a_mail_that_follows_on_none_says_its_news_in_its_subject() -> None:
    assert subject_of("lead.stage_changed") == "Grace Hopper: New → Won"
    assert subject_of("lead.stage_changed", tells_new_leads=True, text="Won!\nCall them.") == "Won!"
    assert subject_of("lead.deleted", tells_new_leads=True) == "A lead was deleted"


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


@pytest.mark.parametrize(
    "typed",
    [
        "=?utf-8?q?a=0D=0ABcc:_victim=40other.example?=",
        "=?utf-8?q?a=0D=0A=0D=0A<h1>Your_password_has_expired?=",
        "=?utf-8?b?DQpCY2M6IHhAeC5leA==?=",
        "=?utf-8?q?=E2=80=AEgpj.exe?=",
        "=?utf-8?q?" + "a" * 100 + "=0D=0ABcc:_victim=40other.example?=",
    ],
    ids=["header", "body", "base64", "direction", "long"],
)
async def test_encoded_words_that_a_visitor_typed_are_not_decoded(
    typed: str, outbound: Outbound, smtp: SmtpServer
) -> None:
    address = "=?utf-8?q?a=0D=0ABcc=3A_v=40other.example?=@b.example"
    await deliver(outbound, smtp.url, lead={"name": typed, "email": address, "message": "hello"})
    mail = smtp.mails[0]
    assert mail.message["subject"] == f"New lead: {typed}" and mail.message["bcc"] is None
    assert mail.message["reply-to"] is None and "hello" in part(smtp, "plain")
    assert len(mail.message.keys()) == len(set(mail.message.keys())) == 12


WORDS = [
    "New lead:",
    "محمد عبد الله",
    "O'Neill",
    "=?utf-8?q?x?=",
    "👩‍👩‍👧",
    "日本語" * 20,
    "a" * 90,
    '"q"',
    "<a@b>",
    "é" * 70,
    "_",
    "?=",
]


@given(st.lists(st.sampled_from(WORDS), max_size=9).map(" ".join) | st.text(max_size=220))
def test_a_subject_arrives_as_it_was_typed_in_lines_that_servers_take(typed: str) -> None:
    raw = begun([OWNER], typed, "LeadsBot <leads@firm.example>", "1").as_bytes()
    assert message_from_bytes(raw, policy=policy.default)["subject"] == one_line(typed)[:200]
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@pytest.mark.parametrize("address", ["=?utf-8?q?=22=3Cceo=40bank.example=3E?=@x.example", "jörg@firm.example"])
async def test_whom_it_goes_to_is_written_as_it_stands(address: str, outbound: Outbound, smtp: SmtpServer) -> None:
    await deliver(outbound, smtp.url, address)
    assert f"To: {address}".encode() in smtp.mails[0].raw.splitlines()


async def test_a_visitor_cannot_add_markup(outbound: Outbound, smtp: SmtpServer) -> None:
    evil, script = "<img src=x onerror=alert(1)>", 'javascript:"<b>'
    lead = {"name": evil, "message": evil, "custom_data": {evil: evil}, "lead_url": script, "page_url": script}
    await deliver(outbound, smtp.url, lead=lead)
    assert "<img" not in part(smtp, "html") and 'href="javascript:' not in part(smtp, "html")
    assert evil in part(smtp, "plain")


@pytest.mark.parametrize(
    ("lead", "leads_to"),
    [
        ({"email": "grace@navy.example"}, 'href="mailto:grace@navy.example"'),
        ({"phone": "+1 (202) 555-0101"}, 'href="tel:+12025550101"'),
        ({"page_url": "https://shop.example/a?b=1&c"}, 'href="https://shop.example/a?b=1&amp;c"'),
        ({"email": "no address?subject=x"}, None),
        ({"phone": "call me"}, None),
    ],
    ids=["email", "phone", "page", "no email", "no phone"],
)
async def test_pressing_a_fact_leads_to_what_it_says(
    lead: dict[str, Any], leads_to: str | None, outbound: Outbound, smtp: SmtpServer
) -> None:
    await deliver(outbound, smtp.url, lead={"name": "Grace", **lead})
    html = part(smtp, "html").replace(f'href="{LEAVE}/one"', "")
    assert (leads_to in html) if leads_to else ("href=" not in html)


async def test_the_longest_name_leaves_a_header_that_servers_take(outbound: Outbound, smtp: SmtpServer) -> None:
    await deliver(outbound, smtp.url, lead={"name": "Ünïcödé " * 500, "email": f"{'x' * 300}@navy.example"})
    mail = smtp.mails[0]
    assert len(mail.message["subject"]) <= 200 and mail.message["reply-to"] is None
    assert all(len(line) <= 998 for line in mail.raw.splitlines())  # RFC 5322, section 2.1.1


async def test_other_scripts_arrive_unharmed(outbound: Outbound, smtp: SmtpServer) -> None:
    await deliver(outbound, smtp.url, lead={"name": "Łukasz 😀 東京", "message": "Grüße\n.\nпривет"})
    assert smtp.mails[0].message["subject"] == "New lead: Łukasz 😀 東京"
    assert "Grüße\n.\nпривет" in part(smtp, "plain").replace("\r\n", "\n")


async def test_what_was_written_from_right_to_left_stands_so(outbound: Outbound, smtp: SmtpServer) -> None:
    await deliver(outbound, smtp.url, lead=LEAD | {"message": "שלום עולם!"})
    found = re.search(r"<p [^>]*>שלום עולם!</p>", part(smtp, "html"))
    assert found and 'dir="auto"' in found[0]


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


async def test_one_greylisted_mailbox_among_others_is_tried_again_alone(outbound: Outbound, smtp: SmtpServer) -> None:
    smtp.refuse(TEAMMATE, "450 4.2.0 greylisted")
    failed = await failure(outbound, smtp.url, OWNER, TEAMMATE)
    assert (failed.permanent, failed.status_code) == (False, 450) and TEAMMATE in failed.message
    smtp.accept(TEAMMATE)
    receipt = await deliver(outbound, smtp.url, OWNER, TEAMMATE, state=dict(failed.state or {}))
    assert [mail.recipients for mail in smtp.mails] == [[OWNER], [TEAMMATE]]
    assert OWNER in receipt.note and TEAMMATE in receipt.note


async def test_who_was_refused_for_good_is_not_asked_again(outbound: Outbound, smtp: SmtpServer) -> None:
    smtp.refuse(OWNER)
    smtp.refuse(TEAMMATE, "451 4.7.1 greylisted")
    failed = await failure(outbound, smtp.url, OWNER, TEAMMATE)
    smtp.accept(OWNER)
    smtp.accept(TEAMMATE)
    receipt = await deliver(outbound, smtp.url, OWNER, TEAMMATE, state=dict(failed.state or {}))
    assert [mail.recipients for mail in smtp.mails] == [[TEAMMATE]]
    assert f"{OWNER} was refused (550)" in receipt.note


async def test_a_server_that_hangs_up_between_two_mails_gets_the_second_later(
    outbound: Outbound, smtp: SmtpServer
) -> None:
    smtp.refuse(TEAMMATE, "421 4.3.2 shutting down")
    failed = await failure(outbound, smtp.url, OWNER, TEAMMATE)
    assert (failed.permanent, failed.status_code, failed.disable) == (False, 421, None)
    smtp.accept(TEAMMATE)
    await deliver(outbound, smtp.url, OWNER, TEAMMATE, state=dict(failed.state or {}))
    assert [mail.recipients for mail in smtp.mails] == [[OWNER], [TEAMMATE]]


async def test_a_server_that_takes_one_mail_a_connection_gets_them_all(outbound: Outbound) -> None:
    everybody = [f"{number}@firm.example" for number in range(5)]
    with SmtpServer(mails_per_connection=1) as smtp:
        assert (await deliver(outbound, smtp.url, *everybody)).status_code == 250
    assert [mail.recipients for mail in smtp.mails] == [[one] for one in everybody]


async def test_a_sender_that_the_server_minds_is_the_operators_to_mend(outbound: Outbound, smtp: SmtpServer) -> None:
    smtp.refuse_sender("553 5.7.1 not owned by user")
    failed = await failure(outbound, smtp.url)
    assert (failed.permanent, failed.status_code) == (False, 553) and "LEADSBOT_MAIL_FROM" in failed.message


async def test_addresses_beyond_ascii_reach_the_servers_that_know_them(outbound: Outbound, smtp: SmtpServer) -> None:
    await deliver(outbound, smtp.url, "jörg@firm.example")
    assert smtp.mails[0].recipients == ["jörg@firm.example"]
    with SmtpServer(utf8=False) as old:
        failed = await failure(outbound, old.url, "jörg@firm.example")
        assert failed.permanent and "jörg@firm.example was refused (550)" in failed.message


async def test_a_sender_beyond_ascii_is_written_in_it_or_the_operators_to_mend(outbound: Outbound) -> None:
    with SmtpServer(utf8=False) as old:
        config = {"to": [OWNER], "smtp_url": old.url}
        await CHANNEL.send(parcel({**config, "mail_from": "LeadsBot <leads@münchen.example>"}), outbound)
        assert old.mails[0].sender == "leads@xn--mnchen-3ya.example"
        assert await problem_with(old.url, "leads@münchen.example") == ""
        with pytest.raises(DeliveryFailed) as failed:
            await CHANNEL.send(parcel({**config, "mail_from": "jörg@firm.example"}), outbound)
        assert "LEADSBOT_MAIL_FROM" in await problem_with(old.url, "jörg@firm.example")
    assert not failed.value.permanent and "LEADSBOT_MAIL_FROM" in failed.value.message


@pytest.mark.parametrize(
    ("sender", "greeting"),
    [
        ("LeadsBot <leads@firm.example>", "firm.example"),
        ("leads@münchen.example", "xn--mnchen-3ya.example"),
        ("jörg@münchen.example", "xn--mnchen-3ya.example"),
        ("leadsbot@localhost", "[127.0.0.1]"),
        ("", "[127.0.0.1]"),
    ],
)
async def test_it_introduces_itself_by_the_senders_domain(
    sender: str, greeting: str, outbound: Outbound, smtp: SmtpServer
) -> None:
    await CHANNEL.send(parcel({"to": [OWNER], "smtp_url": smtp.url, "mail_from": sender}), outbound)
    assert smtp.mails[0].greeting == greeting
    assert await problem_with(smtp.url, sender or "leadsbot@localhost") == ""


async def test_nobody_left_is_said_and_not_tried_again(outbound: Outbound, smtp: SmtpServer) -> None:
    with pytest.raises(DeliveryFailed) as failed:
        await CHANNEL.send(parcel({"to": [], "smtp_url": smtp.url}), outbound)
    assert failed.value.permanent and "Nobody" in failed.value.message


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
    assert (failed.permanent, failed.status_code) == (False, None) and "can't be reached" in failed.message


@pytest.mark.parametrize(
    ("greeting", "code", "word"),
    [
        (b"421 4.3.2 too many connections\r\n", 421, "too many connections"),
        (b"554 5.7.1 go away\r\n", 554, "go away"),
        (b"", None, "can't be reached"),
        (None, None, "longer than"),
    ],
    ids=["421", "554", "closes", "hangs"],
)
async def test_a_server_that_lets_nobody_in_is_tried_again(
    greeting: bytes | None, code: int | None, word: str, outbound: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    if greeting is None:
        monkeypatch.setattr("leadsbot.channels.email.server.SECONDS", 0.3)
    with Doorman(greeting) as door:
        failed = await failure(outbound, f"smtp://me:hunter2@127.0.0.1:{door.port}")
    assert (failed.permanent, failed.disable, failed.status_code) == (False, None, code)
    assert word in failed.message and "hunter2" not in failed.message


@pytest.mark.parametrize("hangs", [True, False], ids=["hangs", "hangs up"])
@pytest.mark.parametrize("command", ["EHLO", "MAIL", "RCPT", "DATA", "."])
async def test_a_server_that_drops_out_is_tried_again(
    command: str, hangs: bool, outbound: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    if hangs:
        monkeypatch.setattr("leadsbot.channels.email.server.SECONDS", 0.3)
    with Dropout(command, hangs=hangs) as server:
        failed = await failure(outbound, f"smtp://127.0.0.1:{server.port}")
    assert (failed.permanent, failed.disable) == (False, None) and (failed.state or {})["settled"] == {}
    assert ("longer than" if hangs else "127.0.0.1") in failed.message


@pytest.mark.parametrize("hangs", [True, False], ids=["hangs", "hangs up"])
async def test_a_server_that_says_no_goodbye_has_taken_it_all_the_same(
    hangs: bool, outbound: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadsbot.channels.email.server.GOODBYE_SECONDS", 0.1)
    with Dropout("QUIT", hangs=hangs) as server:
        assert (await deliver(outbound, f"smtp://127.0.0.1:{server.port}")).status_code == 250
    assert len(server.mails) == 1


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
    assert "offers no encryption" in failed.message and "starttls" in failed.message


@pytest.mark.parametrize("host", ["127.0.0.1", "mail.example.com"])
@pytest.mark.parametrize(("implicit", "query"), [(True, ""), (False, ""), (False, "?starttls=1")])
async def test_a_trusted_certificate_is_encrypted_to_if_it_is_the_servers(
    implicit: bool, query: str, host: str, outbound: Outbound, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = Certificate(host)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.written(tmp_path)))
    with SmtpServer(tls=certificate.server(), implicit=implicit) as smtp:
        if host == "127.0.0.1":
            await deliver(outbound, smtp.url + query)
            assert smtp.mails[0].tls is True
        else:
            failed = await failure(outbound, smtp.url + query)
            assert not failed.permanent and smtp.mails == [] and "can't be trusted" in failed.message


@pytest.mark.parametrize("implicit", [True, False])
async def test_a_certificate_nobody_vouches_for_is_not_trusted(implicit: bool, outbound: Outbound) -> None:
    with SmtpServer(tls=Certificate("127.0.0.1").server(), implicit=implicit) as smtp:
        failed = await failure(outbound, smtp.url)
        assert not failed.permanent and smtp.mails == []
        assert "certificate that can't be trusted: self-signed certificate" in failed.message


@pytest.mark.parametrize(
    ("url", "insists"),
    [
        ("smtp://me:hunter2@mail.example.com", True),
        ("smtp://me:hunter2@10.1.2.3:587", True),
        ("smtp://me:hunter2@mail.example.com?starttls=0", False),
        ("smtp://me:hunter2@localhost:587", None),
        ("smtp://me:hunter2@[::1]:587", None),
        ("smtp://mail.example.com", None),
    ],
)
def test_a_password_leaves_this_machine_in_the_clear_only_where_that_was_said(url: str, insists: bool | None) -> None:
    assert server_of(url)["start_tls"] is insists
    if insists:
        unoffered = failure_of(SMTPException("SMTP STARTTLS extension not supported by server."), url)
        assert "has a password" in unoffered.message and "starttls=0" in unoffered.message


async def test_encryption_from_the_start_where_there_is_none_says_so(outbound: Outbound, smtp: SmtpServer) -> None:
    failed = await failure(outbound, smtp.url.replace("smtp:", "smtps:"))
    assert not failed.permanent and "no common way to encrypt" in failed.message


async def test_a_server_that_wants_no_password_says_so(outbound: Outbound, smtp: SmtpServer) -> None:
    failed = await failure(outbound, smtp.url.replace("//", "//me:hunter2@"))
    assert not failed.permanent and "takes no user name" in failed.message and "hunter2" not in failed.message


async def test_encryption_is_left_out_where_the_operator_says_so(outbound: Outbound) -> None:
    with SmtpServer(tls=Certificate("127.0.0.1").server()) as smtp:
        await deliver(outbound, f"{smtp.url}?starttls=0")
        assert not smtp.mails[0].tls


def test_a_good_config_comes_back_in_its_normal_form() -> None:
    given = {"to": [" Owner@FIRM.example", "Owner@firm.example", "root@intranet", "info@münchen.example"]}
    normal = {"to": ["Owner@firm.example", "root@intranet", "info@xn--mnchen-3ya.example"]}
    assert CHANNEL.check_config(given) == normal
    assert CHANNEL.check_config({"to": OWNER}) == {"to": [OWNER]}
    assert CHANNEL.check_config({"to": ["Owners", "admins ", OWNER]}) == {"to": ["owners", "admins", OWNER]}
    assert CHANNEL.destination({"to": [OWNER, TEAMMATE]}) == f"{OWNER}, {TEAMMATE}"


def test_whom_an_admin_names_again_is_no_longer_unsubscribed() -> None:
    config = {"to": ["owners", OWNER], "unsubscribed": [OWNER.title(), TEAMMATE]}
    assert CHANNEL.check_config(config) == {"to": ["owners", OWNER], "unsubscribed": [TEAMMATE]}


@pytest.mark.parametrize(
    "to",
    [None, [], "", 5, ["x"], ["a@b.example, c@d.example"], ["a@b.example\nBcc: x@y.example"], [OWNER] * 21, [None]],
)
def test_what_is_no_address_is_refused(to: object) -> None:
    with pytest.raises(InvalidInput) as refused:
        CHANNEL.check_config({"to": to})
    assert refused.value.fields == ("config.to",)


async def test_a_digest_is_one_mail_that_lists_the_leads(outbound: Outbound, smtp: SmtpServer) -> None:
    config = {"to": [OWNER], "smtp_url": smtp.url, "unsubscribe": {OWNER: LEAVE}}
    many = [parcel(config, lead=LEAD | {"name": f"<b>Lead</b> {number}"}) for number in range(30)]
    receipts = await CHANNEL.send_digest(many, outbound)
    [mail] = smtp.mails
    assert len(receipts) == 30 and mail.message["subject"] == "30 new leads"
    assert mail.message["list-unsubscribe"] == f"<{LEAVE}>" and mail.message["message-id"]
    assert "<b>Lead</b> 29 · grace@navy.example" in part(smtp, "plain")
    assert part(smtp, "html").count(LEAD["lead_url"]) == 30 and "<b>Lead" not in part(smtp, "html")
