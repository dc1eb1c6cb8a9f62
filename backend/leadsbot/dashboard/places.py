"""The navigation: the places that exist, in their order."""

from __future__ import annotations

from dataclasses import dataclass

from leadsbot.workspaces import members


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation; `main` ones stand in the phone's bottom bar, the rest behind "More".

    Whoever is less than `role` in the workspace neither sees the place nor opens a page below it.
    """

    key: str
    label: str
    href: str
    icon: str
    main: bool = False
    role: str = members.MEMBER

    def open_to(self, role: str) -> bool:
        return members.at_least(role, self.role)


PLACES = (
    (
        Place("overview", "Overview", "/", "overview", main=True),
        Place("leads", "Leads", "/leads", "inbox", main=True),
        Place("forms", "Forms", "/forms", "form", main=True),
    ),
    (
        Place("sites", "Sites", "/sites", "globe", role=members.ADMIN),
        Place("endpoints", "Endpoints", "/endpoints", "inbound", role=members.ADMIN),
        Place("channels", "Channels", "/channels", "bell", role=members.ADMIN),
        Place("webhooks", "Webhooks", "/webhooks", "webhook", role=members.ADMIN),
        Place("deliveries", "Deliveries", "/deliveries", "send"),
        Place("attempts", "Capture log", "/attempts", "log", role=members.ADMIN),
    ),
)
SETTINGS = Place("settings", "Settings", "/settings", "settings", role=members.ADMIN)

_ROLES = {place.href: place.role for place in (*(place for group in PLACES for place in group), SETTINGS)}
_ROLES["/imports"] = members.ADMIN  # reached from the leads; undoing one deletes them


def role_for(path: str) -> str:
    """Give the role that a page's place asks for."""
    return _ROLES.get("/" + path.split("/")[1], members.MEMBER)
