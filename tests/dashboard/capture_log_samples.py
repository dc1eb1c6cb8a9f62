"""The capture log with something of everything in it."""

from __future__ import annotations

from leadsbot import clock
from leadsbot.dashboard.views import Member, Shell, View
from leadsbot.dashboard.views.capture_log import Capture, CaptureLog, Door, DoorAlert

NOW = 1_795_250_000_000
SHELL = Shell(
    csrf_token="csrf-5f0c", now=NOW, time_zone="Europe/Vienna", member=Member("owner@example.com", "Alpenblick")
)
DOORS = (Door("s1", "Main <website>", "site"), Door("e1", "Partner portal", "endpoint"), Door("k1", "Zapier", "key"))
TAKEN = Capture(
    NOW - clock.MINUTE,
    True,
    "Main <website>",
    "s1",
    "script tag",
    lead_id="l1",
    who="Jane <b>Doe</b>",
    form="Contact us",
    page_url="https://www.example.com/contact",
)
REFUSED = Capture(
    NOW - clock.HOUR,
    False,
    "Partner portal",
    "e1",
    "endpoint",
    why="Its origin is not on the list",
    hint="origin https://shop.example.com is not on the list; did you mean to add it?",
    remedy="If the page is yours, allow its origin.",
    rule="Allowed origins",
    rule_href="/endpoints#endpoint-e1",
    origin="https://shop.example.com/<script>",
    address="203.0.113.7",
    status=403,
)
ALERTS = (
    DoorAlert("refusals", "e1", "Partner portal", "40 requests were refused in the last two hours, and 2 taken.", NOW),
    DoorAlert("silence", "s1", "Main <website>", "Nothing has come for 12 hours.", NOW - clock.HOUR),
)

PAGES: dict[str, tuple[Shell, View]] = {
    "capture log": (SHELL, CaptureLog((TAKEN, REFUSED), DOORS, ALERTS, "refused", "s1", "next")),
    "empty capture log": (SHELL, CaptureLog((), DOORS)),
    "capture log with none of these": (SHELL, CaptureLog((), DOORS, outcome="refused", door="k1")),
}
