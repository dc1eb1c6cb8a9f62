"""Receivers that break off, babble, drip and flood: each attempt ends in good time, is tried again, and says why."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from leadsbot.channels.base import DeliveryFailed
from leadsbot.channels.webhook import CHANNEL
from leadsbot.outbound import Outbound, Response
from tests.channels.parcels import parcel
from tests.channels.test_webhook import SECRET

OK = b"HTTP/1.1 200 OK\r\n"
BREAKS = {
    "closed at once": b"",
    "closed within the status": b"HTTP/1.1 2",
    "closed within the headers": OK + b"X-A: ",
    "another protocol": b"220 mail.example ESMTP\r\n\r\n",
    "tls on a plain port": b"\x15\x03\x01\x00\x02\x02\x16" * 10,
    "no such status": b"HTTP/1.1 20000 OK\r\n\r\n",
    "a length that is none": OK + b"Content-Length: much\r\n\r\n",
    "two lengths": OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "headers without end": OK + b"X-A: " + b"a" * 300_000,
    "a header that is none": OK + b"nonsense\x00\r\n\r\n",
}


@asynccontextmanager
async def answering(answer: bytes, *, hang: bool = False, again: bool = False) -> AsyncIterator[str]:
    """A port that takes one request and says `answer`, then closes, falls silent (`hang`) or repeats it (`again`)."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        try:
            writer.write(answer)
            while again:
                await writer.drain()
                writer.write(b"x" * 65_536)
            if hang:
                await reader.read()
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    finally:
        server.close()


class Hasty(Outbound):
    """As patient with a receiver as a test can be."""

    async def send(self, destination: str, method: str, url: str, **more: Any) -> Response:
        return await super().send(destination, method, url, **(more | {"timeout": 0.3}))


async def failure(outbound: Outbound, url: str) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        await CHANNEL.send(parcel({"url": url, "secret": SECRET}), outbound)
    return failed.value


@pytest.mark.parametrize("fault", BREAKS)
async def test_an_answer_that_is_none_is_tried_again(fault: str, outbound: Outbound) -> None:
    async with answering(BREAKS[fault]) as url:
        failed = await failure(outbound, url)
    assert (failed.permanent, failed.disable, failed.status_code) == (False, None, None)
    assert failed.message.startswith("127.0.0.1 ") and failed.message.endswith(".")


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 ", b"HTTP/1.1 200 OK\r\n"])
async def test_one_that_falls_silent_takes_no_longer_than_the_time_limit(begun: bytes) -> None:
    outbound = Hasty(allow_private=True)
    async with answering(begun, hang=True) as url:
        failed = await failure(outbound, url)
    await outbound.aclose()
    assert (failed.permanent, failed.disable) == (False, None) and "longer than" in failed.message


def test_the_time_limit_is_fifteen_seconds() -> None:
    assert inspect.signature(Outbound.send).parameters["timeout"].default == 15.0


@pytest.mark.parametrize("headers", [b"Content-Length: 99999999999\r\n\r\n", b"\r\n"])
async def test_a_flood_is_read_no_further_than_the_first_kilobyte(headers: bytes, outbound: Outbound) -> None:
    async with answering(OK + headers, again=True) as url:
        receipt = await CHANNEL.send(parcel({"url": url, "secret": SECRET}), outbound)
    assert (receipt.status_code, receipt.note) == (200, "x" * 1024)


async def test_interim_answers_are_passed_over(outbound: Outbound) -> None:
    async with answering(b"HTTP/1.1 100 Continue\r\n\r\n" * 20 + OK + b"Content-Length: 2\r\n\r\nok") as url:
        assert (await CHANNEL.send(parcel({"url": url, "secret": SECRET}), outbound)).note == "ok"


async def test_what_is_no_text_is_kept_as_far_as_it_can_be_read(outbound: Outbound) -> None:
    async with answering(b"HTTP/1.1 500 Oh\r\nContent-Length: 6\r\n\r\n\xff\x00ab\xc3\x28") as url:
        failed = await failure(outbound, url)
    assert "ab" in failed.answer and "\x00" not in failed.answer
