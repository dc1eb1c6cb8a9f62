"""The reference as people read it: the description turned into sections with examples, and those into one page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from msgspec import Struct

from leadsbot.api.reference.call import Call, every_call
from leadsbot.api.reference.codes import CODES
from leadsbot.api.reference.describing import METHODS, REFUSED
from leadsbot.api.reference.examples import example_of, resolved
from leadsbot.api.reference.samples import NAMES, SAMPLE_KEY, asked, samples
from leadsbot.api.reference.schema_words import kind_of, says

Json = Mapping[str, Any]

# The order of what is used most, with a title; a tag that isn't named here stands before the last two.
TAGS: Final = {
    "doors": "Sending leads",
    "leads": "Leads",
    "analytics": "Analytics",
    "sites": "Sites",
    "endpoints": "Endpoints",
    "forms": "Forms",
    "sessions": "Sessions",
    "hosted-forms": "Hosted forms",
    "channels": "Channels",
    "webhooks": "Webhooks",
    "deliveries": "Deliveries",
    "workspace": "Workspace",
    "stages": "Stages",
    "lead-types": "Lead types",
    "event-types": "Event types",
    "sources": "Sources",
    "keys": "Keys",
    "imports": "Imports",
    "attempts": "Attempts",
}
_LAST: Final = {"pages": "What pages load", "operations": "Running it"}
_ID: Final = "0199c3f2-7c1e-7d3a-9a52-6f0e4b1d2c3a"
_SITE: Final = "SITE_TOKEN"


class Field(Struct, frozen=True):
    """A parameter, or a field of an object."""

    name: str
    kind: str
    says: str
    required: bool = False


class Operation(Struct, frozen=True):
    """A call with all that is shown of it."""

    id: str
    method: str
    path: str
    summary: str
    says: str
    scope: str | None
    parameters: Sequence[Field]
    fields: Sequence[Field]
    body: str
    samples: Mapping[str, str]
    answers: Sequence[str]
    shape: str
    answer: str
    refusals: Sequence[int]


class Group(Struct, frozen=True):
    """The calls of a tag."""

    id: str
    title: str
    operations: Sequence[Operation]


class Shape(Struct, frozen=True):
    """An object that answers hold."""

    name: str
    says: str
    fields: Sequence[Field]
    example: str


class Book(Struct, frozen=True):
    """All that the page shows. `base` is the address of this LeadsBot."""

    base: str
    groups: Sequence[Group]
    shapes: Sequence[Shape]


def read(told: Json, base: str) -> Book:
    """Make the page's content of a description."""
    components = told["components"]["schemas"]
    by_tag: dict[str, list[Operation]] = {}
    for call, operation in _in_order(told["paths"]):
        tag = (operation.get("tags") or ["operations"])[0]
        by_tag.setdefault(tag, []).append(_operation(operation, call, components, base))
    titles = TAGS | {tag: tag.replace("-", " ").capitalize() for tag in by_tag if tag not in _LAST and tag not in TAGS}
    titles |= _LAST
    groups = [Group(tag, title, by_tag[tag]) for tag, title in titles.items() if tag in by_tag]
    named = {one.shape for group in groups for one in group.operations if one.shape}
    return Book(base, groups, [_shape(name, components) for name in sorted(named | {"Problem"})])


def _in_order(paths: Json) -> list[tuple[Call, Json]]:
    """Give each call with its operation: in the order of `calls/`, what isn't described there last."""
    calls = every_call()
    told = {
        f"{method.upper()} {path}": item[method] for path, item in paths.items() for method in METHODS if method in item
    }
    rest = {door: Call(door=door, keyed="security" in told[door]) for door in told if door not in calls}
    return [(call, told[door]) for door, call in {**calls, **rest}.items() if door in told]


def anchor(door: str) -> str:
    """Give a call's place on the page, which stays the same as long as the call does."""
    return re.sub(r"[^a-z0-9]+", "-", door.lower()).strip("-")


def sample_ids(call: Call) -> dict[str, str]:
    """Give what stands in for the ids of a call's path."""
    return {name: _SITE if name == "token" else _ID for name in call.path_names}


def _operation(told: Json, call: Call, components: Json, base: str) -> Operation:
    query = dict(call.query)
    body = _body_of(told)
    answers = [status for status in told["responses"] if int(status) < 400]
    shape, example = _answer_of(told["responses"][answers[0]], components) if answers else ("", "")
    scopes = [scope for one in told.get("security", ()) for names in one.values() for scope in names]
    code = samples(asked(call, base, SAMPLE_KEY, sample_ids(call), query)) if call.sampled else {}
    return Operation(
        id=anchor(call.door),
        method=call.method,
        path=call.path,
        summary=told.get("summary", ""),
        says=told.get("description", ""),
        scope=" or ".join(dict.fromkeys(scopes)) or None,
        parameters=[_parameter(one) for one in told.get("parameters", ())],
        fields=sorted(_fields(body, components), key=lambda field: not field.required),
        body=call.kind if body else "",
        samples=code,
        answers=answers,
        shape=shape,
        answer=example,
        refusals=[int(status) for status in told["responses"] if int(status) >= 400],
    )


def _body_of(told: Json) -> Json:
    content = told.get("requestBody", {}).get("content", {})
    return next((one["schema"] for one in content.values()), {})


def _answer_of(answer: Json, components: Json) -> tuple[str, str]:
    """Give the name of the object that an answer holds, and an example of the answer."""
    content = answer.get("content", {}).get("application/json")
    if content is None:
        return "", ""
    schema = content["schema"]
    name = schema.get("$ref", "").rpartition("/")[2]
    inner = resolved(schema, components).get("properties", {})
    if {"data", "next_cursor"} <= set(inner):
        name = inner["data"].get("items", {}).get("$ref", "").rpartition("/")[2]
    example = example_of(schema, components)
    return name, json.dumps(example, indent=2, ensure_ascii=False) if example else ""


def _parameter(told: Json) -> Field:
    where = "" if told["in"] == "query" else f" · {told['in']}"
    return Field(told["name"], kind_of(told["schema"]) + where, told.get("description", ""), bool(told.get("required")))


def _fields(schema: Json, components: Json) -> list[Field]:
    schema = resolved(schema, components)
    required = set(schema.get("required", ()))
    return [
        Field(name, kind_of(inner), says(inner), name in required)
        for name, inner in schema.get("properties", {}).items()
    ]


def _shape(name: str, components: Json) -> Shape:
    schema = components[name]
    example = json.dumps(example_of(schema, components), indent=2, ensure_ascii=False)
    return Shape(name, schema.get("description", ""), _fields(schema, components), example)


def prose(text: str) -> Markup:
    """Escape a text and show what stands in backticks as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 (escaped the line before)


def breakable(path: str) -> Markup:
    """Let a path break after its slashes."""
    return Markup(str(escape(path)).replace("/", "/<wbr>"))  # noqa: S704


ENVIRONMENT = Environment(
    loader=PackageLoader("leadsbot.api.reference", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters.update(prose=prose, breakable=breakable)


def render(book: Book, asset: Callable[[str], str], theme: str) -> str:
    """Give the whole page. `asset` gives the address of a static file by its name."""
    template = ENVIRONMENT.get_template("reference.html")
    told = {"languages": NAMES, "refused": REFUSED, "codes": CODES, "key": SAMPLE_KEY}
    return template.render(book=book, asset=asset, theme=theme, **told)
