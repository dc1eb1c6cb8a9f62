"""The widget's wire format v1: what a batch of events is made of, and its limits. `decoding` reads it.

Strict where a wrong value would be stored as a fact, lenient where strictness would cost a lead: unknown keys and array
elements are ignored, a page's address, title and referrer are cut instead of refused, and so are statistics.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

from leadsbot import clock

MAX_BODY: Final = 64 * 1024
MAX_EVENTS: Final = 50
MAX_FIELDS: Final = 200
MAX_NAME: Final = 200
MAX_VALUE: Final = 20_000
MAX_TEXT: Final = 2_000
MAX_MARKS: Final = 20
MAX_COUNT: Final = 2**31 - 1
MAX_DEPTH: Final = 8
MAX_AUDITED: Final = 100
MAX_MISSED: Final = 50
MAX_WHERE: Final = 300
AUTOFILLED: Final = 2
# A device may believe it is 1970: `sent` corrects that. Before the epoch or after 2100 is no clock at all.
MAX_TIME: Final = 4_102_444_800_000
OLDEST: Final = 30 * clock.DAY

UUID: Final = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\Z"

Id = Annotated[str, Meta(pattern=UUID)]
Name = Annotated[str, Meta(max_length=MAX_NAME)]
Text = Annotated[str, Meta(max_length=MAX_TEXT)]
Value = Annotated[str, Meta(max_length=MAX_VALUE)]
Time = Annotated[int, Meta(ge=0, le=MAX_TIME)]
# A clock that is set while somebody fills in a form makes a time of less than nothing; it is read as none.
Span = Annotated[int, Meta(ge=-MAX_TIME, le=MAX_TIME)]
Count = Annotated[int, Meta(ge=0, le=MAX_COUNT)]
Percent = Annotated[int, Meta(ge=0, le=100)]
Marks = Annotated[dict[Name, Text], Meta(max_length=MAX_MARKS)]


class Visit(Struct, gc=False):
    """A visitor's stay on the site: 30 rolling minutes, kept across pages; `at` is its start (client ms)."""

    id: Id
    at: Time


class Page(Struct, gc=False):
    """The page the batch was sent from; each text holds at most `MAX_TEXT` characters."""

    url: str
    title: str = ""
    ref: str = ""


class Touch(Struct, gc=False):
    """An arrival on the site: landing page and referrer. UTM parameters (without `utm_`) and click ids are the
    address's own, unless the widget spells them out."""

    at: Time
    url: str = ""
    ref: str = ""
    utm: Marks = {}
    ids: Marks = {}


class Hints(Struct, gc=False):
    """What the page's script knows of the device; width and height in CSS pixels."""

    w: Count = 0
    h: Count = 0
    touch: bool = False
    lang: Name = ""
    tz: Name = ""


class Form(Struct, gc=False):
    """A form's identity on its site, and the name people know it by. `drawn` is the key as it stood on the page, where
    that is new on every visit; it is ours to set."""

    key: Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
    name: Name = ""
    drawn: str = ""


class Field(Struct, gc=False):
    """One field as it stood; `means` is the page's own hint, as it stands there: `data-leadsbot-field`, else
    `autocomplete`, else `inputmode`. `type` may be a custom element's tag."""

    name: Name = ""
    label: Name = ""
    type: Name = "text"
    value: Value = ""
    means: Name | None = None


Fields = Annotated[list[Field], Meta(max_length=MAX_FIELDS)]


class FieldStat(Struct, array_like=True, gc=False):
    """What happened in one field, without its value. `entered`: as which it was entered first (0: never); times in ms;
    `state`: 0 blank, 1 answered, 2 autofilled."""

    name: Name
    label: Name = ""
    entered: Count = 0
    time: Span = 0
    hesitation: Span = 0
    corrections: Count = 0
    deletions: Count = 0
    refocuses: Count = 0
    invalids: Count = 0
    state: Annotated[int, Meta(ge=0, le=2)] = 0


class View(Struct, tag_field="type", tag="view", gc=False):
    """A form was seen on a page."""

    form: Form
    at: Time


class Attempt(Struct, gc=False, kw_only=True):
    """How far an attempt has come, cumulative: of one session the highest `seq` holds.

    `tries` counts how often it was sent, `wait` the ms from seeing the form to the first answer, `begun` the units
    there were at first, `met` those there were since (`total` may hold what earlier visitors met), `stats` has the
    fields in their order (the first `MAX_FIELDS`); widgets of old send none.
    """

    session: Id
    seq: Count
    form: Form
    start: Time
    at: Time
    percent: Percent
    done: Count = 0
    total: Count = 0
    last: Name = ""
    tries: Count = 0
    wait: Span | None = None
    begun: Count | None = None
    met: Count | None = None
    stats: list[FieldStat] | None = None


class Progress(Attempt, tag_field="type", tag="progress", kw_only=True):
    """An attempt has come further. `fields` is None where the site keeps no values of unsubmitted forms."""

    fields: Fields | None = None


class Submit(Attempt, tag_field="type", tag="submit", kw_only=True):
    """An attempt was sent, from the page at `url`; `id` is the same on every re-send."""

    id: Id
    fields: Fields
    url: str = ""
    confirmation: Literal["attempted", "confirmed"]


class Identify(Struct, tag_field="type", tag="identify", gc=False):
    """The page says who its visitor is."""

    at: Time
    values: Annotated[dict[Name, Value | int | float | bool | None], Meta(max_length=MAX_FIELDS)]


class Stage(Struct, tag_field="type", tag="stage", gc=False):
    """The page asks to move its visitor's lead forward; `data` nests at most `MAX_DEPTH` levels."""

    at: Time
    name: Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
    data: Annotated[dict[Name, Any], Meta(max_length=MAX_FIELDS)] = {}


class AuditedForm(Struct, rename={"taken_as": "as"}, gc=False):
    """A form on the page, and what the widget takes it for."""

    key: Name = ""
    name: Name = ""
    taken_as: Literal["lead", "search", "login", "dialog", "ignored"] = "lead"


class Missed(Struct, gc=False):
    """What the widget can't reach: a frame of another origin, or a shadow root that is closed."""

    what: Literal["frame", "shadow"]
    where: Annotated[str, Meta(max_length=MAX_WHERE)] = ""


class Audit(Struct, tag_field="type", tag="audit", gc=False):
    """What the widget found on the page; the first `MAX_AUDITED` forms and `MAX_MISSED` others count."""

    at: Time
    forms: list[AuditedForm] = []
    missed: list[Missed] = []


Event = View | Progress | Submit | Identify | Stage | Audit


class Batch(Struct, gc=False):
    """What one request carries; `id` is the same on every re-send, `sent` the client's clock (ms) at this sending.

    `consent` is the visitor's own word, None where they have said none; `settings` is False where the page didn't have
    the site's. Widgets of old say neither.
    """

    v: Literal[1]
    id: Id
    sent: Time
    visit: Visit
    page: Page
    events: Annotated[list[Event], Meta(min_length=1, max_length=MAX_EVENTS)]
    first: Touch | None = None
    last: Touch | None = None
    device: Hints = msgspec.field(default_factory=Hints)
    consent: bool | None = None
    settings: bool | None = None
