"""A channel's settings: what it tells, of whom, when, and in which words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from leadsbot.channels.base.fields import ConfigField
from leadsbot.dashboard.views.outbound import Channel, EventChoice
from leadsbot.dashboard.views.shell import Form


@dataclass(frozen=True, slots=True)
class Question:
    """A row of the filter: a field, an operator, a value; `wrong` says what is wrong with it."""

    field: str = ""
    op: str = "=="
    value: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be sent: `title` and `text` of the message, and `of` whom; `usual` without a template."""

    title: str = ""
    text: str = ""
    of: str = ""
    usual: bool = False
    cut: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """The page of one channel. `form` has what stands in its fields, `days_off` and `summaries` what is ticked;
    `in_json` says that the filter is shown as JSON, since rows can't say it; for its rows `own_fields` and
    `known_values` are offered."""

    template: ClassVar[str] = "channel_settings.html"
    nav: ClassVar[str] = "channels"

    channel: Channel
    form: Form
    fields: tuple[ConfigField, ...]
    steps: tuple[str, ...]
    events: tuple[EventChoice, ...]
    usual_events: str
    questions: tuple[Question, ...]
    preview: Preview
    in_json: bool = False
    days_off: frozenset[str] = field(default_factory=frozenset)
    summaries: frozenset[str] = field(default_factory=frozenset)
    escalates: bool = False
    own_fields: tuple[str, ...] = ()
    known_values: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return self.channel.name
