"""Settings: the workspace, its members, API keys, pipeline and lists; and the page that an invitation leads to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from leadsbot.dashboard.views.leads import Stage
from leadsbot.dashboard.views.outbound import NewSecret
from leadsbot.dashboard.views.removed import Removed
from leadsbot.dashboard.views.shell import Form


@dataclass(frozen=True, slots=True)
class SettingsLine:
    """A page of the settings, with what stands there in a few words."""

    href: str
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class SettingsHome:
    """What can be set, and how it stands."""

    template: ClassVar[str] = "settings.html"
    nav: ClassVar[str] = "settings"
    title: ClassVar[str] = "Settings"
    here: ClassVar[str] = "/settings"

    lines: tuple[SettingsLine, ...]


@dataclass(frozen=True, slots=True)
class WorkspaceSettings:
    """The workspace's own settings; `zones` are the IANA time zones to choose from, `countries` codes with names."""

    template: ClassVar[str] = "settings_workspace.html"
    nav: ClassVar[str] = "settings"
    title: ClassVar[str] = "Workspace"
    here: ClassVar[str] = "/settings/workspace"

    name: str
    time_zone: str
    country: str
    summary_hour: int
    required_fields: tuple[str, ...]
    leads_per_hour: int
    retention_days: int | None
    zones: tuple[str, ...]
    countries: tuple[tuple[str, str], ...]
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, slots=True)
class Person:
    """A member, or somebody invited (`status` is active, invited or expired). `yours`: who looks at the page."""

    id: str
    email: str
    name: str
    role: str
    status: str
    since: int
    expires_at: int | None
    yours: bool
    changeable: bool


@dataclass(frozen=True, slots=True)
class Members:
    """Who belongs to the workspace. `roles` are those that the one who looks may give."""

    template: ClassVar[str] = "settings_members.html"
    nav: ClassVar[str] = "settings"
    title: ClassVar[str] = "Members"
    here: ClassVar[str] = "/settings/members"

    people: tuple[Person, ...]
    roles: tuple[str, ...]
    mails: bool
    invite: NewSecret | None = None
    form: Form = field(default_factory=Form)
    removed: Removed = field(default_factory=Removed)


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of an API key; `scopes` in words."""

    id: str
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: int
    last_used_at: int | None
    revoked_at: int | None


@dataclass(frozen=True, slots=True)
class Keys:
    """API keys. `choices` are scopes (scope, label, words, chosen) that the one who looks may give."""

    template: ClassVar[str] = "settings_keys.html"
    nav: ClassVar[str] = "settings"
    title: ClassVar[str] = "API keys"
    here: ClassVar[str] = "/settings/keys"

    keys: tuple[Key, ...]
    revoked: tuple[Key, ...]
    choices: tuple[tuple[str, str, str, bool], ...]
    example: str
    made: NewSecret | None = None
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, slots=True)
class ListEntry:
    """A name in a list. `stage` is set in the pipeline; `note` says what its place means, `before` is the id of the
    entry that stands before it."""

    id: str
    name: str
    leads: int
    stage: Stage | None = None
    note: str = ""
    last_lead_at: int | None = None
    first: bool = False
    last: bool = False
    before: str = ""


@dataclass(frozen=True, slots=True)
class NamedList:
    """A list to be edited. `form` belongs to the entry `at`, or, where that is empty, to the one for a new entry."""

    kind: str
    noun: str
    entries: tuple[ListEntry, ...]
    ordered: bool = True
    fewest: int = 0
    at: str = ""
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The stages, in order."""

    template: ClassVar[str] = "settings_pipeline.html"
    nav: ClassVar[str] = "settings"
    title: ClassVar[str] = "Pipeline"
    here: ClassVar[str] = "/settings/pipeline"

    stages: NamedList


@dataclass(frozen=True, slots=True)
class Lists:
    """Sources, lead types and event types."""

    template: ClassVar[str] = "settings_lists.html"
    nav: ClassVar[str] = "settings"
    title: ClassVar[str] = "Sources and types"
    here: ClassVar[str] = "/settings/lists"

    sources: NamedList
    lead_types: NamedList
    event_types: NamedList


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """What an invitation's link shows. `known`: they have an account; `signed_in_as` is empty for nobody."""

    template: ClassVar[str] = "invitation.html"
    nav: ClassVar[str] = ""
    title: ClassVar[str] = "Join"

    action: str
    workspace: str
    email: str
    role: str
    invited_by: str = ""
    known: bool = False
    signed_in_as: str = ""
    form: Form = field(default_factory=Form)


@dataclass(frozen=True, slots=True)
class EndedInvitation:
    """A link that lets nobody in any more, and why."""

    template: ClassVar[str] = "invitation_ended.html"
    nav: ClassVar[str] = ""

    title: str
    words: str
