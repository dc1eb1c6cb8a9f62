"""What visitors' pages send: sessions of nine progress events and a submission, or submissions alone."""

from __future__ import annotations

import json
import random
import time
import uuid
from collections.abc import Iterator
from typing import Any

from bench.capture.load import http

PROGRESS_PER_SUBMISSION = 9
_FIELDS = (
    ("name", "Your name", "text"),
    ("email", "Email", "email"),
    ("phone", "Phone", "tel"),
    ("message", "Message", "textarea"),
)
_AGENTS = tuple(
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{v}.0.0.0 Safari/537.36"
    for v in range(120, 140)
)


def mixed(token: str, sessions: int, rng: random.Random) -> Iterator[bytes]:
    """Give `sessions` visits' requests, ten each."""
    for _ in range(sessions):
        yield from _session(token, rng, PROGRESS_PER_SUBMISSION)


def submissions(token: str, count: int, rng: random.Random) -> Iterator[bytes]:
    for _ in range(count):
        yield from _session(token, rng, 0)


def _uuid(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _session(token: str, rng: random.Random, progresses: int) -> Iterator[bytes]:
    now = int(time.time() * 1000)
    visit, session, agent = _uuid(rng), _uuid(rng), rng.choice(_AGENTS)
    base = {"session": session, "form": {"key": "contact", "name": "Contact us"}, "start": now, "at": now, "total": 4}
    for number in range(progresses):
        done = min(4, number // 2)
        event = {"type": "progress", **base, "seq": number + 1, "percent": done * 25, "done": done, "last": "Email"}
        yield _request(token, rng, visit, agent, now, event)
    person = rng.getrandbits(40)
    values = (
        f"Ada Person{person}",
        f"ada{person}@example.com",
        "+43 1 5550100",
        "We are planning a wedding for 80 guests in May.",
    )
    fields = [
        {"name": name, "label": label, "type": kind, "means": name, "value": value}
        for (name, label, kind), value in zip(_FIELDS, values, strict=True)
    ]
    event = {
        "type": "submit",
        "id": _uuid(rng),
        **base,
        "seq": progresses + 1,
        "percent": 100,
        "done": 4,
        "last": "Message",
    }
    yield _request(token, rng, visit, agent, now, {**event, "fields": fields, "confirmation": "confirmed"})


def _request(token: str, rng: random.Random, visit: str, agent: str, now: int, event: dict[str, Any]) -> bytes:
    touch = {
        "at": now,
        "url": "https://www.example.com/?utm_source=newsletter&utm_campaign=may",
        "ref": "https://www.google.com/",
        "utm": {"source": "newsletter", "campaign": "may"},
        "ids": {},
    }
    batch = {
        "v": 1,
        "id": _uuid(rng),
        "sent": now,
        "visit": {"id": visit, "at": now},
        "page": {"url": "https://www.example.com/contact", "title": "Contact", "ref": "https://www.example.com/"},
        "first": touch,
        "last": touch,
        "device": {"w": 1440, "h": 900, "touch": False, "lang": "de-AT", "tz": "Europe/Vienna"},
        "events": [event],
    }
    headers = f"Origin: https://www.example.com\r\nUser-Agent: {agent}\r\nContent-Type: text/plain;charset=UTF-8\r\n"
    return http(f"/api/w/{token}/events", json.dumps(batch).encode(), headers)
