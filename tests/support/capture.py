"""What a page sends to the capture doors, and a client that speaks ASGI to them without a socket."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from leadsbot import clock
from leadsbot.app import PUBLIC
from leadsbot.capture.edge import App, Receive, Scope, Send, front
from leadsbot.capture.script import script_doors
from leadsbot.capture.widget import PREFIX, WidgetDoor
from leadsbot.db import Database, Tx
from tests.support.services import put_together

Json = dict[str, Any]

FORM: Json = {"key": "contact", "name": "Contact us"}
DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"


def new_uuid() -> str:
    return str(uuid.uuid4())


def email_field(value: str, **more: Any) -> Json:
    return {"name": "email", "label": "Your e-mail", "type": "email", "means": "email", "value": value, **more}


def text_field(name: str, value: str, **more: Any) -> Json:
    return {"name": name, "label": name.capitalize(), "type": "text", "value": value, **more}


def view(form: Json = FORM) -> Json:
    return {"type": "view", "form": form, "at": clock.now()}


def progress(session: str, seq: int = 1, **changes: Any) -> Json:
    now = clock.now()
    event = {"type": "progress", "session": session, "seq": seq, "form": FORM, "start": now - 9_000, "at": now}
    return {**event, "percent": 40, "done": 2, "total": 5, "last": "Email", **changes}


def submit(*fields: Json, session: str | None = None, seq: int = 9, **changes: Any) -> Json:
    event = progress(session or new_uuid(), seq, type="submit", percent=100, done=5)
    return {**event, "id": new_uuid(), "fields": list(fields), "confirmation": "attempted", **changes}


def identify(**values: Any) -> Json:
    return {"type": "identify", "at": clock.now(), "values": values}


def stage(name: str, **data: Any) -> Json:
    return {"type": "stage", "at": clock.now(), "name": name, "data": data}


def audit(**changes: Any) -> Json:
    forms = [{"key": "contact", "name": "Contact us", "as": "lead"}]
    return {"type": "audit", "at": clock.now(), "forms": forms, "missed": [], **changes}


def batch(*events: Json, visit: str | None = None, **changes: Any) -> Json:
    now = clock.now()
    return {
        "v": 1,
        "id": new_uuid(),
        "sent": now,
        "visit": {"id": visit or new_uuid(), "at": now - clock.MINUTE},
        "page": {"url": "https://lindenhof.example/contact", "title": "Contact", "ref": ""},
        "device": {"w": 1280, "h": 800, "touch": False, "lang": "de-AT", "tz": "Europe/Vienna"},
        "events": list(events),
        **changes,
    }


@dataclass(slots=True)
class Answer:
    """A response, its header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(slots=True)
class Page:
    """A page at `origin`, whose browser talks to `app` from the address `peer`."""

    app: App
    token: str
    origin: str | None = "https://lindenhof.example"
    peer: str = "203.0.113.7"
    headers: Mapping[str, str] = field(default_factory=dict)

    async def send(self, *events: Json, **changes: Any) -> Answer:
        return await self.post(batch(*events, **changes))

    async def post(self, body: Json | bytes, **headers: str) -> Answer:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return await self.request("POST", f"{PREFIX}{self.token}/events", raw, **headers)

    async def settings(self, **headers: str) -> Answer:
        return await self.request("GET", f"{PREFIX}{self.token}", **headers)

    async def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Header names in Python's spelling: `accept_encoding`; `content_length=""` sends the body without one."""
        given = {"user-agent": DESKTOP, "content-length": str(len(body)), **self.headers}
        if self.origin is not None:
            given["origin"] = self.origin
        given.update({name.replace("_", "-"): value for name, value in headers.items()})
        pairs = [(name.encode(), value.encode()) for name, value in given.items() if value]
        return await exchange(self.app, method, path, pairs, [body], self.peer)


async def exchange(
    app: App,
    method: str,
    path: str,
    headers: list[tuple[bytes, bytes]],
    chunks: list[bytes],
    peer: str = "203.0.113.7",
    query: bytes = b"",
) -> Answer:
    """Send one request whose body comes in `chunks`."""
    left = [{"type": "http.request", "body": part, "more_body": n < len(chunks)} for n, part in enumerate(chunks, 1)]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return left.pop(0) if left else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "query_string": query, "headers": headers}
    await app({**scope, "client": (peer, 4711)}, receive, send)
    start = sent[0]
    names = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answer(start["status"], names, b"".join(message.get("body", b"") for message in sent[1:]))


async def nothing_behind(scope: Scope, receive: Receive, send: Send) -> None:
    """Stands where Litestar does: whatever the doors leave to it is a 418."""
    await send({"type": "http.response.start", "status": 418, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def edge(database: Database, **settings: str) -> AsyncIterator[App]:
    """Open the capture doors on `database`; keyword arguments are settings without their prefix, in lower case."""
    services = put_together(database, {"allow_private_targets": "1", **settings})
    yield front({PREFIX: WidgetDoor(services), **script_doors(PUBLIC)}, nothing_behind)
    await services.outbound.aclose()


async def change_site(database: Database, **columns: Any) -> None:
    """Set columns of every site there is."""

    async def unit(tx: Tx) -> None:
        for column, value in columns.items():
            await tx.execute(f"UPDATE sites SET {column} = $1", value)

    await database.write(unit)
