"""The pipeline and the lists of a workspace, as their pages show them."""

from __future__ import annotations

from leadsbot.dashboard import words
from leadsbot.dashboard.desk import Desk
from leadsbot.dashboard.views import Form, Stage
from leadsbot.dashboard.views.settings import ListEntry, Lists, NamedList, Pipeline
from leadsbot.leads import list_editing, source_editing
from leadsbot.leads.pipeline import LOST
from leadsbot.workspaces.lists import EVENT_TYPES, LEAD_TYPES, STAGES, Kind

SOURCES = "sources"
STAGES_PAGE = "/settings/pipeline"
# The dashboard shows the sources that most leads come from; the API lists all.
MOST_SOURCES = 200


async def pipeline_view(desk: Desk, kind: str = "", at: str = "", form: Form | None = None) -> Pipeline:
    """Give the pipeline's page; `form` is the posted one of the entry `at`, with what is wrong."""
    return Pipeline(await _list(desk, "stages", STAGES, at, form or Form()))


async def lists_view(desk: Desk, kind: str = "", at: str = "", form: Form | None = None) -> Lists:
    """Give the page of the other lists; `form` belongs to the list `kind`."""

    def posted(name: str) -> tuple[str, Form]:
        return (at, form) if form and kind == name else ("", Form())

    return Lists(
        sources=await _sources(desk, *posted(SOURCES)),
        lead_types=await _list(desk, "lead-types", LEAD_TYPES, *posted("lead-types")),
        event_types=await _list(desk, "event-types", EVENT_TYPES, *posted("event-types")),
    )


async def _list(desk: Desk, name: str, kind: Kind, at: str, form: Form) -> NamedList:
    found = await list_editing.listing(desk.database, desk.workspace_id, kind)
    counts = await list_editing.counts(desk.database, desk.workspace_id, kind)
    pipeline, order = tuple(found.names), found.entries()
    entries = [
        ListEntry(
            id=entry.id,
            name=entry.name,
            leads=counts.get(entry.name, 0),
            stage=Stage.of(entry.name, pipeline) if kind is STAGES else None,
            note=_note(kind, entry.position, entry.name),
            first=entry.position == 0,
            last=entry.position == len(pipeline) - 1,
            before=order[entry.position - 1].id if entry.position else "",
        )
        for entry in order
    ]
    return NamedList(name, kind.noun, tuple(entries), fewest=kind.fewest, at=at, form=form)


async def _sources(desk: Desk, at: str, form: Form) -> NamedList:
    found = await source_editing.busiest(desk.database, desk.workspace_id)
    entries = [
        ListEntry(
            id=one.id,
            name=one.name,
            leads=one.leads,
            note="" if words.source(one.name) else "nobody sent them",
            last_lead_at=one.last_lead_at,
        )
        for one in found[:MOST_SOURCES]
    ]
    return NamedList(SOURCES, "source", tuple(entries), ordered=False, at=at, form=form)


def _note(kind: Kind, position: int, name: str) -> str:
    if kind is LEAD_TYPES and position == 0:
        return "taken where an endpoint's lead names none that exists"
    if kind is not STAGES:
        return ""
    if name == LOST:
        return "reached from any stage"
    return {0: "where a form stands that was begun", 1: "where leads arrive"}.get(position, "")
