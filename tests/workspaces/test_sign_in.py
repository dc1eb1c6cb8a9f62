"""Signing in: what is wrong is never said, many tries are slowed down, and a cookie ends when its sign-in does."""

from __future__ import annotations

import pytest

from leadsbot import clock
from leadsbot.db import Database
from leadsbot.errors import TooManyRequests, Unauthorized
from leadsbot.vault import Vault
from leadsbot.workspaces import passwords, sign_in
from leadsbot.workspaces.bootstrap import Created
from leadsbot.workspaces.own_account import set_password
from leadsbot.workspaces.sign_in import (
    LASTS_S,
    TRIES_PER_ACCOUNT,
    TRIES_PER_ACCOUNT_AND_ADDRESS,
    TRIES_PER_ADDRESS,
    WINDOW_MS,
    SignIns,
)

PASSWORD = "correct horse battery"
ADDRESS = "203.0.113.7"


@pytest.fixture
def sign_ins(database: Database) -> SignIns:
    return SignIns(database, Vault("a key for tests"))


async def enter(sign_ins: SignIns, email: str = "owner@example.com", password: str = PASSWORD) -> str:
    return await sign_ins.sign_in(email, password, ADDRESS, "Firefox")


async def test_the_right_password_opens_the_owners_workspace(
    sign_ins: SignIns, workspace: Created, stranger: Created
) -> None:
    person = await sign_ins.person(await enter(sign_ins, " Owner@Example.com "))
    assert person is not None
    assert (person.user_id, person.workspace_id, person.role) == (workspace.user_id, workspace.workspace_id, "owner")
    assert person.workspace_name == "Lindenhof"


async def test_a_wrong_password_and_an_unknown_user_are_answered_alike(sign_ins: SignIns, workspace: Created) -> None:
    answers = []
    for email in ("owner@example.com", "nobody@example.com"):
        with pytest.raises(Unauthorized) as refused:
            await enter(sign_ins, email, "a wrong password")
        answers.append(refused.value.body("id"))
    assert answers[0] == answers[1]


