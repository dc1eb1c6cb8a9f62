"""What a visitor's browser sends when a form was submitted, for tests that need no browser."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from uuid import uuid4

from leadsbot import clock


@dataclass(frozen=True)
class Submission:
    """One visitor's submission of a contact form; `body` is the same at every sending, as the widget's is."""

    email: str
    name: str = "Helene Gruber"
    page: str = "https://lindenhof.example/contact"
    body: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "body", json.dumps(self._batch()).encode())

    def _batch(self) -> dict[str, object]:
        now = clock.now()
        touch = {"at": now, "url": self.page, "ref": "", "utm": {"source": "newsletter"}, "ids": {}}
        return {
            "v": 1,
            "id": str(uuid4()),
            "sent": now,
            "visit": {"id": str(uuid4()), "at": now},
            "page": {"url": self.page, "title": "Contact", "ref": ""},
            "first": touch,
            "last": touch,
            "device": {"w": 1280, "h": 800, "touch": False, "lang": "de-AT", "tz": "Europe/Vienna"},
            "events": [self._event(now)],
        }

    def _event(self, now: int) -> dict[str, object]:
        fields = [
            {"name": "name", "label": "Your name", "type": "text", "means": "name", "value": self.name},
            {"name": "email", "label": "E-mail", "type": "email", "means": "email", "value": self.email},
        ]
        return {
            "type": "submit",
            "id": str(uuid4()),
            "session": str(uuid4()),
            "seq": 1,
            "form": {"key": "contact", "name": "Contact us"},
            "start": now,
            "at": now,
            "percent": 100,
            "done": len(fields),
            "total": len(fields),
            "last": "E-mail",
            "fields": fields,
            "confirmation": "confirmed",
        }
