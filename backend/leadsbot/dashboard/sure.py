"""Asking once more before something is done that can't simply be taken back.

A form with such a question carries it as `_ask` (see the macro `asks`). The page's script asks it in a dialog and posts
without it; where there is no script it arrives here, and is asked on a page that posts the same once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from leadsbot.dashboard import answers, csrf
from leadsbot.dashboard.posted import Posted
from leadsbot.dashboard.views.simple import Sure

ASK = "_ask"
_VERB = "_verb"
_OURS = (ASK, _VERB, csrf.FIELD)


def question(posted: Posted, path: str, headers: Mapping[str, Any]) -> Sure | None:
    """Give what is to be asked before this is done; None where nothing is, or it was."""
    if not posted.text(ASK):
        return None
    fields = tuple((name, value) for name in posted.values() if name not in _OURS for value in posted.all(name))
    return Sure(posted.text(ASK), posted.text(_VERB) or "Go on", path, fields, _back(headers.get("referer", "")))


def _back(referer: str) -> str:
    page = urlsplit(referer)
    return answers.local(f"{page.path}?{page.query}" if page.query else page.path)
