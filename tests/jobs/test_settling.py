"""Outcomes on their way to the writer: those of a busy moment together, a lone one at once, and none lost."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from leadsbot.db import Database
from leadsbot.errors import Unavailable
from leadsbot.jobs import settling
from leadsbot.jobs.outcomes import Done
from leadsbot.jobs.queue import Claim
from leadsbot.jobs.settling import Settling


class Writer:
    """Takes what is put, and notes what came in one go of the event loop; refuses the first `refuses`."""

    def __init__(self, refuses: int = 0) -> None:
        self.batches: list[list[str]] = []
        self._refuses = refuses

    def put(self, handler: Any, item: Any) -> asyncio.Future[bool]:
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        if self._refuses:
            self._refuses -= 1
            raise Unavailable("Busy.", retry_after=0.001)
        if not self.batches or self.batches[-1][-1] == "|":
            self.batches.append([])
            asyncio.get_running_loop().call_soon(lambda: self.batches[-1].append("|"))
        self.batches[-1].append(item[0][0].id)
        done.set_result(True)
        return done


def claim(name: str) -> Claim:
    return Claim(name, "greet", "", "", "", {}, 1, 0)


def gathering(writer: Writer, *, busy: bool) -> Settling:
    return Settling(cast(Database, writer), lambda: busy)


async def test_what_ends_in_a_busy_moment_is_written_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "GATHER_S", 60)
    writer = Writer()
    gathered = gathering(writer, busy=True)
    ends = [asyncio.create_task(gathered.settle([claim(name)], Done())) for name in "ab"]
    await asyncio.sleep(0)
    ends.append(asyncio.create_task(gathered.settle([claim("c")], Done())))
    await asyncio.sleep(0)
    assert writer.batches == []
    gathered.release()
    await asyncio.gather(*ends)
    assert writer.batches == [["a", "b", "c", "|"]]


async def test_nothing_waits_longer_than_a_moment() -> None:
    writer = Writer()
    await gathering(writer, busy=True).settle([claim("a")], Done())
    assert writer.batches[0][0] == "a"


async def test_what_ends_alone_is_written_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "GATHER_S", 60)
    writer = Writer()
    await gathering(writer, busy=False).settle([claim("a")], Done())
    assert writer.batches[0][0] == "a"


async def test_what_the_writer_refuses_is_put_again() -> None:
    writer = Writer(refuses=2)
    await gathering(writer, busy=False).settle([claim("a")], Done())
    assert writer.batches[0][0] == "a"


@pytest.mark.parametrize("refuses", [0, 1])
async def test_who_no_longer_waits_takes_nothing_from_the_others(monkeypatch: pytest.MonkeyPatch, refuses: int) -> None:
    monkeypatch.setattr(settling, "GATHER_S", 60)
    writer = Writer(refuses)
    gathered = gathering(writer, busy=True)
    gone, stays = (asyncio.create_task(gathered.settle([claim(name)], Done())) for name in "ab")
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.sleep(0)
    gathered.release()
    await stays
    assert writer.batches == [["a", "b", "|"][refuses:]]