async def test_a_password_that_is_changed_while_the_old_one_is_hashed_anew_stays_changed(
    sign_ins: SignIns, database: Database, workspace: Created, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def changed_meanwhile(password: str) -> str:
        await database.write(lambda tx: tx.execute("UPDATE users SET password_hash = $1", "another"))
        return "the old one anew"

    monkeypatch.setattr(passwords, "needs_rehash", bool)
    monkeypatch.setattr(passwords, "hashed", changed_meanwhile)
    with pytest.raises(Unauthorized):
        await enter(sign_ins)
    assert (await database.fetch("SELECT password_hash FROM users"))[0]["password_hash"] == "another"


async def test_a_password_that_is_changed_after_it_was_proven_opens_nothing(
    sign_ins: SignIns, database: Database, workspace: Created
) -> None:
    proven = await sign_ins.prove("owner@example.com", PASSWORD, ADDRESS)
    kept = await sign_ins.open(proven, workspace.workspace_id, ADDRESS, "Firefox")
    here = await sign_ins.person(kept)
    assert here and await set_password(database, proven, "another long one", here.sign_in_id)
    with pytest.raises(Unauthorized):
        await sign_ins.open(proven, workspace.workspace_id, ADDRESS, "Firefox")
    assert len(await database.fetch("SELECT id FROM sign_ins")) == 1
    assert not await set_password(database, proven, "a third long one"), "nor sets it over the newer one"
    assert await enter(sign_ins, password="another long one")


async def test_a_password_that_was_hashed_anew_as_it_was_proven_opens_and_changes(
    sign_ins: SignIns, database: Database, workspace: Created, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "needs_rehash", bool)
    proven = await sign_ins.prove("owner@example.com", PASSWORD, ADDRESS)
    assert await sign_ins.open(proven, workspace.workspace_id, ADDRESS, "")
    assert await set_password(database, proven, "another long one")


async def test_many_tries_at_one_account_are_slowed_down_from_wherever_they_come(
    sign_ins: SignIns, workspace: Created, stranger: Created
) -> None:
    with clock.freeze(clock.now()) as advance:
        for number in range(TRIES_PER_ACCOUNT):
            with pytest.raises(Unauthorized):
                await sign_ins.sign_in("owner@example.com", "wrong", f"198.51.100.{number}", "")
        with pytest.raises(TooManyRequests) as refused:
            await enter(sign_ins)
        assert refused.value.retry_after is not None and 0 < refused.value.retry_after <= WINDOW_MS / 1000
        assert await enter(sign_ins, "stranger@example.com", "another long password")
        advance(WINDOW_MS)
        assert await enter(sign_ins)


async def test_many_tries_from_one_address_are_slowed_down_whatever_the_account(
    sign_ins: SignIns, workspace: Created
) -> None:
    with clock.freeze(clock.now()):
        for number in range(TRIES_PER_ADDRESS):
            with pytest.raises(Unauthorized):
                await enter(sign_ins, f"nobody{number}@example.com", "wrong")
        with pytest.raises(TooManyRequests):
            await enter(sign_ins)


async def test_an_account_of_ones_own_does_not_buy_more_tries_at_others(
    sign_ins: SignIns, workspace: Created, stranger: Created
) -> None:
    with clock.freeze(clock.now()):
        for number in range(TRIES_PER_ADDRESS - 1):
            with pytest.raises(Unauthorized):
                await enter(sign_ins, f"somebody{number}@example.com", "a guess")
        assert await enter(sign_ins, "stranger@example.com", "another long password")
        with pytest.raises(TooManyRequests):
            await enter(sign_ins, "owner@example.com", "a guess")


async def test_no_moment_gives_twice_the_tries(sign_ins: SignIns, workspace: Created) -> None:
    """They are counted within any quarter of an hour, not by the clock's own."""
    begin = clock.now() // WINDOW_MS * WINDOW_MS
    with clock.freeze(begin + WINDOW_MS - 10 * clock.SECOND) as advance:
        for _ in range(TRIES_PER_ACCOUNT_AND_ADDRESS):
            with pytest.raises(Unauthorized):
                await enter(sign_ins, password="wrong")
        advance(clock.MINUTE)
        with pytest.raises(TooManyRequests) as refused:
            await enter(sign_ins, password="wrong")
        assert refused.value.retry_after == pytest.approx((WINDOW_MS - clock.MINUTE) / clock.SECOND)
        advance(WINDOW_MS - clock.MINUTE)
        assert await enter(sign_ins)


async def test_signing_in_forgets_the_tries_at_ones_own_account(sign_ins: SignIns, workspace: Created) -> None:
    with clock.freeze(clock.now()):
        for _ in range(2):
            for _ in range(TRIES_PER_ACCOUNT_AND_ADDRESS - 1):
                with pytest.raises(Unauthorized):
                    await enter(sign_ins, password="wrong")
            assert await enter(sign_ins)


@pytest.mark.parametrize("cookie", [None, "", "x", "a.b.c", "ü" * 100])
async def test_no_cookie_and_nonsense_are_nobody(sign_ins: SignIns, workspace: Created, cookie: str | None) -> None:
    assert await sign_ins.person(cookie) is None


async def test_a_cookie_signed_with_another_key_is_nobody(
    database: Database, sign_ins: SignIns, workspace: Created
) -> None:
    cookie = await enter(SignIns(database, Vault("another key")))
    assert await sign_ins.person(cookie) is None


async def test_a_cookie_that_was_changed_is_nobody(sign_ins: SignIns, workspace: Created) -> None:
    cookie = await enter(sign_ins)
    assert await sign_ins.person("A" + cookie[1:]) is None


async def test_a_sign_in_ends_after_its_time_and_not_before(sign_ins: SignIns, workspace: Created) -> None:
    cookie = await enter(sign_ins)
    now = clock.now()
    with clock.freeze(now + LASTS_S * 1000 - clock.MINUTE):
        assert await sign_ins.person(cookie) is not None
    with clock.freeze(now + LASTS_S * 1000 + clock.MINUTE):
        assert await sign_ins.person(cookie) is None


async def test_signing_out_ends_this_sign_in_and_no_other(sign_ins: SignIns, workspace: Created) -> None:
    here, there = await enter(sign_ins), await enter(sign_ins)
    await sign_ins.sign_out(here)
    assert await sign_ins.person(here) is None
    assert await sign_ins.person(there) is not None
    await sign_ins.sign_out(None)
    await sign_ins.sign_out("forged")
    assert await sign_ins.person(there) is not None


async def test_a_purge_takes_what_has_expired_and_leaves_the_rest(
    database: Database, sign_ins: SignIns, workspace: Created
) -> None:
    await enter(sign_ins)
    assert await database.write(sign_in.purge) == 0
    with clock.freeze(clock.now() + (LASTS_S + 60) * 1000):
        assert await database.write(sign_in.purge) == 1
