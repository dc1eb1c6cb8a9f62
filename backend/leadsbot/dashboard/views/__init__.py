"""What each template gets: plain, frozen data. A page module builds one of these; nothing here knows a table.

A view names its own template, so `render.Renderer.page(shell, view)` is all that a page module calls. Times are
milliseconds since the epoch; the templates write them in the workspace's time zone.
"""

from __future__ import annotations

from leadsbot.dashboard.views.channels import ChannelSettings, Preview, Question
from leadsbot.dashboard.views.deliveries import (
    Attempt,
    Deliveries,
    Delivery,
    DeliveryChoice,
    DeliveryStory,
    Place,
    StatusCount,
)
from leadsbot.dashboard.views.form_report import (
    FieldCell,
    FieldLine,
    Figure,
    FormReport,
    FunnelStep,
    Part,
    Range,
    ReportChoice,
    Stop,
)
from leadsbot.dashboard.views.forms import FormRow, Forms, SessionChoice, SessionRow
from leadsbot.dashboard.views.leads import (
    Entry,
    Fact,
    Inbox,
    InboxFilter,
    Lead,
    LeadRow,
    Merged,
    Stage,
    StageCount,
    Touch,
)
from leadsbot.dashboard.views.outbound import Channel, ChannelKind, Channels, EventChoice, LinkOffer, NewSecret
from leadsbot.dashboard.views.overview import Day, Overview, Step, Stopped, Trouble, Unsent
from leadsbot.dashboard.views.shell import Form, Member, Shell, Theme, Toast, Tone, Undo, View
from leadsbot.dashboard.views.simple import ErrorPage, Login
from leadsbot.dashboard.views.sites import Refusal, Site, Sites
from leadsbot.dashboard.views.webhooks import Replaying, Webhook, Webhooks

__all__ = [
    "Attempt",
    "Channel",
    "ChannelKind",
    "ChannelSettings",
    "Channels",
    "Day",
    "Deliveries",
    "Delivery",
    "DeliveryChoice",
    "DeliveryStory",
    "Entry",
    "ErrorPage",
    "EventChoice",
    "Fact",
    "FieldCell",
    "FieldLine",
    "Figure",
    "Form",
    "FormReport",
    "FormRow",
    "Forms",
    "FunnelStep",
    "Inbox",
    "InboxFilter",
    "Lead",
    "LeadRow",
    "LinkOffer",
    "Login",
    "Member",
    "Merged",
    "NewSecret",
    "Overview",
    "Part",
    "Place",
    "Preview",
    "Question",
    "Range",
    "Refusal",
    "Replaying",
    "ReportChoice",
    "SessionChoice",
    "SessionRow",
    "Shell",
    "Site",
    "Sites",
    "Stage",
    "StageCount",
    "StatusCount",
    "Step",
    "Stop",
    "Stopped",
    "Theme",
    "Toast",
    "Tone",
    "Touch",
    "Trouble",
    "Undo",
    "Unsent",
    "View",
    "Webhook",
    "Webhooks",
]
