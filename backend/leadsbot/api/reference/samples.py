"""A call as code: for curl, fetch, Python and PHP, made of the one example that the description holds."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from msgspec import Struct

from leadsbot.api.reference.call import FORM, JSON

SAMPLE_KEY = "lb_YOUR_API_KEY"
NAMES = {"curl": "curl", "fetch": "JavaScript", "python": "Python", "php": "PHP"}
_INDENT = "    "
_SHORT = 60


class Asked(Struct, frozen=True):
    """A request to be shown. `body` is an object for JSON and forms, else a text."""

    method: str
    url: str
    key: str | None
    kind: str = JSON
    body: Any = None

    def headers(self) -> dict[str, str]:
        told = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return told if self.body is None or self.kind == FORM else {**told, "Content-Type": self.kind}


def asked(call: Any, base: str, key: str | None, ids: Mapping[str, str], query: Mapping[str, str]) -> Asked:
    """Fill in a call's path and query. `ids` gives what stands in braces."""
    path = call.path
    for name in call.path_names:
        path = path.replace(f"{{{name}}}", quote(ids[name], safe=""))
    tail = f"?{urlencode(query)}" if query else ""
    return Asked(call.method, f"{base}{path}{tail}", key if call.keyed else None, call.kind, call.example)


def samples(request: Asked) -> dict[str, str]:
    """Give the code by language, in the order in which it is shown."""
    return {"curl": curl(request), "fetch": fetch(request), "python": python(request), "php": php(request)}


def curl(request: Asked) -> str:
    lines = [f"curl -X {request.method} {shlex.quote(request.url)}"]
    lines += [f"-H {_quoted(f'{name}: {value}')}" for name, value in request.headers().items()]
    if request.body is not None and request.kind == FORM:
        lines += [f"--data-urlencode {shlex.quote(f'{name}={value}')}" for name, value in request.body.items()]
    elif request.body is not None:
        lines.append(f"--data-binary {shlex.quote(_text(request, 2))}")
    return " \\\n     ".join(lines)


def fetch(request: Asked) -> str:
    options = [f'method: "{request.method}"']
    if headers := request.headers():
        told = ", ".join(f"{_js_name(name)}: {_json(value)}" for name, value in headers.items())
        options.append(f"headers: {{ {told} }}")
    if request.body is not None:
        made = {JSON: "JSON.stringify", FORM: "new URLSearchParams"}.get(request.kind)
        body = _under(_json(request.body, 2), "  ") if made else _json(request.body)
        options.append(f"body: {made}({body})" if made else f"body: {body}")
    told = "".join(f"  {option},\n" for option in options)
    return (
        f"const answer = await fetch({_json(request.url)}, {{\n{told}}});\n"
        "console.log(answer.status, await answer.text());"
    )


def python(request: Asked) -> str:
    told = [f'"{request.url}"']
    if headers := request.headers():
        told.append(f"headers={json.dumps({n: v for n, v in headers.items() if v != JSON}, ensure_ascii=False)}")
    if request.body is not None and request.kind == JSON:
        told.append(f"json={_under(_python(request.body), _INDENT)}")
    elif request.body is not None:
        told.append(f"data={_under(_python(request.body), _INDENT)}")
    arguments = "".join(f"{_INDENT}{one},\n" for one in [one for one in told if one != "headers={}"])
    return (
        f"import requests\n\nanswer = requests.{request.method.lower()}(\n{arguments}{_INDENT}timeout=10,\n)\n"
        "print(answer.status_code, answer.text)"
    )


def php(request: Asked) -> str:
    options = [f"CURLOPT_CUSTOMREQUEST => {_php(request.method)}", "CURLOPT_RETURNTRANSFER => true"]
    if headers := request.headers():
        told = ", ".join(_php(f"{name}: {value}") for name, value in headers.items())
        options.append(f"CURLOPT_HTTPHEADER => [{told}]")
    if request.body is not None:
        made = {JSON: "json_encode", FORM: "http_build_query"}.get(request.kind)
        body = _under(_php(request.body), _INDENT)
        options.append(f"CURLOPT_POSTFIELDS => {made}({body})" if made else f"CURLOPT_POSTFIELDS => {body}")
    told = "".join(f"{_INDENT}{option},\n" for option in options)
    return (
        f"<?php\n$request = curl_init({_php(request.url)});\ncurl_setopt_array($request, [\n{told}]);\n"
        "$answer = curl_exec($request);\necho curl_getinfo($request, CURLINFO_RESPONSE_CODE), ' ', $answer;"
    )


def _text(request: Asked, indent: int) -> str:
    return _json(request.body, indent) if request.kind == JSON else str(request.body)


def _json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _quoted(text: str) -> str:
    """Quote for a shell, in double quotes where nothing in the text means something there."""
    return f'"{text}"' if not set(text) & set('"$`\\!') else shlex.quote(text)


def _js_name(name: str) -> str:
    return name if name.isidentifier() else _json(name)


def _python(value: Any) -> str:
    return _written(value, _PYTHON)


def _php(value: Any) -> str:
    return _written(value, _PHP)


def _php_text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


class _Style(Struct, frozen=True):
    """How a language writes a literal: brackets of an object, what joins a name and its value, words and texts."""

    opens: str
    closes: str
    joins: str
    words: Mapping[Any, str]
    text: Callable[[str], str]


_PYTHON = _Style("{", "}", ": ", {None: "None", True: "True", False: "False"}, _json)
_PHP = _Style("[", "]", " => ", {None: "null", True: "true", False: "false"}, _php_text)


def _written(value: Any, style: _Style, depth: int = 0) -> str:
    if isinstance(value, str):
        return style.text(value)
    if isinstance(value, bool) or value is None:
        return style.words[value]
    if not isinstance(value, dict | list):
        return str(value)
    if isinstance(value, dict):
        items = [f"{style.text(name)}{style.joins}{_written(one, style, depth + 1)}" for name, one in value.items()]
        opens, closes = style.opens, style.closes
    else:
        items = [_written(one, style, depth + 1) for one in value]
        opens, closes = "[", "]"
    if all("\n" not in item for item in items) and sum(map(len, items)) < _SHORT:
        return f"{opens}{', '.join(items)}{closes}"
    inner = _INDENT * (depth + 1)
    return f"{opens}\n" + "".join(f"{inner}{item},\n" for item in items) + _INDENT * depth + closes


def _under(text: str, indent: str) -> str:
    """Indent all lines but the first."""
    return text.replace("\n", f"\n{indent}")
