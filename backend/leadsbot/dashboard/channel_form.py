"""What a channel's settings may say, checked part by part, so that each field is told what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from leadsbot.channels.base.fields import ConfigField
from leadsbot.conditions import UNVALUED
from leadsbot.conditions.check import MAX_CONDITIONS
from leadsbot.dashboard.channel_words import field_of, label_of
from leadsbot.dashboard.posted import Posted
from leadsbot.dashboard.views.channels import Question
from leadsbot.errors import InvalidInput
from leadsbot.routing import inputs, options, templates
from leadsbot.routing.wants import as_conditions, check_filter

CONFIG: Final = "config-"
_LISTED = ("in", "not_in")

Values = dict[str, Any]
Errors = dict[str, str]


def config_of(posted: Posted, fields: Sequence[ConfigField], prefix: str = CONFIG) -> Values:
    """Give what was posted of a config; what was left empty is None."""
    config: Values = {}
    for field in fields:
        name = prefix + field.name
        config[field.name] = _lines(posted, name) if field.kind == "lines" else posted.text(name) or None
    return config


def _lines(posted: Posted, name: str) -> list[str]:
    """Give a list, one entry a line; commas are taken as well."""
    return [one.strip() for one in posted.text(name).replace(",", "\n").split("\n") if one.strip()]


def read(posted: Posted, fields: Sequence[ConfigField], stored: Mapping[str, Any]) -> tuple[Values, Errors]:
    """Give the changes to a channel that were posted, and a sentence for each field that is wrong; its config is
    checked by whoever stores it. `stored` is its filter as it stands; one that means the same stays as it is."""
    values: Values = {"config": config_of(posted, fields)}
    errors: Errors = {}
    for name, take in (("name", _name), ("events", _events)):
        try:
            values[name] = take(posted)
        except InvalidInput as error:
            errors[name] = error.message
    filter = _filter(posted, errors)
    if filter is not None and filter != as_conditions(stored):
        values["filter"] = filter
    values["options"] = _options(posted, errors)
    return values, errors


def questions(posted: Posted) -> list[Question]:
    """Give the rows of the filter as they were posted."""
    columns = (posted.all("field"), posted.all("op"), posted.all("value"))
    return [Question(field.strip(), op, value) for field, op, value in zip(*columns, strict=False)][:MAX_CONDITIONS]


def rows_of(filter: Mapping[str, Any]) -> tuple[str, list[Question]] | None:
    """Give a filter as rows, and whether `all` or `any` of them; None where rows can't say it."""
    conditions = as_conditions(filter)
    match = "any" if "any" in conditions else "all"
    leaves = [conditions] if "field" in conditions else conditions.get(match, [])
    rows = [_row(leaf) for leaf in leaves]
    return None if "not" in conditions or None in rows else (match, [row for row in rows if row])


def as_json(posted: Posted) -> str:
    """Give the rows that were posted as JSON, right or wrong."""
    match = "any" if posted.text("match") == "any" else "all"
    leaves = [_leaf(row) for row in questions(posted) if row.field]
    return pretty({match: leaves}) if leaves else ""


def as_rows(posted: Posted, errors: Errors) -> tuple[str, list[Question]] | None:
    """Give the JSON that was posted as rows; where they can't say it, an error says so."""
    filter = _from_json(posted, errors)
    rows = None if filter is None else rows_of(filter)
    if filter is not None and rows is None:
        errors["json"] = "Rows can't say this: conditions within conditions stay JSON."
    return rows


def pretty(filter: Mapping[str, Any]) -> str:
    return msgspec.json.format(msgspec.json.encode(filter), indent=2).decode()


def _row(leaf: Mapping[str, Any]) -> Question | None:
    if "field" not in leaf:
        return None
    value, field = leaf.get("value", ""), label_of(leaf["field"])
    if isinstance(value, list):
        texts = [_text(one) for one in value]
        return None if any("," in text for text in texts) else Question(field, leaf["op"], ", ".join(texts))
    return Question(field, leaf["op"], _text(value))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _name(posted: Posted) -> str:
    if not posted.text("name"):
        raise InvalidInput("Give it a name.")
    return inputs.check_name(posted.text("name"))


def _events(posted: Posted) -> list[str]:
    if posted.text("which") != "own":
        return []
    chosen = inputs.check_events(posted.all("events"))
    if not chosen:
        raise InvalidInput("Choose at least one. To hear nothing for a while, turn the channel off.")
    return chosen


def _filter(posted: Posted, errors: Errors) -> Values | None:
    """Give the filter that was posted; its errors go to the row that is wrong."""
    if posted.text("filter_as") == "json":
        return _from_json(posted, errors)
    match = "any" if posted.text("match") == "any" else "all"
    leaves, places = [], []
    for place, row in enumerate(questions(posted)):
        if row.field:
            leaves.append(_leaf(row))
            places.append(place)
        elif row.value:
            errors[f"row-{place}"] = "Say which field."
    try:
        return check_filter({match: leaves}) if leaves else {}
    except InvalidInput as error:
        inside = error.fields[0].partition("[")[2].partition("]")[0]
        errors[f"row-{places[int(inside)]}" if inside.isdecimal() else "filter"] = error.message
        return None


def _leaf(row: Question) -> Values:
    field = field_of(row.field)
    if row.op in UNVALUED:
        return {"field": field, "op": row.op}
    value = row.value.strip()
    listed = [one.strip() for one in value.split(",") if one.strip()]
    return {"field": field, "op": row.op, "value": listed if row.op in _LISTED else value}


def _from_json(posted: Posted, errors: Errors) -> Values | None:
    text = posted.text("json")
    try:
        return check_filter(msgspec.json.decode(text) if text else {})
    except (msgspec.DecodeError, RecursionError):
        errors["json"] = "This isn't JSON yet. A comma or a bracket may be missing."
    except InvalidInput as error:
        path = error.fields[0] if error.fields else ""
        errors["json"] = f"{error.message} ({path})" if path != "filter" else error.message
    return None


def _options(posted: Posted, errors: Errors) -> Values:
    """Give every option that was posted; one that is as usual is None, which removes it."""
    hours: Values = {"start": posted.text("quiet_start") or None, "end": posted.text("quiet_end") or None}
    hours |= {"days_off": posted.all("days_off")}
    given: Values = {
        "quiet_hours": hours if any(hours.values()) else None,
        "digest": posted.text("digest") or None,
        "template": posted.text("template") or None,
        "escalate_after_minutes": posted.text("escalate_after_minutes") or None,
        "summaries": posted.all("summaries") or None,
    }
    for name, value in given.items():
        if value is not None:
            given[name] = _option(name, value, errors)
    return given


def _option(name: str, value: Any, errors: Errors) -> Any:
    try:
        if name == "template":
            return templates.check(value)
        if name == "escalate_after_minutes":
            value = int(value) if value.isascii() and value.isdecimal() and len(value) < 9 else 0
        return options.check({name: value}).get(name)
    except InvalidInput as error:
        errors[name] = error.message
        return None
