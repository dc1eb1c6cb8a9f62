"""The client that leaves the house: where it goes, where it does not, and what it makes of what it finds there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event
from typing import Any

import httpcore
import pytest

from leadsbot.outbound import Outbound, OutboundError, Response, check_url, is_public
from leadsbot.outbound.client import DESTINATIONS_KEPT
from leadsbot.outbound.resolver import Resolver
from tests.support.certificates import Certificate
from tests.support.webhook_receiver import Answer, WebhookReceiver


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as running:
        yield running


@pytest.fixture
async def outbound() -> AsyncIterator[Outbound]:
    async with opened(Outbound(allow_private=True)) as client:
        yield client


@asynccontextmanager
async def opened(client: Outbound) -> AsyncIterator[Outbound]:
    try:
        yield client
    finally:
        await client.aclose()


def answering(*addresses: str) -> Callable[[str, int], Awaitable[list[str]]]:
    async def resolve(host: str, port: int) -> list[str]:
        return list(addresses)

    return resolve


async def post(client: Outbound, url: str, body: bytes = b"{}", to: str = "webhook:1", **limits: Any) -> Response:
    return await client.send(to, "POST", url, headers={"content-type": "application/json"}, content=body, **limits)


async def failure(client: Outbound, url: str, **limits: Any) -> OutboundError:
    with pytest.raises(OutboundError) as caught:
        await post(client, url, **limits)
    return caught.value


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


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f000001", "127.1", "localhost", "0"])
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


class Sockets(httpcore.AsyncNetworkBackend):
    """Notes which addresses a socket is opened to, and opens all of them to one local port."""

    def __init__(self, port: int) -> None:
        self.opened: list[str] = []
        self._port = port
        self._real = httpcore.AnyIOBackend()

    async def connect_tcp(self, host: str, port: int, *args: Any, **more: Any) -> httpcore.AsyncNetworkStream:
        self.opened.append(host)
        return await self._real.connect_tcp("127.0.0.1", self._port, *args, **more)


async def test_a_name_that_changes_its_answer_between_check_and_use_gains_nothing(receiver: WebhookReceiver) -> None:
    answers = ["93.184.216.34", "127.0.0.1", "169.254.169.254"]
    asked: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return [answers[min(len(asked), len(answers)) - 1]]

    async with opened(Outbound(resolve=resolve)) as client:
        sockets = Sockets(receiver.port)
        for backend in client._backends.values():
            backend._sockets = sockets
        # Asked once, judged, and the socket goes to exactly what was judged. The next request takes the same socket.
        for _ in range(2):
            assert (await post(client, "http://turning.example/hook")).status == 204
        assert (asked, sockets.opened) == (["turning.example"], ["93.184.216.34"])
        # A new connection asks anew, and is refused.
        assert (await failure(client, "http://turning.example/hook", to="webhook:2")).reason == "blocked_address"
        assert (len(asked), sockets.opened) == (2, ["93.184.216.34"])


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
     "https://host:0/", "http://host:99999/", "http://[::1", "http://ho st/", "javascript:alert(1)",
     "https://host/" + "a" * 2000],
)  # fmt: skip
async def test_what_is_no_web_address_is_refused(url: str, outbound: Outbound) -> None:
    error = await failure(outbound, url)
    assert (error.reason, error.permanent) == ("invalid_url", True)


def test_web_addresses_are_not_refused() -> None:
    for url in ("https://example.com/hook?a=b#c", "http://10.0.0.1:8080/", "https://münchen.example/ü"):
        assert check_url(url).host


async def test_redirects_are_answers_and_are_not_followed(outbound: Outbound, receiver: WebhookReceiver) -> None:
    receiver.always(Answer(302, headers={"Location": f"{receiver.base_url}/elsewhere"}))
    answer = await post(outbound, receiver.url)
    assert (answer.status, answer.headers["location"]) == (302, f"{receiver.base_url}/elsewhere")
    assert [request.path for request in receiver.requests] == ["/hook"]


async def test_cookies_are_not_kept(outbound: Outbound, receiver: WebhookReceiver) -> None:
    receiver.always(Answer(200, headers={"Set-Cookie": "a=b; Path=/"}))
    await post(outbound, receiver.url)
    await post(outbound, receiver.url)
    assert "cookie" not in receiver.requests[1].headers


PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


async def test_neither_the_environments_proxies_nor_its_passwords_are_used(
    receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("default login ada password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HOME", str(tmp_path))
    with WebhookReceiver() as proxy:
        for name in PROXIES:
            monkeypatch.setenv(name, proxy.base_url)
        async with opened(Outbound(allow_private=True)) as client:
            assert (await post(client, receiver.url)).status == 204
        assert proxy.requests == []
    assert not {"authorization", "proxy-authorization", "cookie"} & set(receiver.requests[0].headers)


async def test_no_address_reaches_the_log(
    outbound: Outbound, receiver: WebhookReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await post(outbound, f"{receiver.base_url}/a-token-in-the-path?key=another")
    with WebhookReceiver() as gone:
        pass
    await failure(outbound, f"{gone.base_url}/a-token-in-the-path")
    for address in ("http://ada:a-password@hook.example/", "http://ada@hook.example/"):
        assert "a-password" not in str(await failure(outbound, address))
    assert not any(secret in caplog.text for secret in ("a-token", "another", "a-password"))


async def test_an_answer_is_cut_at_the_limit(outbound: Outbound, receiver: WebhookReceiver) -> None:
    receiver.always(Answer(500, body=b"x" * 5_000_000))
    answer = await post(outbound, receiver.url)
    assert (answer.status, answer.body) == (500, b"x" * 1024)


async def test_a_larger_limit_keeps_more(outbound: Outbound, receiver: WebhookReceiver) -> None:
    receiver.always(Answer(200, body=b"x" * 5_000))
    assert (await post(outbound, receiver.url, max_body=10_000)).body == b"x" * 5_000


async def test_an_endpoint_that_never_answers_runs_into_the_time_limit(
    outbound: Outbound, receiver: WebhookReceiver
) -> None:
    receiver.always(Answer(hang=True))
    error = await failure(outbound, receiver.url, timeout=0.2)
    assert (error.reason, error.permanent) == ("timeout", False)


async def test_an_endpoint_that_drips_its_head_runs_into_the_time_limit(outbound: Outbound) -> None:
    async with listening(b"HTTP/1.1 200 OK\r\ncontent-le", hang=True) as url:
        assert (await failure(outbound, url, timeout=0.2)).reason == "timeout"


async def test_an_answer_whose_status_came_in_time_is_one_though_its_body_hangs(outbound: Outbound) -> None:
    async with listening(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab", hang=True) as url:
        answer = await post(outbound, url, timeout=1.0)  # a busy machine's status has to come within it
    assert (answer.status, answer.body) == (200, b"ab")


async def test_interim_answers_without_end_are_cut_off(outbound: Outbound) -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\n\r\n"
    async with listening(interim * 3 + b"HTTP/1.1 204 No Content\r\n\r\n") as url:
        assert (await post(outbound, url)).status == 204
    async with listening(interim * 10_000, hang=True) as url:
        assert (await failure(outbound, url)).reason == "protocol"


async def test_a_slow_destination_does_not_hold_up_another(outbound: Outbound, receiver: WebhookReceiver) -> None:
    with WebhookReceiver() as slow:
        slow.always(Answer(hang=True))
        stuck = [asyncio.create_task(post(outbound, slow.url, to="webhook:slow")) for _ in range(12)]
        await asyncio.to_thread(slow.wait_for, 8)
        assert (await post(outbound, receiver.url, to="webhook:quick", timeout=5)).status == 204
        assert len(slow.requests) == 8
        for task in stuck:
            task.cancel()
        await asyncio.gather(*stuck, return_exceptions=True)


async def test_a_connection_serves_the_next_request_too(outbound: Outbound) -> None:
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        for _ in range(3):
            await reader.readuntil(b"\r\n\r\n{}")
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    for _ in range(3):
        assert (await post(outbound, url)).body == b"ok"
    server.close()
    assert connections == 1


async def test_clients_of_destinations_long_past_are_let_go(outbound: Outbound, receiver: WebhookReceiver) -> None:
    for number in range(DESTINATIONS_KEPT + 10):
        await post(outbound, receiver.url, to=f"webhook:{number}")
    assert len(outbound._clients) == DESTINATIONS_KEPT
    assert (await post(outbound, receiver.url, to="webhook:0")).status == 204


async def test_a_port_nobody_listens_on_is_a_failed_connection(outbound: Outbound) -> None:
    with WebhookReceiver() as gone:
        pass
    error = await failure(outbound, gone.url)
    assert (error.reason, error.permanent) == ("connect", False)


async def test_a_name_that_does_not_exist_is_told() -> None:
    async def resolve(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    async with opened(Outbound(resolve=resolve)) as client:
        error = await failure(client, "https://nowhere.example/")
    assert (error.reason, error.permanent) == ("dns", False)


async def test_a_name_server_that_hangs_holds_up_no_other_name() -> None:
    released = Event()

    def lookup(host: str, port: int) -> list[str]:
        if host == "slow.example":
            released.wait(10)
        return ["192.0.2.1"]

    resolver = Resolver(lookup)
    stuck = [asyncio.create_task(resolver("slow.example", 443)) for _ in range(100)]
    assert await asyncio.wait_for(resolver("quick.example", 443), 5) == ["192.0.2.1"]
    assert not any(task.done() for task in stuck)
    stuck[0].cancel()
    released.set()
    assert await asyncio.gather(*stuck[1:]) == [["192.0.2.1"]] * 99
    resolver.close()


async def test_a_name_is_asked_again_once_it_was_answered() -> None:
    asked: list[str] = []

    def lookup(host: str, port: int) -> list[str]:
        asked.append(host)
        return [str(len(asked))]

    resolver = Resolver(lookup)
    assert [await resolver("a.example", 1), await resolver("a.example", 1)] == [["1"], ["2"]]
    resolver.close()


async def test_what_does_not_speak_http_is_told(outbound: Outbound) -> None:
    async with listening(b"220 mail.example ESMTP\r\n\r\n") as url:
        assert (await failure(outbound, url)).reason == "protocol"


async def test_a_connection_closed_without_an_answer_is_told(outbound: Outbound) -> None:
    async with listening(b"") as url:
        assert (await failure(outbound, url)).reason == "connect"


async def test_an_answer_that_breaks_off_keeps_its_status(outbound: Outbound) -> None:
    async with listening(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab") as url:
        assert (await post(outbound, url)).status == 200


@asynccontextmanager
async def listening(answer: bytes, hang: bool = False) -> AsyncIterator[str]:
    """A port that says `answer` to whoever comes, then closes, or stays silent until the caller has gone."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n{}")
        writer.write(answer)
        if hang:
            await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()


async def test_a_certificate_nobody_vouches_for_is_not_trusted(outbound: Outbound) -> None:
    with WebhookReceiver(tls=Certificate("127.0.0.1").server()) as receiver:
        error = await failure(outbound, receiver.url)
        assert (error.reason, error.permanent) == ("tls", False)
        assert receiver.requests == []


async def test_tls_asks_for_the_name_and_not_for_the_address() -> None:
    certificate = Certificate("hook.example")
    asked: list[str | None] = []
    server = certificate.server()
    server.sni_callback = lambda sock, name, context: asked.append(name)
    with WebhookReceiver(tls=server) as receiver:
        client = Outbound(allow_private=True, resolve=answering("127.0.0.1"), tls=certificate.trusting())
        async with opened(client):
            assert (await post(client, f"https://hook.example:{receiver.port}/hook")).status == 204
            assert (await failure(client, f"https://other.example:{receiver.port}/hook")).reason == "tls"
    assert asked == ["hook.example", "other.example"]


async def test_a_plain_port_asked_for_tls_is_told(outbound: Outbound, receiver: WebhookReceiver) -> None:
    assert (await failure(outbound, receiver.url.replace("http:", "https:"))).reason == "tls"
