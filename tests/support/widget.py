"""What tests ask of a page that carries the tag."""

from __future__ import annotations

import json


def set_up(token: str) -> str:
    """Write the expression that is true once the page has its site's settings: its own, not those that the page before
    kept. From then on it notes where the visitor came from, and keeps what it could not send."""
    kept = json.dumps(f"leadsbot:{token}")
    return f"JSON.parse(localStorage.getItem({kept}))?.known?.at >= Date.now() - performance.now()"
