"""A CAPTCHA provider's verify address, asked as Turnstile, hCaptcha and reCAPTCHA are; knows a secret and a token."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from tests.support.http_thread import Answer, HttpThread

SECRET = "0x4AAA-the-secret"
TOKEN = "a-token-of-a-person"


class CaptchaServer(HttpThread):
    """Takes `TOKEN` once, as providers do. `more` is added to a good answer, `instead` replaces every answer."""

    def __init__(self) -> None:
        super().__init__()
        self.url = f"{self.base_url}/siteverify"
        self.asked: list[dict[str, str]] = []
        self.more: dict[str, Any] = {}
        self.instead: Answer | None = None
        self._spent = False

    def reply(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if method != "POST" or not headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return Answer(405)
        fields = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self.asked.append(fields)
        if self.instead is not None:
            return self.instead
        if fields.get("secret") != SECRET:
            return _said(success=False, **{"error-codes": ["invalid-input-secret"]})
        if fields.get("response") != TOKEN:
            return _said(success=False, **{"error-codes": ["invalid-input-response"]})
        if self._spent:
            return _said(success=False, **{"error-codes": ["timeout-or-duplicate"]})
        self._spent = True
        return _said(success=True, **{"challenge_ts": "2026-05-01T12:00:00Z", "error-codes": [], **self.more})


def _said(**answer: Any) -> Answer:
    return Answer(200, json.dumps(answer).encode(), {"content-type": "application/json"})
