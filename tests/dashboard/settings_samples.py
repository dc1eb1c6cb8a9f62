"""The settings' pages with something of everything in them."""

from __future__ import annotations

from leadsbot import clock
from leadsbot.dashboard.views import Form, Member, NewSecret, Shell, Stage, View
from leadsbot.dashboard.views.account import Account, SignedIn, TelegramAccount
from leadsbot.dashboard.views.outbound import LinkOffer
from leadsbot.dashboard.views.settings import (
    EndedInvitation,
    InvitationPage,
    Key,
    Keys,
    ListEntry,
    Lists,
    Members,
    NamedList,
    Person,
    Pipeline,
    SettingsHome,
    SettingsLine,
    WorkspaceSettings,
)

NOW = 1_795_250_000_000
MEMBER = Member("owner@alpenblick.example", "Alpenblick Events", elsewhere=(("w2", "Seeblick <Gastro>"),))
SHELL = Shell(csrf_token="csrf-5f0c", now=NOW, time_zone="Europe/Vienna", member=MEMBER)
GATE = Shell(csrf_token="csrf-5f0c", now=NOW)

STAGES = ("Form Started", "New", "Quoted", "Won", "Lost")
ENTRIES = tuple(
    ListEntry(
        id=f"s{place}",
        name=name,
        leads=place * 3,
        stage=Stage.of(name, STAGES),
        note="where leads arrive" if place == 1 else "",
        first=place == 0,
        last=place == 4,
    )
    for place, name in enumerate(STAGES)
)
SOURCES = (
    ListEntry("q1", "google", 120, last_lead_at=NOW - clock.HOUR),
    ListEntry("q2", "direct", 40, note="nobody sent them", last_lead_at=NOW - clock.DAY),
)
WRONG = Form({"name": "<b>"}, {"name": 'There is a source "<b>" already.'})
PEOPLE = (
    Person("m1", "owner@alpenblick.example", "Eva", "owner", "active", NOW - clock.DAY, None, True, False),
    Person("m2", "max@alpenblick.example", "", "member", "active", NOW - clock.HOUR, None, False, True),
    Person("m3", "ada@example.com", "Ada", "admin", "invited", NOW, NOW + clock.DAY, False, True),
    Person("m4", "late@example.com", "", "member", "expired", NOW - 9 * clock.DAY, NOW - clock.DAY, False, True),
)
ROLES = ("owner", "admin", "member")
KEYS = (
    Key("k1", "Zapier", "lb_abcdefghi", ("Send leads",), NOW - clock.DAY, NOW - clock.MINUTE, None),
    Key("k2", "Reports", "lb_jklmnopqr", ("Read leads", "Manage"), NOW, None, None),
)
REVOKED = (Key("k3", "Old", "lb_stuvwxyzA", ("Manage",), NOW - clock.DAY, None, NOW - clock.HOUR),)
CHOICES = (("leads:write", "Send leads", "Create and update.", True), ("manage", "Manage", "Everything.", False))

PAGES: dict[str, tuple[Shell, View]] = {
    "settings": (SHELL, SettingsHome((SettingsLine("/settings/workspace", "Workspace", "Alpenblick Events, UTC"),))),
    "settings workspace": (
        SHELL,
        WorkspaceSettings(
            name="Alpenblick Events",
            time_zone="Europe/Vienna",
            country="AT",
            required_fields=("event_date",),
            leads_per_hour=100,
            summary_hour=8,
            retention_days=None,
            zones=("Europe/Vienna", "UTC"),
            countries=(("AT", "Austria"), ("DE", "Germany")),
            form=Form({"leads_per_hour": "many"}, {"leads_per_hour": "A whole number.", "country": "Choose one."}),
        ),
    ),
    "settings members": (
        SHELL,
        Members(PEOPLE, ROLES, mails=False, invite=NewSecret("ada@example.com", "https://l.example/invitations/x")),
    ),
    "settings keys": (
        SHELL,
        Keys(KEYS, REVOKED, CHOICES, "curl -X POST …", NewSecret("Zapier", "lb_" + "x" * 40)),
    ),
    "settings keys, none yet": (SHELL, Keys((), (), CHOICES, "curl -X POST …")),
    "settings pipeline": (SHELL, Pipeline(NamedList("stages", "stage", ENTRIES, fewest=2))),
    "settings lists": (
        SHELL,
        Lists(
            sources=NamedList("sources", "source", SOURCES, ordered=False, at="q2", form=WRONG),
            lead_types=NamedList("lead-types", "lead type", (ListEntry("t1", "Private", 2, first=True, last=True),)),
            event_types=NamedList("event-types", "event type", (), form=WRONG),
        ),
    ),
    "account": (
        SHELL,
        Account(
            "Eva <b>",
            "owner@alpenblick.example",
            TelegramAccount("Eva <i>", "eva", NOW),
            sign_ins=(
                SignedIn("Firefox 140 on Linux", "2001:db8::1", NOW, here=True),
                SignedIn("<b>x</b>", "", NOW, here=False),
            ),
        ),
    ),
    "account, to be linked": (
        SHELL,
        Account(
            "",
            "owner@alpenblick.example",
            TelegramAccount(link=LinkOffer("https://t.me/x?start=y", "y", NOW)),
            Form({}, {"password": "That is not your password."}),
        ),
    ),
    "account, code alone": (SHELL, Account("", "a@example.com", TelegramAccount(link=LinkOffer("", "y", NOW)))),
    "account, no bot": (SHELL, Account("", "a@example.com", TelegramAccount(missing="This server has no bot."))),
    "invitation": (GATE, InvitationPage("/invitations/x", "Alpenblick", "ada@example.com", "admin", "owner@a.example")),
    "invitation, used": (GATE, EndedInvitation("Invitation used", "This invitation was used already.")),
    "invitation, known": (
        GATE,
        InvitationPage(
            "/invitations/x", "Alpenblick", "ada@example.com", "member", known=True, form=Form({}, {"password": "No."})
        ),
    ),
    "invitation, somebody else": (
        GATE,
        InvitationPage("/invitations/x", "Alpenblick", "ada@example.com", "member", signed_in_as="max@a.example"),
    ),
}
