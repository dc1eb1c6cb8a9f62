"""A summary's figures, in the words and numbers that every channel shows: what a span came to, and the one before."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from leadsbot import clock
from leadsbot.analytics import counting
from leadsbot.analytics.counting import UNKNOWN
from leadsbot.db import Database
from leadsbot.db.tx import Row
from leadsbot.summaries.spans import Kind, Span

MOST_SOURCES: Final = 5


@dataclass(frozen=True, slots=True)
class Visits:
    """What became of forms that somebody began."""

    started: int
    submitted: int
    abandoned: int


@dataclass(frozen=True, slots=True)
class Figures:
    """`leads`, by part of the span; each number beside that of the span before. `unclaimed` is of now."""

    span: Span
    leads: list[int]
    leads_before: list[int]
    sources: list[tuple[str, int]]
    visits: Visits
    visits_before: Visits
    moves: list[tuple[str, int]]
    unclaimed: int

    @property
    def total(self) -> int:
        return sum(self.leads)

    @property
    def total_before(self) -> int:
        return sum(self.leads_before)


async def figures(database: Database, workspace: Row, span: Span) -> Figures:
    """Count a workspace's span (`id`, `stages` of its row are read)."""
    stages = msgspec.json.decode(workspace["stages"], type=list[str])
    made = await counting.moves(database, workspace["id"], span.period)
    return Figures(
        span=span,
        leads=await _leads(database, workspace["id"], span),
        leads_before=await _leads(database, workspace["id"], span.before),
        sources=await counting.by_name(database, workspace["id"], span.period, "source", empty=UNKNOWN),
        visits=await _visits(database, workspace["id"], span),
        visits_before=await _visits(database, workspace["id"], span.before),
        moves=_in_order(made, stages),
        unclaimed=await counting.unclaimed(database, workspace["id"], stages[min(1, len(stages) - 1)]),
    )


def told(workspace_name: str, found: Figures) -> dict[str, Any]:
    """Give the figures as an event carries them: a title, facts as label and value, and what a chart shows."""
    span = found.span
    facts = [
        ("New leads", _against(found.total, found.total_before, span.kind) or f"none, nor {_BEFORE[span.kind]}"),
        ("Sources", _listed(found.sources[:MOST_SOURCES])),
        *_forms(found),
        ("Moved on", _listed(found.moves)),
        ("Waiting", _waiting(found.unclaimed)),
    ]
    return {
        "kind": span.kind,
        "from": span.first.isoformat(),
        "to": span.last.isoformat(),
        "title": f"{workspace_name}: {_when(span)}",
        "facts": [{"label": label, "value": value} for label, value in facts if value],
        "chart": _chart(found),
    }


async def _leads(database: Database, workspace_id: str, span: Span) -> list[int]:
    return await counting.by_edges(database, workspace_id, span.period, span.edges())


async def _visits(database: Database, workspace_id: str, span: Span) -> Visits:
    counts = await counting.sessions(database, workspace_id, span.period)
    return Visits(int(counts["started"]), int(counts["submitted"]), int(counts["abandoned"]))


def _in_order(made: Counter[str], stages: list[str]) -> list[tuple[str, int]]:
    """Give moves in the pipeline's order; a stage that is gone since comes last."""
    known = [stage for stage in stages if stage in made]
    return [(stage, made[stage]) for stage in (*known, *sorted(set(made) - set(stages)))]


def _forms(found: Figures) -> list[tuple[str, str]]:
    now, before = found.visits, found.visits_before
    if not now.started and not before.started:
        return []
    sent = f"{now.submitted:,} of {now.started:,} begun"
    share = (
        f" ({_percent(now)}, {_percent(before)} {_BEFORE[found.span.kind]})" if now.started and before.started else ""
    )
    return [("Forms sent", sent + share), ("Left unsent", _against(now.abandoned, before.abandoned, found.span.kind))]


def _percent(visits: Visits) -> str:
    return f"{round(100 * visits.submitted / visits.started)} %"


def _against(now: int, before: int, kind: Kind) -> str:
    if now == before:
        return f"{now:,}, as many as {_BEFORE[kind]}" if now else ""
    return f"{now:,} ({before:,} {_BEFORE[kind]})"


def _listed(counts: list[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts)


def _waiting(unclaimed: int) -> str:
    if not unclaimed:
        return ""
    return "1 lead that nobody has claimed" if unclaimed == 1 else f"{unclaimed:,} leads that nobody has claimed"


def _when(span: Span) -> str:
    if span.kind == "daily":
        so_far = " so far" if (span.period.until or 0) > clock.now() else ""
        return f"{span.first:%A}, {span.first.day} {span.first:%B}{so_far}"
    return f"the week of {span.first.day} {span.first:%B} to {span.last.day} {span.last:%B}"


def _chart(found: Figures) -> dict[str, Any] | None:
    """Give the chart's series; two empty spans need no picture."""
    if not found.total and not found.total_before:
        return None
    names = {"daily": ("this day", "the day before"), "weekly": ("this week", "the week before")}[found.span.kind]
    series = zip(names, (found.leads, found.leads_before), strict=True)
    return {
        "title": "New leads by hour" if found.span.kind == "daily" else "New leads by day",
        "labels": found.span.labels(),
        "series": [{"name": name, "values": values} for name, values in series],
    }


_BEFORE: Final[dict[Kind, str]] = {"daily": "the day before", "weekly": "the week before"}
