"""One channel's settings as its page shows them: as they are stored, or as somebody has typed them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from leadsbot.channels.base.fields import ConfigField, fields_of, steps_of
from leadsbot.conditions.check import MAX_CONDITIONS
from leadsbot.conditions.fields import MAX_FIELD
from leadsbot.dashboard import channel_form, channel_words
from leadsbot.dashboard.channel_form import CONFIG
from leadsbot.dashboard.posted import Posted
from leadsbot.dashboard.shown.channels import channel_view
from leadsbot.dashboard.shown.leads import pipeline_of
from leadsbot.dashboard.views import ChannelSettings, EventChoice, Form, Preview, Question
from leadsbot.db import Database
from leadsbot.db.paging import Slice
from leadsbot.errors import InvalidInput
from leadsbot.leads.source_editing import list_sources
from leadsbot.routing import kinds, options, template_preview
from leadsbot.routing.destination import open_config
from leadsbot.routing.present import masked
from leadsbot.services import Services

Row = dict[str, Any]

_BLANK_ROWS = 2
_LATEST = 50
_OFFERED = 50


async def stored_view(services: Services, row: Row) -> ChannelSettings:
    """Give the page of a channel as it is. Raises Undecipherable where its config can't be read."""
    fields = fields_of(services.channels[row["kind"]])
    config = open_config(services.vault, row["config"])
    set_to = options.read(row["options"])
    filter = msgspec.json.decode(row["filter"], type=Row)
    rows = channel_form.rows_of(filter)
    events = msgspec.json.decode(row["events"], type=list[str])
    hours = set_to.quiet_hours or options.QuietHours()
    values = {
        "name": row["name"],
        **{CONFIG + field.name: _typed(field, config) for field in fields},
        "which": "own" if events else "usual",
        "match": rows[0] if rows else "all",
        "filter_as": "rows" if rows else "json",
        "json": "" if rows else channel_form.pretty(filter),
        "quiet_start": hours.start or "",
        "quiet_end": hours.end or "",
        "digest": set_to.digest,
        "template": set_to.template,
        "escalate_after_minutes": str(set_to.escalate_after_minutes or ""),
    }
    return await _view(
        services, row, Form(values, {}), rows[1] if rows else [], events, hours.days_off, set_to.summaries
    )


async def typed_view(
    services: Services, row: Row, posted: Posted, errors: Mapping[str, str], asked: str = "save"
) -> ChannelSettings:
    """Give the page with what was typed, and what is wrong with it. `asked` for `more`, it has more rows for the
    filter, for `json` or `rows`, the filter written that way."""
    errors = dict(errors)
    values = posted.values()
    if asked == "json":
        values |= {"filter_as": "json", "json": channel_form.as_json(posted)}
    rows = channel_form.as_rows(posted, errors) if asked == "rows" else None
    if rows:
        values |= {"filter_as": "rows", "match": rows[0]}
    questions = (
        rows[1]
        if rows
        else [
            Question(one.field, one.op, one.value, errors.get(f"row-{place}", ""))
            for place, one in enumerate(channel_form.questions(posted))
        ]
    )
    while asked != "more" and questions and questions[-1] == Question(op=questions[-1].op):
        questions.pop()
    form = Form(values, errors)
    chosen = (posted.all("events"), posted.all("days_off"), posted.all("summaries"))
    return await _view(services, row, form, questions, *chosen)


async def preview_of(services: Services, workspace_id: str, template: str) -> Preview:
    """Give what a template says for the latest lead, or what is wrong with it."""
    try:
        tried = await template_preview.preview(services, workspace_id, template)
    except InvalidInput as error:
        return Preview(error=error.message)
    title, _, text = tried.text.partition("\n")
    of = f"for {tried.lead_name}, your latest lead" if tried.lead_id else "for a made-up lead, until you have one"
    return Preview(title, text.strip("\n"), of, not template.strip(), tried.cut, tried.error or "")


async def _view(
    services: Services,
    row: Row,
    form: Form,
    questions: Sequence[Question],
    events: Sequence[str],
    days_off: Sequence[str],
    summaries: Sequence[str],
) -> ChannelSettings:
    usual = kinds.default_events(row["kind"])
    channel = services.channels[row["kind"]]
    ticked = events or usual
    blank = [Question()] * min(_BLANK_ROWS, MAX_CONDITIONS - len(questions))
    return ChannelSettings(
        channel=await channel_view(services, row),
        form=form,
        fields=fields_of(channel),
        steps=steps_of(channel),
        events=tuple(EventChoice(type, words, type in ticked) for type, (words, _) in channel_words.EVENTS.items()),
        usual_events=channel_words.events_in_words(usual),
        questions=(*questions, *blank),
        preview=await preview_of(services, row["workspace_id"], form.values.get("template", "")),
        in_json=form.values.get("filter_as") == "json",
        days_off=frozenset(days_off),
        summaries=frozenset(summaries),
        own_fields=await _own_fields(services.database, row["workspace_id"]),
        known_values=await _known_values(services.database, row["workspace_id"]),
        escalates="escalate_after_minutes" not in kinds.lacks(row["kind"]),
    )


async def _own_fields(database: Database, workspace_id: str) -> tuple[str, ...]:
    """Give what the forms of late asked for by a name of their own, as a filter names it."""
    rows = await database.fetch(
        "SELECT custom_data FROM leads WHERE workspace_id = $1 AND deleted_at IS NULL"
        f" ORDER BY created_at DESC, id DESC LIMIT {_LATEST}",
        workspace_id,
    )
    found = {f"custom_data.{name}": None for row in rows for name in msgspec.json.decode(row["custom_data"], type=Row)}
    return tuple(name for name in found if len(name) <= MAX_FIELD)[:_OFFERED]


async def _known_values(database: Database, workspace_id: str) -> tuple[str, ...]:
    """Give the names of stages and sources."""
    sources = (await list_sources(database, workspace_id, Slice(_OFFERED))).rows
    return (*await pipeline_of(database, workspace_id), *(source["name"] for source in sources))


def _typed(field: ConfigField, config: Row) -> str:
    value = config.get(field.name)
    if isinstance(value, list):
        return "\n".join(map(str, value))
    return "" if value is None else str(masked(field.name, value))
