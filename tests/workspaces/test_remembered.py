"""What public doors ask for at every request: fresh within two seconds everywhere, at once where it was changed."""

from __future__ import annotations

import asyncio

import pytest

from leadsbot import clock
from leadsbot.workspaces.remembered import FRESH_MS, MAX_REMEMBERED, Remembered


class Shelf:
    """What is read, and how often it was."""

    def __init__(self, **rules: str) -> None:
        self.rules = rules
        self.asked = 0

    async def read(self, key: str) -> str | None:
        self.asked += 1
        return self.rules.get(key)


async def test_a_change_elsewhere_holds_within_two_seconds() -> None:
    shelf = Shelf(a="Website")
    book = Remembered(shelf.read)
    with clock.freeze(clock.now()) as advance:
        assert await book.get("a") == "Website"
        shelf.rules["a"] = "Shop"
        advance(FRESH_MS - 1)
        assert (await book.get("a"), shelf.asked) == ("Website", 1)
        advance(1)
        assert await book.get("a") == "Shop"
    assert FRESH_MS < 2_000


async def test_a_change_here_holds_at_once() -> None:
    shelf = Shelf()
    book = Remembered(shelf.read)
    with clock.freeze(clock.now()):
        assert await book.get("a") is None and await book.get("a") is None
        assert shelf.asked == 1  # what isn't there is remembered too
        shelf.rules["a"] = "Shop"
        book.forget()
        assert await book.get("a") == "Shop"


async def test_a_clock_that_was_put_back_keeps_nothing_for_long() -> None:
    shelf = Shelf(a="Website")
    book = Remembered(shelf.read)
    with clock.freeze(clock.now()) as advance:
        await book.get("a")
        advance(-clock.HOUR)
        await book.get("a")
    assert shelf.asked == 2


async def test_what_was_read_before_a_change_is_not_kept_after_it() -> None:
    shelf = Shelf(a="Shop")
    on_its_way, changed = asyncio.Event(), asyncio.Event()

    async def slowly(key: str) -> str | None:
        if shelf.asked:
            return await shelf.read(key)
        shelf.asked += 1
        on_its_way.set()
        await changed.wait()
        return "Website"

    book = Remembered(slowly)
    reading = asyncio.create_task(book.get("a"))
    await on_its_way.wait()
    book.forget()
    changed.set()
    assert (await reading, await book.get("a")) == ("Website", "Shop")


async def test_all_who_ask_meanwhile_wait_for_one_reading() -> None:
    shelf, free = Shelf(a="Website"), asyncio.Event()

    async def slowly(key: str) -> str | None:
        found = await shelf.read(key)
        await free.wait()
        return found

    book = Remembered(slowly)
    asking = [asyncio.create_task(book.get("a")) for _ in range(3)]
    await asyncio.sleep(0)
    asking[0].cancel()  # whoever was first may go away
    free.set()
    assert await asyncio.gather(*asking[1:]) == ["Website", "Website"]
    assert shelf.asked == 1


async def test_a_reading_that_hangs_is_not_waited_for_by_all_who_come_after() -> None:
    """Nor does what it read before a change hold for longer than anything else."""
    shelf, free = Shelf(a="Website"), asyncio.Event()

    async def slowly(key: str) -> str | None:
        found = await shelf.read(key)
        if shelf.asked == 1:
            await free.wait()
        return found

    book = Remembered(slowly)
    with clock.freeze(clock.now()) as advance:
        first = asyncio.create_task(book.get("a"))
        while not shelf.asked:  # noqa: ASYNC110 (nothing signals it)
            await asyncio.sleep(0)
        shelf.rules["a"] = "Shop"
        advance(FRESH_MS)
        second = asyncio.create_task(book.get("a"))
        for _ in range(10):
            await asyncio.sleep(0)
        assert second.done() and second.result() == "Shop"
        free.set()
        assert (await first, await book.get("a"), shelf.asked) == ("Website", "Shop", 2)


async def test_a_reading_that_failed_is_no_answer() -> None:
    shelf, broken = Shelf(a="Website"), [OSError("no database")]

    async def failing(key: str) -> str | None:
        if broken:
            raise broken.pop()
        return await shelf.read(key)

    book = Remembered(failing)
    with pytest.raises(OSError, match="no database"):
        await book.get("a")
    assert await book.get("a") == "Website"


async def test_guessing_fills_no_memory() -> None:
    book = Remembered(Shelf().read)
    for guess in range(MAX_REMEMBERED + 10):
        await book.get(str(guess))
    assert len(book._known) == 10
