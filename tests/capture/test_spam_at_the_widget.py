"""What the widget's door takes for spam, with what only the widget knows."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from leadsbot import clock
from leadsbot.db import Database
from tests.support.capture import Page, email_field, submit, text_field

HEADLESS = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36"
)
# name, label, entered, time, hesitation, corrections, deletions, refocuses, invalids, state
UNTOUCHED, TYPED, AUTOFILLED = (
    ["m", "M", 0, 0, 0, 0, 0, 0, 0, 1],
    ["m", "M", 1, 900, 0, 0, 0, 0, 0, 1],
    ["m", "M", 0, 0, 0, 0, 0, 0, 0, 2],
)
LINK = text_field("message", "https://casino.example/win")


async def judged(database: Database) -> tuple[bool, list[str]]:
    [row] = await database.fetch("SELECT spam, spam_reasons FROM leads")
    return bool(row["spam"]), msgspec.json.decode(row["spam_reasons"], type=list[str])


def quick(*fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    now = clock.now()
    return submit(email_field("ada@example.com"), *fields, start=now, at=now, **more)


async def test_speed_alone_makes_no_spam(page: Page, database: Database) -> None:
    await page.send(quick(text_field("message", "Hello")))
    assert await judged(database) == (False, [])


async def test_a_script_that_says_nothing_odd_is_no_spam(page: Page, database: Database) -> None:
    page.headers = {"user-agent": HEADLESS}
    await page.send(quick(text_field("message", "Is Saturday free? https://me.example"), stats=[UNTOUCHED]))
    assert await judged(database) == (False, [])


async def test_a_script_that_sells_something_is_and_all_signs_are_named(page: Page, database: Database) -> None:
    page.headers = {"user-agent": HEADLESS}
    await page.send(quick(LINK, stats=[UNTOUCHED]))
    spam, reasons = await judged(database)
    assert spam and len(reasons) == 4


@pytest.mark.parametrize("stat", [TYPED, AUTOFILLED])
async def test_who_typed_or_let_the_browser_fill_it_in_was_there(
    page: Page, database: Database, stat: list[Any]
) -> None:
    await page.send(quick(LINK, stats=[stat]))
    assert await judged(database) == (False, [])


async def test_a_throwaway_address_is_enough(page: Page, database: Database) -> None:
    await page.send(submit(email_field("ada@mailinator.com")))
    assert await judged(database) == (True, ["an address at mailinator.com is thrown away after minutes"])


async def test_links_to_the_site_itself_are_no_sign(page: Page, database: Database) -> None:
    links = " ".join(f"https://www.lindenhof.example/room/{n}" for n in range(12))
    await page.send(submit(email_field("ada@example.com"), text_field("message", links)))
    assert await judged(database) == (False, [])
