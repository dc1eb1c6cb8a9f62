"""The inbox's live line, over a real socket: what comes, what changes, what another process did, and its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from leadsbot.dashboard import stream
from leadsbot.db import Database
from leadsbot.leads import changes
from leadsbot.workspaces.bootstrap import Created
from tests.dashboard.browsing import Browser, captured
from tests.dashboard.conftest import PASSWORD, STRANGERS_PASSWORD
from tests.support.waiting import PATIENCE_S


@asynccontextmanager
async def browser_at(address: str, email: str, password: str) -> AsyncIterator[Browser]:
    headers = {"accept": "text/html"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=PATIENCE_S) as client:
        browser = Browser(client)
        await browser.see("/login")
        said = {"email": email, "password": password, "next": "/leads"}
        assert (await browser.press("/login", said, origin=address)).status_code == 303
        await browser.see("/leads")
        yield browser


@asynccontextmanager
async def listening(browser: Browser, path: str = "/leads/stream", **headers: str) -> AsyncIterator[AsyncIterator[str]]:
    """Open the stream; gives its lines once it has said hello."""
    async with browser.client.stream("GET", path, headers={"accept": "text/event-stream", **headers}) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.aiter_lines()
        while await anext(lines) != ": hello":
            pass
        yield lines


async def next_row(lines: AsyncIterator[str]) -> str:
    """Give the data of the next `lead` event."""
    async for line in lines:
        if line == "event: lead":
            break
    data: list[str] = []
    async for line in lines:
        if not line:
            return "\n".join(data)
        if line.startswith("data: "):
            data.append(line.removeprefix("data: "))
    raise EOFError("the stream has ended")


async def test_a_lead_is_sent_at_once_and_not_at_the_next_look(
    served: str, workspace: Created, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "LOOK_EVERY_S", 3_600.0)
    async with browser_at(served, "owner@example.com", PASSWORD) as owner, listening(owner) as lines:
        waiting = asyncio.create_task(next_row(lines))
        lead = await captured(owner, workspace.public_token)
        async with asyncio.timeout(PATIENCE_S):
            row = await waiting
    assert f'data-lead="{lead}"' in row
    assert "Anna Berger" in row


async def test_a_lead_that_was_moved_is_sent_again(served: str, workspace: Created) -> None:
    async with browser_at(served, "owner@example.com", PASSWORD) as owner:
        lead = await captured(owner, workspace.public_token)
        async with listening(owner) as lines:
            await owner.press(f"/leads/{lead}/stage", {"stage": "Won"}, origin=served)
            row = await next_row(lines)
    assert "Won" in row


async def test_a_lead_that_became_spam_is_sent_to_be_taken_off(served: str, workspace: Created) -> None:
    async with browser_at(served, "owner@example.com", PASSWORD) as owner:
        lead = await captured(owner, workspace.public_token)
        async with listening(owner) as lines:
            await owner.press(f"/leads/{lead}/spam", {"spam": "1"}, origin=served)
            assert "data-spam" in await next_row(lines)


async def test_a_lead_that_was_deleted_is_sent_to_be_taken_off(served: str, workspace: Created) -> None:
    async with browser_at(served, "owner@example.com", PASSWORD) as owner:
        lead = await captured(owner, workspace.public_token)
        async with listening(owner) as lines:
            await owner.press(f"/leads/{lead}/delete", origin=served)
            assert await next_row(lines) == f'<li class="row" data-lead="{lead}" data-gone hidden></li>'


async def test_what_another_process_did_is_found(served: str, workspace: Created, database: Database) -> None:
    async with browser_at(served, "owner@example.com", PASSWORD) as owner:
        lead = await captured(owner, workspace.public_token)
        async with listening(owner) as lines:
            await changes.move(database, workspace.workspace_id, lead, "Quoted", "somebody else")
            assert "Quoted" in await next_row(lines)


async def test_it_takes_up_where_the_page_was_read(served: str, workspace: Created) -> None:
    async with browser_at(served, "owner@example.com", PASSWORD) as owner:
        first = await captured(owner, workspace.public_token)
        second = await captured(owner, workspace.public_token, {"name": "Jonas", "email": "jonas@lindqvist.example"})
        async with listening(owner, "/leads/stream?after=0") as lines:
            assert f'data-lead="{first}"' in await next_row(lines)
            assert f'data-lead="{second}"' in await next_row(lines)


async def test_it_repeats_nothing_that_was_told(served: str, workspace: Created) -> None:
    async with browser_at(served, "owner@example.com", PASSWORD) as owner:
        await captured(owner, workspace.public_token)
        for path, header in (("/leads/stream", {}), ("/leads/stream?after=0", {"last-event-id": "2000000000"})):
            async with listening(owner, path, **header) as lines:
                fresh = await captured(owner, workspace.public_token, {"email": f"{len(header)}@new.example"})
                assert f'data-lead="{fresh}"' in await next_row(lines)


async def test_strangers_hear_nothing_of_it(served: str, workspace: Created, stranger: Created) -> None:
    async with (
        browser_at(served, "stranger@example.com", STRANGERS_PASSWORD) as outsider,
        browser_at(served, "owner@example.com", PASSWORD) as owner,
        listening(outsider) as lines,
    ):
        await captured(owner, workspace.public_token)
        own = await captured(outsider, stranger.public_token, {"name": "Own", "email": "own@own.example"})
        assert f'data-lead="{own}"' in await next_row(lines)


async def test_it_ends_when_its_person_signs_out(served: str, workspace: Created) -> None:
    async with browser_at(served, "owner@example.com", PASSWORD) as owner, listening(owner) as lines:
        assert (await owner.press("/logout", origin=served)).status_code == 303
        async with asyncio.timeout(PATIENCE_S):
            assert [line async for line in lines if line.startswith("data")] == []


async def test_nobody_listens_without_being_signed_in(served: str) -> None:
    async with httpx.AsyncClient(base_url=served, timeout=PATIENCE_S) as client:
        answer = await client.get("/leads/stream", headers={"accept": "text/event-stream"})
    assert answer.status_code == 401
