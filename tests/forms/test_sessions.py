"""How far a visitor got: in any order the highest number holds, and only the session's own site may write it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from leadsbot.db import Database, Tx
from leadsbot.forms import sessions
from leadsbot.forms.sessions import Reached
from leadsbot.forms.visit import Visit
from leadsbot.ids import new_id
from leadsbot.workspaces.bootstrap import Created

NOW = 1_800_000_000_000


def reached(workspace: Created, session_id: str, seq: int, **changes: Any) -> Reached:
    one = Reached(
        session_id=session_id,
        workspace_id=workspace.workspace_id,
        site_id=workspace.site_id,
        form_id=new_id(),
        form_name="Contact us",
        seq=seq,
        percent=min(100, seq * 10),
        completed=seq,
        total=10,
        last_field=f"field {seq}",
        page_url=f"https://lindenhof.example/{seq}",
        started_at=NOW,
        at=NOW + seq * 1_000,
        visit=Visit(id=new_id()),
    )
    return replace(one, **changes)


async def write(database: Database, *said: Reached) -> list[str]:
    async def unit(tx: Tx) -> list[str]:
        return [one.type for one in await sessions.write(tx, said)]

    return await database.write(unit)


async def row_of(database: Database, session_id: str) -> dict[str, Any]:
    row = await database.fetch_one("SELECT * FROM sessions WHERE id = $1", session_id)
    assert row is not None
    return row


async def said_of(database: Database, session_id: str) -> tuple[Any, ...]:
    row = await row_of(database, session_id)
    names = ("seq", "completion_percent", "fields_completed", "last_field", "page_url", "last_activity_at", "state")
    return tuple(row[name] for name in names)


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("known", [False, True])
async def test_in_any_order_and_any_batches_the_highest_number_holds(
    database: Database, workspace: Created, known: bool, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(1, 7)))
    submitted = data.draw(st.none() | st.integers(1, 6))
    cuts = sorted(data.draw(st.lists(st.integers(0, 6), max_size=3)))
    session_id = new_id()
    said = [reached(workspace, session_id, seq, submitted=seq == submitted) for seq in order]
    if known:  # once it was written, the door leaves out where the visitor came from
        await write(database, reached(workspace, session_id, 0))
        said = [replace(one, visit=None) for one in said]
    for start, end in zip([0, *cuts], [*cuts, 6], strict=True):
        await write(database, *said[start:end])
    state = "started" if submitted is None else "submitted"
    expected = (6, 60, 6, "field 6", "https://lindenhof.example/6", NOW + 6_000, state)
    assert await said_of(database, session_id) == expected
    assert ((await row_of(database, session_id))["submitted_at"] is None) is (submitted is None)


async def test_the_same_word_twice_changes_nothing(database: Database, workspace: Created) -> None:
    one = reached(workspace, new_id(), 3)
    assert await write(database, one) == ["form.started"]
    before = await row_of(database, one.session_id)
    assert await write(database, replace(one, percent=99)) == []
    assert await row_of(database, one.session_id) == before


async def test_a_form_is_started_once_however_many_words_follow(database: Database, workspace: Created) -> None:
    session_id = new_id()
    assert await write(database, *(reached(workspace, session_id, seq) for seq in (1, 2))) == ["form.started"]
    assert await write(database, reached(workspace, session_id, 3)) == []


async def test_a_session_that_begins_with_its_submission_was_not_started(
    database: Database, workspace: Created
) -> None:
    assert await write(database, reached(workspace, new_id(), 1, submitted=True)) == []


async def test_a_submitted_session_stays_submitted(database: Database, workspace: Created) -> None:
    one = reached(workspace, new_id(), 5, submitted=True, lead_id="lead")
    await write(database, one)
    await write(database, reached(workspace, one.session_id, 6))
    row = await row_of(database, one.session_id)
    assert (row["state"], row["submitted_at"], row["lead_id"], row["seq"]) == ("submitted", one.at, "lead", 6)


async def test_a_submission_that_was_overtaken_still_counts(database: Database, workspace: Created) -> None:
    late = reached(workspace, new_id(), 5, submitted=True, lead_id="lead")
    await write(database, reached(workspace, late.session_id, 6))
    await write(database, late)
    row = await row_of(database, late.session_id)
    assert (row["state"], row["submitted_at"], row["lead_id"], row["seq"]) == ("submitted", late.at, "lead", 6)


@pytest.mark.parametrize("together", [True, False])
async def test_values_of_an_unsent_form_go_with_its_submission(
    database: Database, workspace: Created, together: bool
) -> None:
    session_id = new_id()
    partial = reached(workspace, session_id, 1, fields='[{"value":"Ada"}]')
    sent = reached(workspace, session_id, 2, submitted=True)
    later = reached(workspace, session_id, 3, fields='[{"value":"Ada"}]')
    if together:
        await write(database, partial, sent, later)
    else:
        await write(database, partial)
        assert (await row_of(database, session_id))["fields"] is not None
        await write(database, sent)
        await write(database, later)
    assert (await row_of(database, session_id))["fields"] is None


def stats(*names: str) -> str:
    return msgspec.json.encode([[name, name.title(), 1, 900, 200, 0, 0, 0, 0, 1] for name in names]).decode()


@pytest.mark.parametrize("visit", [Visit(id="visit"), None])
async def test_the_last_word_says_what_happened_in_the_fields(
    database: Database, workspace: Created, visit: Visit | None
) -> None:
    session_id = new_id()
    await write(database, reached(workspace, session_id, 1, tries=1, wait=1_200, stats=stats("email")))
    newest = reached(workspace, session_id, 3, tries=2, wait=1_300, stats=stats("email", "name"), visit=visit)
    await write(database, newest)
    await write(database, reached(workspace, session_id, 2, tries=1, wait=9, stats=stats("phone"), visit=visit))
    row = await row_of(database, session_id)
    assert (row["tries"], row["wait_ms"], row["field_stats"]) == (2, 1_300, stats("email", "name"))


@pytest.mark.parametrize("visit", [Visit(id="visit"), None])
async def test_the_last_word_on_percent_counts_and_tries_never_fall(
    database: Database, workspace: Created, visit: Visit | None
) -> None:
    session_id = new_id()
    await write(database, reached(workspace, session_id, 1, percent=70, tries=2))
    await write(database, reached(workspace, session_id, 2, percent=50, tries=1, completed=4, total=8, visit=visit))
    row = await row_of(database, session_id)
    assert (row["completion_percent"], row["tries"], row["seq"]) == (50, 2, 2)
    assert (row["fields_completed"], row["fields_total"]) == (4, 8)


async def test_the_last_word_on_percent_counts_and_tries_never_fall_within_one_batch(
    database: Database, workspace: Created
) -> None:
    session_id = new_id()
    before = reached(workspace, session_id, 1, percent=70, tries=2, wait=5, stats=stats("email"))
    await write(database, before, reached(workspace, session_id, 2, percent=50))
    row = await row_of(database, session_id)
    assert (row["completion_percent"], row["tries"], row["seq"]) == (50, 2, 2)
    assert (row["wait_ms"], row["field_stats"]) == (5, stats("email"))


@pytest.mark.parametrize("visit", [Visit(id="visit"), None])
async def test_a_word_that_leaves_out_the_fields_takes_nothing_away(
    database: Database, workspace: Created, visit: Visit | None
) -> None:
    session_id = new_id()
    await write(database, reached(workspace, session_id, 1, wait=0, stats=stats("email")))
    await write(database, reached(workspace, session_id, 2, visit=visit))
    row = await row_of(database, session_id)
    assert (row["wait_ms"], row["field_stats"]) == (0, stats("email"))


async def test_an_empty_last_field_does_not_hide_the_one_before(database: Database, workspace: Created) -> None:
    one = reached(workspace, new_id(), 1)
    await write(database, one)
    await write(database, reached(workspace, one.session_id, 2, last_field=""))
    assert (await row_of(database, one.session_id))["last_field"] == "field 1"


@pytest.mark.parametrize("visit", [Visit(id="another"), None])
async def test_another_site_does_not_overwrite_a_session(
    database: Database, workspace: Created, stranger: Created, visit: Visit | None
) -> None:
    mine = reached(workspace, new_id(), 1)
    await write(database, mine)
    before = await row_of(database, mine.session_id)
    theirs = reached(stranger, mine.session_id, 9, visit=visit, submitted=True, lead_id="theirs")
    await write(database, theirs)
    assert await row_of(database, mine.session_id) == before


async def test_another_site_does_not_drown_a_session_in_the_same_batch(
    database: Database, workspace: Created, stranger: Created
) -> None:
    mine = reached(workspace, new_id(), 2)
    await write(database, reached(workspace, mine.session_id, 1))
    await write(database, mine, reached(stranger, mine.session_id, 9))
    row = await row_of(database, mine.session_id)
    assert (row["seq"], row["site_id"]) == (2, workspace.site_id)
