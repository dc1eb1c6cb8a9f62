"""The inbox's live line: each lead that comes or changes is sent as the row that the page would show, and one that is
gone as a row to take off.

Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). Whatever this process commits
wakes the stream at once; what another process commits is found by looking every other second.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from litestar import get
from litestar.response import Stream

from leadsbot import clock
from leadsbot.dashboard import answers
from leadsbot.dashboard.desk import Desk, Here, pages
from leadsbot.dashboard.shown.leads import lead_rows, pipeline_of
from leadsbot.events.log import topic
from leadsbot.workspaces.sign_in import COOKIE

LOOK_EVERY_S = 2.0
HEARTBEAT_MS = 15 * clock.SECOND
# What a page missed while it was cut off: more than this, and it is better read anew.
MOST_ROWS = 50
# Numbers are given before the commit, so on PostgreSQL a lower one may appear after a higher one was read.
LATE = 200


@get("/leads/stream")
async def stream(desk: Here) -> Stream:
    """Send rows until the browser goes away or its person signs out."""
    headers = {**answers.HEADERS, "X-Accel-Buffering": "no"}
    return Stream(_Line(desk).events(), media_type="text/event-stream", headers=headers)


class _Line:
    """One open page's stream: what it was told already."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        said = desk.request.headers.get("last-event-id") or desk.asked("after")
        self._last = int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else -1
        self._told: set[int] = set()

    async def events(self) -> AsyncIterator[bytes]:
        beat = clock.now()
        with self._desk.database.signals.listen(topic(self._desk.workspace_id)) as woken:
            await self._begin()
            # Whoever hears this misses nothing from here on.
            yield b"retry: 2000\n: hello\n\n"
            while await self._signed_in():
                woken.clear()
                for event in await self._fresh():
                    yield event
                if clock.now() - beat >= HEARTBEAT_MS:
                    beat = clock.now()
                    yield b": still here\n\n"
                await _wait(woken)

    async def _signed_in(self) -> bool:
        person = await self._desk.services.sign_ins.person(self._desk.request.cookies.get(COOKIE))
        # Who went over to another workspace looks at this one no more.
        return person is not None and person.workspace_id == self._desk.workspace_id

    async def _begin(self) -> None:
        """Take what was there before this stream as told."""
        rows = await self._desk.database.fetch(
            "SELECT seq FROM events WHERE workspace_id = $1 ORDER BY seq DESC LIMIT 1", self._desk.workspace_id
        )
        newest = int(rows[0]["seq"]) if rows else 0
        if not 0 <= self._last <= newest:
            self._last = newest
        known = await self._since(self._last - LATE)
        self._told = {seq for seq, _ in known if seq <= self._last}

    async def _since(self, seq: int) -> list[tuple[int, str | None]]:
        rows = await self._desk.database.fetch(
            "SELECT seq, lead_id FROM events WHERE workspace_id = $1 AND seq > $2 ORDER BY seq",
            self._desk.workspace_id,
            seq,
        )
        return [(row["seq"], row["lead_id"]) for row in rows]

    async def _fresh(self) -> list[bytes]:
        """Give the rows of leads with events that were not told yet, oldest change first."""
        since = [one for one in await self._since(self._last - LATE) if one[0] not in self._told]
        if not since:
            return []
        self._last = max(self._last, since[-1][0])
        self._told = {seq for seq in self._told | {seq for seq, _ in since} if seq > self._last - LATE}
        changed = dict.fromkeys(lead_id for _, lead_id in reversed(since) if lead_id)
        return await self._rows(list(changed)[:MOST_ROWS][::-1])

    async def _rows(self, lead_ids: list[str]) -> list[bytes]:
        desk = self._desk
        found = await desk.database.fetch(
            f"SELECT * FROM leads WHERE workspace_id = $1 AND id {desk.database.one_of(2)} AND deleted_at IS NULL",
            desk.workspace_id,
            desk.database.many(lead_ids),
        )
        by_id = {row["id"]: row for row in found}
        pipeline = await pipeline_of(desk.database, desk.workspace_id)
        shell = desk.shell
        known = [by_id[lead_id] for lead_id in lead_ids if lead_id in by_id]
        rows = await lead_rows(desk.database, known, pipeline)
        told = [_event(self._last, desk.renderer.part(shell, "row.html", row=row)) for row in rows]
        return told + [_event(self._last, _GONE.format(lead_id)) for lead_id in lead_ids if lead_id not in by_id]


# Of a lead that was deleted, or is part of another now: its row is to go.
_GONE = '<li class="row" data-lead="{}" data-gone hidden></li>'


async def _wait(woken: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(LOOK_EVERY_S):
            await woken.wait()
    except TimeoutError:
        return


def _event(number: int, html: str) -> bytes:
    data = "".join(f"data: {line}\n" for line in html.strip().splitlines())
    return f"event: lead\nid: {number}\n{data}\n".encode()


ROUTES = [pages(stream)]
