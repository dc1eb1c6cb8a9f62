"""Form bodies, with files where there are some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx


def encode_form(fields: Mapping[str, str], files: Mapping[str, Any] | None = None) -> tuple[dict[str, str], bytes]:
    """Give headers and content for a form: urlencoded, or multipart where there are `files` (as httpx takes them)."""
    request = httpx.Request("POST", "http://form.invalid/", data=dict(fields), files=files or None)
    content = request.read()
    return {"content-type": request.headers.get("content-type", "application/x-www-form-urlencoded")}, content
