"""Calls through the client, and others that answer or don't."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from leadsbot.outbound import Outbound, OutboundError, Response


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
