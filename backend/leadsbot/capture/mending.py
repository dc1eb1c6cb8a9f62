"""A batch that isn't as it must be, without what is wrong with it: one bad event takes no other with it, and a
submission is brought into bounds, since it is a lead.

Nothing that our widget says comes here. What is only counted is left out rather than guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from leadsbot.capture import wire
from leadsbot.ids import derived_id

Json = dict[str, Any]

_ID: Final = re.compile(wire.UUID)
_CONFIRMATIONS: Final = ("attempted", "confirmed")
# What a batch can do without.
_SPARED: Final[Mapping[str, Any]] = {
    "first": wire.Touch | None,
    "last": wire.Touch | None,
    "device": wire.Hints,
    "consent": bool | None,
    "settings": bool | None,
}
_MEASURES: Final[Mapping[str, Any]] = {
    "wait": wire.Span | None,
    "begun": wire.Count | None,
    "met": wire.Count | None,
    "stats": list[wire.FieldStat] | None,
}


def mended(raw: bytes) -> wire.Batch | None:
    """Read what can be read of a batch; None where no event is left, or nobody could tell whose it is."""
    told = msgspec.json.decode(raw)
    if not isinstance(told, dict) or not isinstance(told.get("events"), list):
        return None
    whole = {name: value for name, value in told.items() if name not in _SPARED or _fits(value, _SPARED[name])}
    whole |= {
        "sent": _time(told.get("sent"), None),
        "visit": _visit(told.get("visit")),
        "page": _page(told.get("page")),
    }
    events = [_event(one, number, whole) for number, one in enumerate(told["events"])]
    whole["events"] = _first([event for event in events if event is not None])
    return msgspec.convert(whole, wire.Batch) if _fits(whole, wire.Batch) else None


def _event(said: object, number: int, whole: Json) -> Json | None:
    """Give an event as it stands, or mended; None for one that is left out."""
    if not isinstance(said, dict):
        return None
    if _fits(said, wire.Event):
        return said
    meant = said.get("type")
    made = _submit(said, number, whole) if meant == "submit" else _identify(said) if meant == "identify" else None
    return made if made is not None and _fits(made, wire.Event) else None


def _first(events: list[Json]) -> list[Json]:
    """Give as many as a batch may hold, in their order: leads before what is only counted."""
    spare = wire.MAX_EVENTS - sum(map(_is_lead, events))
    kept = []
    for event in events:
        if not _is_lead(event):
            spare -= 1
        if _is_lead(event) or spare >= 0:
            kept.append(event)
    return kept[: wire.MAX_EVENTS]


def _is_lead(event: Json) -> bool:
    return event["type"] in ("submit", "identify")


def _submit(said: Json, number: int, whole: Json) -> Json | None:
    fields = _fields(said.get("fields"))
    if not fields:
        return None
    own = derived_id("submit", str(whole.get("id")), str(number))
    sent = whole["sent"] or 0
    form = said["form"] if isinstance(said.get("form"), dict) else {}
    return {
        "type": "submit",
        "id": _id(said.get("id"), own),
        "session": _id(said.get("session"), own),
        "seq": _number(said.get("seq"), wire.MAX_COUNT, 0),
        "form": {
            "key": _text(form.get("key"), wire.MAX_NAME) or "form",
            "name": _text(form.get("name"), wire.MAX_NAME),
        },
        "start": _time(said.get("start"), sent),
        "at": _time(said.get("at"), sent),
        "percent": _number(said.get("percent"), 100, 100),
        "done": _number(said.get("done"), wire.MAX_COUNT, 0),
        "total": _number(said.get("total"), wire.MAX_COUNT, 0),
        "tries": _number(said.get("tries"), wire.MAX_COUNT, 0),
        "last": _text(said.get("last"), wire.MAX_NAME),
        "url": _text(said.get("url"), wire.MAX_TEXT),
        "fields": fields,
        "confirmation": said["confirmation"] if said.get("confirmation") in _CONFIRMATIONS else "attempted",
        **{name: said[name] for name, kind in _MEASURES.items() if name in said and _fits(said[name], kind)},
    }


def _fields(said: object) -> list[Json]:
    """Give the fields that hold something, and as many of them as a form may have."""
    told = [one for one in said if isinstance(one, dict)] if isinstance(said, list) else []
    fields = [_field(one) for one in told]
    return [one for one in fields if one["value"]][: wire.MAX_FIELDS]


def _field(said: Json) -> Json:
    texts = {name: _text(said.get(name), wire.MAX_NAME) for name in ("name", "label")}
    kind, means = _text(said.get("type"), wire.MAX_NAME) or "text", _text(said.get("means"), wire.MAX_NAME) or None
    return {**texts, "type": kind, "means": means, "value": _text(said.get("value"), wire.MAX_VALUE)}


def _identify(said: Json) -> Json | None:
    values = said["values"] if isinstance(said.get("values"), dict) else {}
    kept = {name[: wire.MAX_NAME]: _text(value, wire.MAX_VALUE) for name, value in values.items()}
    few = [(name, value) for name, value in kept.items() if value][: wire.MAX_FIELDS]
    return {"type": "identify", "at": _time(said.get("at"), 0), "values": dict(few)} if few else None


def _visit(said: object) -> object:
    return {**said, "at": _time(said.get("at"), 0)} if isinstance(said, dict) else said


def _page(said: object) -> Json:
    told = said if isinstance(said, dict) else {}
    return {name: _text(told.get(name), wire.MAX_TEXT) for name in ("url", "title", "ref")}


def _text(said: object, most: int) -> str:
    if isinstance(said, bool) or not isinstance(said, str | int | float):
        return ""
    return str(said)[:most]


def _number(said: object, most: int, otherwise: int) -> int:
    if isinstance(said, bool) or not isinstance(said, int | float):
        return otherwise
    return int(max(0, min(said, most)))


def _time(said: object, otherwise: int | None) -> int | None:
    if isinstance(said, bool) or not isinstance(said, int | float):
        return otherwise
    return _number(said, wire.MAX_TIME, 0)


def _id(said: object, otherwise: str) -> str:
    return said if isinstance(said, str) and _ID.match(said) else otherwise


def _fits(said: object, kind: Any) -> bool:
    try:
        msgspec.convert(said, kind)
    except msgspec.ValidationError:
        return False
    return True
