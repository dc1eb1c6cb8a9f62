"""Which addresses the client that leaves the house calls, and which it does not."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from leadsbot.outbound import Outbound, check_url, is_public
from tests.outbound.calling import answering, failure, opened, post
from tests.support.webhook_receiver import Answer, WebhookReceiver

PRIVATE = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "168.63.129.16", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "fe80::1",
    "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a00:1::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1",
    "3fff::1", "100::1", "5f00::1",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.216.34", "172.32.0.1", "::ffff:8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_outside_is_public(address: str) -> None:
    assert is_public(address)


SPELLINGS = [
    "127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "0.0.0.0", "localhost",
    "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]",
    "127.0.0.1.", "LOCALHOST", "localhost.", "017700000001", "0x7f.1", "127.0.1", "00000177.0.0.1",
    "\uff11\uff12\uff17.\uff10.\uff10.\uff11", "127\u30020\u30020\u30021", "\u24ea", "[::127.0.0.1]",
    "[0:0:0:0:0:ffff:7f00:1]",
]  # fmt: skip
# Where clouds hand out their keys, as a user might write it.
METADATA = [
    "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "169.16689662",
    "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "[2002:a9fe:a9fe::]", "[fd00:ec2::254]",
    "[fe80::a9fe:a9fe]", "168.63.129.16", "100.100.100.200", "192.0.0.192",
]  # fmt: skip


@pytest.mark.parametrize("host", SPELLINGS)
async def test_no_spelling_of_this_machine_is_called(host: str, receiver: WebhookReceiver) -> None:
    async with opened(Outbound()) as client:
        error = await failure(client, f"http://{host}:{receiver.port}/hook")
    # Some systems know no name with a dot at its end.
    assert error.permanent or (error.reason == "dns" and host.endswith("."))
    assert error.reason in ("blocked_address", "invalid_url", "dns")
    assert receiver.requests == []


@pytest.mark.parametrize("host", METADATA)
async def test_no_spelling_of_a_clouds_metadata_is_called(host: str) -> None:
    async with opened(Outbound()) as client:
        error = await failure(client, f"http://{host}/latest/meta-data/")
    assert error.reason in ("blocked_address", "invalid_url") and error.permanent


@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f000001", "localhost"])
async def test_where_the_operator_allows_it_this_machine_is_called_by_any_name(
    host: str, outbound: Outbound, receiver: WebhookReceiver
) -> None:
    assert (await post(outbound, f"http://{host}:{receiver.port}/hook")).status == 204


async def test_a_name_that_leads_inside_is_not_called(receiver: WebhookReceiver) -> None:
    async with opened(Outbound(resolve=answering("127.0.0.1"))) as client:
        error = await failure(client, f"http://public.example:{receiver.port}/hook")
    assert error.reason == "blocked_address"
    assert "127.0.0.1" not in error.message
    assert receiver.requests == []


async def test_one_inner_address_among_public_ones_refuses_the_name(receiver: WebhookReceiver) -> None:
    async with opened(Outbound(resolve=answering("93.184.216.34", "127.0.0.1"))) as client:
        assert (await failure(client, f"http://mixed.example:{receiver.port}/")).reason == "blocked_address"
    assert receiver.requests == []


async def test_a_name_is_judged_again_at_every_new_connection(receiver: WebhookReceiver) -> None:
    answers = [["10.0.0.1"], ["127.0.0.1"]]

    async def resolve(host: str, port: int) -> list[str]:
        return answers.pop(0)

    async with opened(Outbound(resolve=resolve)) as client:
        for _ in range(2):
            assert (await failure(client, f"http://turning.example:{receiver.port}/")).reason == "blocked_address"
    assert answers == []


def noting(opened: list[str], to: int) -> type[socket.socket]:
    """Give sockets that note which address they are opened to, and go to a local port instead."""

    class Noting(socket.socket):
        def connect(self, address: Any) -> None:
            opened.append(address[0])
            super().connect(("127.0.0.1", to))

    return Noting


async def test_a_name_that_changes_its_answer_between_check_and_use_gains_nothing(
    receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = ["93.184.216.34", "127.0.0.1", "169.254.169.254"]
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return [answers[min(len(asked), len(answers)) - 1]]

    async with opened(Outbound(resolve=resolve)) as client:
        opened_to: list[str] = []
        monkeypatch.setattr(socket, "socket", noting(opened_to, receiver.port))
        # Asked once, judged, and the socket goes to exactly what was judged. The next request takes the same socket.
        for _ in range(2):
            assert (await post(client, "http://turning.example/hook")).status == 204
        assert (asked, opened_to) == (["turning.example"], ["93.184.216.34"])
        # A new connection asks anew, and is refused.
        assert (await failure(client, "http://turning.example/hook", to="webhook:2")).reason == "blocked_address"
        assert (len(asked), opened_to) == (2, ["93.184.216.34"])


async def test_a_redirect_inside_is_not_followed(receiver: WebhookReceiver) -> None:
    with WebhookReceiver() as inside:
        receiver.always(Answer(307, headers={"Location": inside.url}))
        async with opened(Outbound(trusted=[receiver.base_url])) as client:
            assert (await post(client, receiver.url, to_trusted=True)).status == 307
        assert inside.requests == []


async def test_private_addresses_are_called_where_the_operator_allows_them(receiver: WebhookReceiver) -> None:
    async with opened(Outbound(allow_private=True, resolve=answering("127.0.0.1"))) as client:
        answer = await post(client, f"http://hook.example:{receiver.port}/hook", b'{"a":1}')
    assert answer.status == 204
    assert receiver.requests[0].body == b'{"a":1}'
    assert receiver.requests[0].headers["host"] == f"hook.example:{receiver.port}"


async def test_a_trusted_server_is_called_though_it_stands_inside(receiver: WebhookReceiver) -> None:
    async with opened(Outbound(trusted=[receiver.base_url])) as client:
        assert (await post(client, receiver.url, to_trusted=True)).status == 204


async def test_a_trusted_server_is_not_called_for_a_user_who_names_it(receiver: WebhookReceiver) -> None:
    async with opened(Outbound(trusted=[receiver.base_url])) as client:
        assert (await post(client, receiver.url, to_trusted=True)).status == 204
        assert (await failure(client, receiver.url)).reason == "blocked_address"
    assert len(receiver.requests) == 1


async def test_a_trusted_server_does_not_open_the_ports_beside_it(receiver: WebhookReceiver) -> None:
    with WebhookReceiver() as neighbour:
        async with opened(Outbound(trusted=[receiver.base_url])) as client:
            for to_trusted in (False, True):
                assert (await failure(client, neighbour.url, to_trusted=to_trusted)).reason == "blocked_address"
        assert neighbour.requests == []


async def test_a_second_address_is_tried_when_the_first_refuses(receiver: WebhookReceiver) -> None:
    async with opened(Outbound(allow_private=True, resolve=answering("127.0.0.2", "127.0.0.1"))) as client:
        assert (await post(client, f"http://two.example:{receiver.port}/")).status == 204


@pytest.mark.parametrize(
    "url",
    ["", "hook", "//host/x", "ftp://host/", "file:///etc/passwd", "http://", "http://user:pw@host/", "http://u@host/",
     "http://2130706433/", "http://127.1/", "http://0/", "http://0177.0.0.1/", "http://1.2.3.4.5/",
     "https://host:0/", "http://host:99999/", "http://[::1", "http://ho st/", "javascript:alert(1)",
     "https://host/" + "a" * 2000],
)  # fmt: skip
async def test_what_is_no_web_address_is_refused(url: str, outbound: Outbound) -> None:
    error = await failure(outbound, url)
    assert (error.reason, error.permanent) == ("invalid_url", True)


def test_web_addresses_are_not_refused() -> None:
    for url in ("https://example.com/hook?a=b#c", "http://10.0.0.1:8080/", "https://münchen.example/ü"):
        assert check_url(url).host
