"""A lead's thread in people's words, from the first touch to the last delivery."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from leadsbot.attribution import attribute
from leadsbot.channels.base import plain
from leadsbot.dashboard import words
from leadsbot.dashboard.shown.deliveries import Destinations, delivery_view, destinations
from leadsbot.dashboard.views import Entry, Stage
from leadsbot.db import Database
from leadsbot.db.paging import MAX_LIMIT
from leadsbot.leads import timeline
from leadsbot.leads.filters import ms_of
from leadsbot.leads.touches import touch_of
from leadsbot.routing import deliveries

Row = Mapping[str, Any]
Pipeline = tuple[str, ...]

# How a submission that names no form came in.
_WAYS = {"endpoint": "to an endpoint", **dict.fromkeys(("public", "v1", "inbound", "postback"), "over the API")}
# Doors that need no mention: the thread says what came in beside it.
_DOORS = frozenset({"widget", "html_form"})
_FILE = "import"


async def thread(database: Database, lead: Row, pipeline: Pipeline) -> tuple[Entry, ...]:
    """Give the thread of a lead's row, oldest first."""
    workspace_id = lead["workspace_id"]
    sent = await deliveries.list_deliveries(database, workspace_id, lead_id=lead["id"], limit=MAX_LIMIT)
    entries = await timeline.timeline(database, dict(lead))
    turns = await deliveries.positions(database, workspace_id, lead["id"])
    rows = sorted(sent.rows, key=lambda row: turns.get(row["id"], 0))
    entries += [timeline.Entry("delivery", ms_of(row["created_at"]), row) for row in rows]
    teller = _Teller(pipeline, await destinations(database, workspace_id))
    return tuple(teller.told(entry) for entry in timeline.in_order(entries))


class _Teller:
    """Says each kind of entry in a sentence."""

    def __init__(self, pipeline: Pipeline, places: Destinations) -> None:
        self._pipeline = pipeline
        self._places = places
        self._submissions = 0
        self._ways: Mapping[str, Callable[[int, Row], Entry]] = {
            "touch": self._touch,
            "started": self._started,
            "abandoned": self._abandoned,
            "submitted": self._submitted,
            "stage": self._stage,
            "assigned": self._assigned,
            "spam": self._spam,
            "snoozed": self._snoozed,
            "note": self._note,
            "delivery": self._delivery,
        }

    def told(self, entry: timeline.Entry) -> Entry:
        return self._ways[entry.kind](entry.at, entry.data)

    def _touch(self, at: int, data: Row) -> Entry:
        touch = touch_of(data["touch"])
        if touch is None:
            return Entry("touch", at, "First visit")
        source = words.source(attribute(touch.url, touch.ref, touch.utm, touch.ids).source)
        return Entry("touch", at, f"First visit from {source}" if source else "First visit", words.short(touch.url))

    def _started(self, at: int, data: Row) -> Entry:
        return Entry("started", at, f"Began “{data['form_name']}”" if data["form_name"] else "Began a form")

    def _abandoned(self, at: int, data: Row) -> Entry:
        last = f", last at “{data['last_field']}”" if data["last_field"] else ""
        return Entry("abandoned", at, f"Left “{data['form_name']}” at {data['completion_percent']} %{last}")

    def _submitted(self, at: int, data: Row) -> Entry:
        """Tell of a submission; what a later one said is told in full, since the lead above shows the first."""
        self._submissions += 1
        again = self._submissions > 1
        fields = [field for field in data["fields"] if isinstance(field, dict)]
        said = [f"{field.get('label') or field.get('name')}: {plain(field.get('value'))}" for field in fields]
        title = f"{'Sent' if not again else 'Sent again:'} {_what(data)}"
        if data["door"] == _FILE:
            title = "Imported from a file"
        return Entry("submitted", at, title, "\n".join(said) if again else "")

    def _stage(self, at: int, data: Row) -> Entry:
        title = "Moved to" if data["from_stage"] else "Stage set to"
        by = "" if data["by"] in _DOORS else data["by"]
        return Entry("stage", at, title, by=by, stage=Stage.of(data["to_stage"], self._pipeline))

    def _assigned(self, at: int, data: Row) -> Entry:
        """Tell whose it became; who took it for themselves is named once."""
        if data["to"] is None:
            return Entry("assigned", at, "Given back: nobody's now", by=data["by"])
        if data["email"] and data["email"] == data["by"]:
            return Entry("assigned", at, "Claimed", by=data["by"])
        return Entry("assigned", at, f"Given to {data['email'] or 'somebody who has left'}", by=data["by"])

    def _spam(self, at: int, data: Row) -> Entry:
        return Entry("spam", at, "Marked as spam" if data["spam"] else "Taken back from the spam", by=data["by"])

    def _snoozed(self, at: int, data: Row) -> Entry:
        if not data["until"]:
            return Entry("snoozed", at, "Snooze ended", by=data["by"])
        return Entry("snoozed", at, "Snoozed until", by=data["by"], until=ms_of(data["until"]))

    def _note(self, at: int, data: Row) -> Entry:
        return Entry("note", at, "Note", data["text"], by=data["by"])

    def _delivery(self, at: int, data: Row) -> Entry:
        return Entry("delivery", at, "", delivery=delivery_view(data, self._places))


def _what(data: Row) -> str:
    if data["form_name"]:
        return f"“{data['form_name']}”"
    return _WAYS.get(data["door"], f"“{data['door']}”")
