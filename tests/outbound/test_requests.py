"""What the client sends and keeps, what it makes of answers, and how long it waits."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from pathlib import Path
from threading import Event

import pytest

from leadsbot.outbound import Outbound, connections
from leadsbot.outbound.client import DESTINATIONS_KEPT
from leadsbot.outbound.resolver import Resolver
from tests.outbound.calling import answering, failure, listening, opened, post
from tests.support.certificates import Certificate
from tests.support.waiting import PATIENCE_S
from tests.support.webhook_receiver import Answer, WebhookReceiver


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


async def test_an_answer_whose_status_came_in_time_is_one_though_its_body_hangs(
    outbound: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, limits, timeout_at = asyncio.Event(), [], asyncio.timeout_at

    def limited(when: float) -> asyncio.Timeout:
        limits.append(timeout_at(when))
        if len(limits) == 2:  # the first is the head's
            reading.set()
        return limits[-1]

    monkeypatch.setattr(asyncio, "timeout_at", limited)
    async with listening(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab", hang=True) as url:
        asking = asyncio.create_task(post(outbound, url, timeout=PATIENCE_S))
        await reading.wait()
        limits[1].reschedule(0)  # the time is up
        answer = await asking
    assert (answer.status, answer.body) == (200, b"ab")


async def test_interim_answers_are_waited_past_until_the_time_limit(outbound: Outbound) -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\n\r\n"
    async with listening(interim * 3 + b"HTTP/1.1 204 No Content\r\n\r\n") as url:
        assert (await post(outbound, url)).status == 204
    async with listening(interim * 10_000, hang=True) as url:
        assert (await failure(outbound, url, timeout=0.2)).reason == "timeout"


async def test_a_slow_destination_does_not_hold_up_another(outbound: Outbound, receiver: WebhookReceiver) -> None:
    with WebhookReceiver() as slow:
        slow.always(Answer(hang=True))
        stuck = [asyncio.create_task(post(outbound, slow.url, to="webhook:slow")) for _ in range(12)]
        await asyncio.to_thread(slow.wait_for, 8)
        assert (await post(outbound, receiver.url, to="webhook:quick", timeout=PATIENCE_S)).status == 204
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
    assert len(outbound._kept) == DESTINATIONS_KEPT
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
            released.wait(PATIENCE_S)
        return ["192.0.2.1"]

    resolver = Resolver(lookup)
    stuck = [asyncio.create_task(resolver("slow.example", 443)) for _ in range(100)]
    assert await asyncio.wait_for(resolver("quick.example", 443), PATIENCE_S) == ["192.0.2.1"]
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


UNUSUAL = {
    "bare line feeds": b"HTTP/1.1 200 OK\nServer: x\nContent-Length: 2\n\nok",
    "no reason": b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\n\r\nok",
    "until it closes": b"HTTP/1.1 200 OK\r\n\r\nok",
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1;a=b\r\nk\r\n0\r\nTrailer: x\r\n\r\n",
    "a folded header": b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok",
    "letters beyond ASCII": b"HTTP/1.1 200 \xd0\x9e\xd0\xba\r\nServer: \xd0\x9e\r\nContent-Length: 2\r\n\r\nok",
    "an interim answer": b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
}


@pytest.mark.parametrize("name", UNUSUAL)
async def test_an_unusual_answer_is_understood(outbound: Outbound, name: str) -> None:
    async with listening(UNUSUAL[name]) as url:
        answer = await post(outbound, url)
    assert (answer.status, answer.body) == (200, b"ok")
    assert "link" not in answer.headers and "trailer" not in answer.headers


@pytest.mark.parametrize(
    "head", [b"content-length: 10000000000", b"transfer-encoding: chunked\r\n\r\nfffffff", b"x: y"]
)
async def test_an_answer_without_end_is_cut_at_once(outbound: Outbound, head: bytes) -> None:
    end = b"\r\n" if b"chunked" in head else b"\r\n\r\n"
    async with listening(b"HTTP/1.1 503 Busy\r\n" + head + end + b"x" * 1_000_000, hang=True) as url:
        answer = await post(outbound, url)
    assert (answer.status, len(answer.body)) == (503, 1024)


@pytest.mark.parametrize("header", [b"x: " + b"y" * 300_000, b"x: y\r\n" * 60_000])
async def test_a_head_beyond_measure_is_cut_off(outbound: Outbound, header: bytes) -> None:
    async with listening(b"HTTP/1.1 200 OK\r\n" + header, hang=True) as url:
        assert (await failure(outbound, url)).reason == "protocol"


BROKEN = {
    "a body where none may be": (204, b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok"),
    "a chunk without length": (200, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nok\r\n"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_what_is_broken_behind_its_head_is_still_an_answer(outbound: Outbound, name: str) -> None:
    """Else what has arrived would be sent again, for days."""
    status, answer = BROKEN[name]
    async with listening(answer, hang=True) as url, asyncio.timeout(PATIENCE_S):
        assert (await post(outbound, url, timeout=2 * PATIENCE_S)).status == status


async def test_what_comes_over_a_connection_that_nobody_uses_is_not_kept(
    outbound: Outbound, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else whoever is asked once could fill the memory."""
    monkeypatch.setattr(connections, "KEEPALIVE_SECONDS", 10 * PATIENCE_S)
    answered, gone = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n{}")
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await answered.wait()
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            await reader.read()
        gone.set()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    await post(outbound, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    answered.set()
    async with asyncio.timeout(PATIENCE_S):
        await gone.wait()
    server.close()


async def test_what_packs_itself_is_neither_asked_for_nor_unpacked(
    outbound: Outbound, receiver: WebhookReceiver
) -> None:
    receiver.always(Answer(200, headers={"Content-Encoding": "gzip"}, body=b"\x1f\x8b not unpacked"))
    assert (await post(outbound, receiver.url)).body == b"\x1f\x8b not unpacked"
    assert receiver.requests[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("late", [False, True])
async def test_what_comes_unasked_is_no_answer_to_the_next_request(outbound: Outbound, late: bool) -> None:
    """Neither with the answer before nor after it: the connection goes."""
    served = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        served += 1
        await reader.readuntil(b"\r\n\r\n{}")
        old = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nold"
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n" + (b"" if late else old))
        if late:
            await answered.wait()
            writer.write(old)
        with contextlib.suppress(ConnectionError):
            await reader.read()
        gone.set()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    for _ in range(2):
        answered, gone = asyncio.Event(), asyncio.Event()
        assert (await post(outbound, url)).status == 204
        answered.set()
        async with asyncio.timeout(PATIENCE_S):
            await gone.wait()
    server.close()
    assert served == 2


async def test_a_connection_that_was_closed_meanwhile_is_replaced(outbound: Outbound) -> None:
    closed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n{}")
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        closed.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    for _ in range(2):
        assert (await post(outbound, url)).status == 204
        await closed.wait()
        closed.clear()
    server.close()


async def test_a_connection_that_is_closed_as_the_request_leaves_is_replaced_once(outbound: Outbound) -> None:
    came: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answered in range(2):
            await reader.readuntil(b"\r\n\r\n{}")
            came.append(answered)
            if not answered and len(came) < 4:
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            else:
                return writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    assert [(await post(outbound, url)).status for _ in range(2)] == [204, 204]
    assert came == [0, 1, 0]
    assert (await failure(outbound, url)).message.endswith("closed the connection before it had answered.")
    assert came == [0, 1, 0, 1, 0]
    server.close()


async def test_who_is_answered_after_the_end_leaves_no_connection_open() -> None:
    asked, ended, closed = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n{}")
        asked.set()
        await ended.wait()
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        with contextlib.suppress(ConnectionError):
            await reader.read()
        closed.set()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    client = Outbound(allow_private=True)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    asking = asyncio.create_task(post(client, url))
    await asked.wait()
    await client.aclose()
    ended.set()
    assert (await asking).status == 204
    async with asyncio.timeout(PATIENCE_S):
        await closed.wait()
    server.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_what_answers_before_it_has_taken_all_is_asked_nothing_more(scheme: str) -> None:
    """It may never read what comes after the part that it left."""
    served, done = 0, asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        served += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
        await done.wait()
        writer.transport.abort()

    certificate = Certificate("hook.example")
    tls = certificate.server() if scheme == "https" else None
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    url = f"{scheme}://hook.example:{server.sockets[0].getsockname()[1]}/"
    client = Outbound(allow_private=True, resolve=answering("127.0.0.1"), tls=certificate.trusting())
    async with opened(client):
        for body in (b"x" * 20_000_000, b"{}"):
            assert (await post(client, url, body)).status == 413
    done.set()
    server.close()
    assert served == 2


async def test_a_handshake_that_hangs_runs_into_the_time_limit(outbound: Outbound) -> None:
    async with listening(b"", hang=True) as url:
        assert (await failure(outbound, url.replace("http:", "https:"), timeout=0.2)).reason == "timeout"


@pytest.mark.parametrize("value", ["a\r\nX-Injected: b", "a\nb", "a\rb", "a\0b"])
async def test_no_header_smuggles_in_another(outbound: Outbound, receiver: WebhookReceiver, value: str) -> None:
    with pytest.raises(ValueError):
        await outbound.send("webhook:1", "POST", receiver.url, headers={"x": value}, content=b"{}")
    assert receiver.requests == []


async def test_who_goes_before_the_answer_leaves_no_connection_open(outbound: Outbound) -> None:
    asked, closed = asyncio.Event(), asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n{}")
        asked.set()
        await reader.read()
        closed.set()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    asking = asyncio.create_task(post(outbound, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"))
    await asked.wait()
    asking.cancel()
    async with asyncio.timeout(PATIENCE_S):
        await closed.wait()
    with pytest.raises(asyncio.CancelledError):
        await asking
    server.close()
