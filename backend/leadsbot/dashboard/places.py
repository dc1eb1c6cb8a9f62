"""The navigation: the places that exist, in their order."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation; `main` ones stand in the phone's bottom bar, the rest behind "More"."""

    key: str
    label: str
    href: str
    icon: str
    main: bool = False


PLACES = (
    (
        Place("overview", "Overview", "/", "overview", main=True),
        Place("leads", "Leads", "/leads", "inbox", main=True),
        Place("forms", "Forms", "/forms", "form", main=True),
    ),
    (
        Place("sites", "Sites", "/sites", "globe"),
        Place("endpoints", "Endpoints", "/endpoints", "inbound"),
        Place("channels", "Channels", "/channels", "bell"),
        Place("webhooks", "Webhooks", "/webhooks", "webhook"),
        Place("deliveries", "Deliveries", "/deliveries", "send"),
    ),
)
SETTINGS = Place("settings", "Settings", "/settings", "settings")
