"""The OpenAPI description as it is served: what the code declares, completed by what `calls/` say.

Left out are the dashboard's pages, which are for people.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
from litestar import Litestar
from litestar.routes import HTTPRoute

from leadsbot.api.keyed import MANAGE, check_key
from leadsbot.api.reference.call import Call, Parameter, every_call
from leadsbot.api.reference.shapes.common import Problem

Json = dict[str, Any]
Scopes = tuple[str, ...]

REF: Final = "#/components/schemas/{name}"
METHODS: Final = ("get", "post", "put", "patch", "delete")
PUBLIC: Final = ("api", "f", "health", "metrics", "widget.js")
# What any call may answer, and any with a key besides.
ANY_TIME: Final = (400, 500, 503)
WITH_KEY: Final = (401, 403)
REFUSED: Final = {
    400: "The body or a parameter isn't as it must be; `fields` names what is wrong.",
    401: "There is no key, or none that is known and valid.",
    403: "The key lacks the scope; at a public door: the origin, the address or the CAPTCHA was refused.",
    404: "There is no such thing in this workspace.",
    405: "This address doesn't take that method; `Allow` names those it takes.",
    409: "It stands against what is there, or the `Idempotency-Key` came with another body before.",
    413: "The body is too large.",
    415: "The body is of another kind than this address takes.",
    429: "Over a limit; `Retry-After` says in how many seconds to try again.",
    500: "Something broke here; `request_id` finds it in the log.",
    503: "The database can't take it now; nothing was stored. `Retry-After` says when to try again.",
}
_IDEMPOTENCY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and body within 24 hours get the first answer again, and nothing is made twice.",
    "schema": {"type": "string", "pattern": "^[ -~]{1,255}$"},
}


def describe(app: Litestar) -> Json:
    """Give the whole description of what programs may call."""
    told = app.openapi_schema.to_schema()
    calls = every_call()
    schemas = _Schemas(calls.values())
    scopes = scopes_of(app)
    paths: dict[str, Json] = {path: item for path, item in told["paths"].items() if path.split("/")[1] in PUBLIC}
    for door, call in calls.items():
        if not call.summary and call.method.lower() not in paths.get(call.path, {}):
            continue
        operation = paths.setdefault(call.path, {}).setdefault(call.method.lower(), _by_hand(call))
        _complete(operation, call, schemas, scopes.get(door))
    for path, item in paths.items():
        for method in METHODS:
            if method in item and f"{method.upper()} {path}" not in calls:
                _complete(item[method], None, schemas, scopes.get(f"{method.upper()} {path}"))
    return {**told, "paths": dict(sorted(paths.items())), "components": _components(told, schemas)}


def scopes_of(app: Litestar) -> dict[str, Scopes]:
    """Give the scopes of which each keyed call needs one, by its door."""
    return {
        f"{method} {route.path_format}": (handler.opt.get("scope", MANAGE), *handler.opt.get("or", ()))
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods
        if check_key in handler.resolve_guards()
    }


class _Schemas:
    """The JSON schemas of every type that calls name."""

    def __init__(self, calls: Any) -> None:
        found = [kind for call in calls for kind in (call.body, call.answer) if kind is not None]
        self.types = list({repr(kind): kind for kind in (Problem, *found)}.values())
        made, self.components = msgspec.json.schema_components(self.types, ref_template=REF)
        self._by_type = {repr(kind): schema for kind, schema in zip(self.types, made, strict=True)}

    def of(self, kind: Any) -> Json:
        return self._by_type[repr(kind)]


def _by_hand(call: Call) -> Json:
    """Begin an operation that Litestar doesn't route, or doesn't describe."""
    return {
        "tags": [call.tag],
        "summary": call.summary,
        "operationId": call.door.replace("/", "_").replace("{", "").replace("}", "").replace(" ", ""),
        "responses": {},
    }


def _complete(operation: Json, call: Call | None, schemas: _Schemas, scopes: Scopes | None) -> None:
    if call is None:
        call = Call(door="", keyed=scopes is not None)
    if scopes is not None:
        operation["security"] = [{name: [scope]} for scope in scopes for name in ("bearer", "header")]
    else:
        operation.pop("security", None)
    if call.tag:
        operation["tags"] = [call.tag]
    operation.pop("deprecated", None)
    if call.says:
        operation["description"] = call.says
    told = {(one.name, one.where) for one in call.parameters}
    parameters = [one for one in operation.get("parameters", []) if (one["name"], one["in"]) not in told]
    parameters += [_parameter(one) for one in call.parameters]
    if call.idempotent or (call.method == "POST" and scopes is not None):
        parameters.append(_IDEMPOTENCY)
    if parameters:
        operation["parameters"] = [_plain(one) for one in parameters]
    _complete_body(operation, call, schemas)
    _complete_answers(operation, call, schemas, scopes)


def _parameter(one: Parameter) -> Json:
    return {
        "name": one.name,
        "in": one.where,
        "required": one.required,
        "description": one.says,
        "schema": {"type": "string", **({"format": one.format} if one.format else {})},
    }


def _plain(parameter: Json) -> Json:
    """Leave out what says only that nothing is special."""
    return {name: value for name, value in parameter.items() if value is not False or name == "required"}


def _complete_body(operation: Json, call: Call, schemas: _Schemas) -> None:
    if call.body is not None:
        operation["requestBody"] = {"required": True, "content": {call.kind: {"schema": schemas.of(call.body)}}}
    if call.example is not None and "requestBody" in operation:
        for content in operation["requestBody"]["content"].values():
            content["example"] = call.example


def _complete_answers(operation: Json, call: Call, schemas: _Schemas, scopes: Scopes | None) -> None:
    declared = operation.get("responses", {})
    good = call.answers or tuple(int(status) for status in declared if int(status) < 400)
    answers = {str(status): _answer(status, call, declared.get(str(status), {}), schemas) for status in good}
    refused = {*ANY_TIME, *call.refusals, *(WITH_KEY if scopes is not None else ())}
    if call.method == "POST" and scopes is not None:
        refused.add(HTTPStatus.CONFLICT.value)
    answers |= {str(status): {"$ref": f"#/components/responses/Refused{status}"} for status in sorted(refused)}
    operation["responses"] = answers


def _answer(status: int, call: Call, declared: Json, schemas: _Schemas) -> Json:
    said: Json = {"description": HTTPStatus(status).phrase}
    if call.answer is not None:
        said["content"] = {call.answer_kind: {"schema": schemas.of(call.answer)}}
    elif "content" in declared and status != HTTPStatus.NO_CONTENT:
        said["content"] = declared["content"]
    return said


def _components(told: Mapping[str, Any], schemas: _Schemas) -> Json:
    components = dict(told.get("components", {}))
    shape = REF.format(name=Problem.__name__)
    components["schemas"] = {**components.get("schemas", {}), **schemas.components}
    components["responses"] = {
        f"Refused{status}": {"description": why, "content": {"application/json": {"schema": {"$ref": shape}}}}
        for status, why in REFUSED.items()
    }
    return components
