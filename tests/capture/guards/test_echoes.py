"""One text with a link from many visitors, and what only looks like that."""

from __future__ import annotations

import asyncio

import msgspec

from leadsbot import clock
from leadsbot.capture.guards.echoes import TOO_MANY
from leadsbot.db import Database
from tests.support.capture import Page, email_field, submit, text_field

SALES = "Get 1,000 visitors a day: https://traffic.example/now"


async def said(page: Page, email: str, message: str) -> None:
    answer = await page.send(submit(email_field(email), text_field("message", message)))
    assert answer.status == 202


async def spam(database: Database) -> list[bool]:
    rows = await database.fetch("SELECT spam FROM leads ORDER BY created_at, id")
    return [bool(row["spam"]) for row in rows]


async def test_from_the_fourth_visitor_on_it_is_spam(page: Page, database: Database) -> None:
    for number in range(TOO_MANY + 1):
        await said(page, f"v{number}@example.com", SALES.upper() if number % 2 else f" {SALES}\n")
    assert await spam(database) == [False] * (TOO_MANY - 1) + [True, True]
    [row] = await database.fetch("SELECT spam_reasons FROM leads WHERE email = 'v3@example.com'")
    assert msgspec.json.decode(row["spam_reasons"]) == ["the same text with a link came from 4 visitors within an hour"]


async def test_all_at_once_count_alike(page: Page, database: Database) -> None:
    await asyncio.gather(*[said(page, f"v{number}@example.com", SALES) for number in range(TOO_MANY + 2)])
    assert sorted(await spam(database)) == [False] * (TOO_MANY - 1) + [True] * 3


async def test_one_visitor_may_say_it_as_often_as_they_like(page: Page, database: Database) -> None:
    for _ in range(TOO_MANY + 1):
        await said(page, "ada@example.com", SALES)
    assert await spam(database) == [False]


async def test_a_second_try_is_spam_as_the_first_was(page: Page, database: Database) -> None:
    for number in range(TOO_MANY):
        await said(page, f"v{number}@example.com", SALES)
    last = f"v{TOO_MANY - 1}@example.com"
    await said(page, last, SALES)
    rows = await database.fetch("SELECT spam, spam_reasons FROM leads WHERE email = $1", last)
    assert rows and all(row["spam"] for row in rows)
    assert all("from 4 visitors" in row["spam_reasons"] for row in rows)
    assert (await spam(database)).count(False) == TOO_MANY - 1


async def test_what_a_form_writes_for_people_is_no_echo(page: Page, database: Database) -> None:
    for number in range(TOO_MANY + 1):
        await said(page, f"a{number}@example.com", "I am interested in https://lindenhof.example/rooms/7")
        await said(page, f"b{number}@example.com", "Please call me back.")
    assert not any(await spam(database))


async def test_an_hour_later_it_is_forgotten(page: Page, database: Database) -> None:
    start = 1_700_000_000_000 // clock.HOUR * clock.HOUR
    for number in range(TOO_MANY):
        with clock.freeze(start + number * clock.HOUR):
            await said(page, f"v{number}@example.com", SALES)
    assert not any(await spam(database))
