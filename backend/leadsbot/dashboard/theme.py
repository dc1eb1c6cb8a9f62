"""The choice between light, dark and as the system does: the browser's own, kept in a cookie."""

from __future__ import annotations

from litestar import Response, post

from leadsbot.dashboard import answers
from leadsbot.dashboard.desk import Here, cookie, pages
from leadsbot.dashboard.shell import THEME_COOKIE, THEMES
from leadsbot.errors import InvalidInput

LASTS_S = 365 * 24 * 3600


@post("/theme")
async def choose(desk: Here) -> Response[str]:
    """Remember the theme and go back to where it was chosen."""
    theme = desk.posted.text("theme")
    if theme not in THEMES:
        raise InvalidInput(f"The theme is one of: {', '.join(THEMES)}.", fields=["theme"])
    response = answers.go(desk.posted.text("next") or "/")
    response.set_cookie(cookie(desk.services.settings, THEME_COOKIE, theme, LASTS_S))
    return response


ROUTES = [pages(choose)]
