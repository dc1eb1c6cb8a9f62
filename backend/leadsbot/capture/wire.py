"""The widget's wire format v1: one batch of events, read strictly and fast (about 4 µs for a small progress batch).

Strict where a wrong value would be stored as a fact, lenient where strictness would cost a lead: unknown keys are
ignored, a page's address, title and referrer are cut instead of refused, and half a surrogate pair (what JavaScript's
`slice` leaves of an emoji) becomes U+FFFD.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

from leadsbot import clock
from leadsbot.errors import InvalidInput

MAX_BODY: Final = 64 * 1024
MAX_EVENTS: Final = 50
MAX_FIELDS: Final = 200
MAX_NAME: Final = 200
MAX_VALUE: Final = 20_000
MAX_TEXT: Final = 2_000
MAX_MARKS: Final = 20
MAX_COUNT: Final = 2**31 - 1
MAX_DEPTH: Final = 8
# A device may believe it is 1970: `sent` corrects that. Before the epoch or after 2100 is no clock at all.
MAX_TIME: Final = 4_102_444_800_000
OLDEST: Final = 30 * clock.DAY

_UUID: Final = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\Z"

Id = Annotated[str, Meta(pattern=_UUID)]
Name = Annotated[str, Meta(max_length=MAX_NAME)]
Text = Annotated[str, Meta(max_length=MAX_TEXT)]
Value = Annotated[str, Meta(max_length=MAX_VALUE)]
Time = Annotated[int, Meta(ge=0, le=MAX_TIME)]
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
    """An arrival on the site: landing page, referrer, UTM parameters (without `utm_`) and click ids."""

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
    """A form's identity on its site, and the name people know it by."""

    key: Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]
    name: Name = ""


class Field(Struct, gc=False):
    """One field as it stood; `means` is what the page says it is (`data-leadsbot-field`), unknown words included."""

    name: Name = ""
    label: Name = ""
    type: Name = "text"
    value: Value = ""
    means: Name | None = None


Fields = Annotated[list[Field], Meta(max_length=MAX_FIELDS)]


class View(Struct, tag_field="type", tag="view", gc=False):
    """A form was seen on a page."""

    form: Form
    at: Time


class Progress(Struct, tag_field="type", tag="progress", gc=False):
    """How far an attempt has come, cumulative: of one session the highest `seq` holds. `fields` is None where the
    site keeps no values of unsubmitted forms."""

    session: Id
    seq: Count
    form: Form
    start: Time
    at: Time
    percent: Percent
    done: Count = 0
    total: Count = 0
    last: Name = ""
    fields: Fields | None = None


class Submit(Struct, tag_field="type", tag="submit", gc=False, kw_only=True):
    """An attempt was sent; `id` is the same on every re-send."""

    id: Id
    session: Id
    seq: Count
    form: Form
    start: Time
    at: Time
    percent: Percent
    done: Count = 0
    total: Count = 0
    last: Name = ""
    fields: Fields
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


Event = View | Progress | Submit | Identify | Stage


class Batch(Struct, gc=False):
    """What one request carries; `id` is the same on every re-send, `sent` the client's clock (ms) at this sending."""

    v: Literal[1]
    id: Id
    sent: Time
    visit: Visit
    page: Page
    events: Annotated[list[Event], Meta(min_length=1, max_length=MAX_EVENTS)]
    first: Touch | None = None
    last: Touch | None = None
    device: Hints = msgspec.field(default_factory=Hints)


_decoder: Final = msgspec.json.Decoder(Batch)
# An escape begins after an even number of backslashes; the lookbehind keeps a long run of them linear.
_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_SURROGATE: Final = re.compile(
    rb"(?<!\\)((?:\\\\)*)(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_PLACE: Final = re.compile(r"^(.*?) - at (?:`key` in )?`\$\.?(.*)`$", re.DOTALL)


def decode(raw: bytes) -> Batch:
    """Read a batch; whatever is wrong with it raises `InvalidInput` that says what, and where in `fields`.

    The size of `raw` is the caller's to check (`MAX_BODY`), before it holds the body in memory.
    """
    _check_text(raw)
    try:
        batch = _decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise _invalid(str(error)) from None
    except RecursionError:
        raise InvalidInput("The body is nested too deeply.", code="too_deep") from None
    except msgspec.DecodeError as error:
        repaired = _SURROGATE.sub(_whole, raw)
        if repaired != raw:
            return decode(repaired)
        raise InvalidInput(f"The body is not JSON: {error}.", code="not_json") from None
    _settle(batch)
    return batch


def clock_skew(batch: Batch, received: int) -> int:
    """Give how many ms the client's clock is behind ours (negative: ahead), its request's journey included."""
    return received - batch.sent


def server_time(client: int, skew: int, received: int) -> int:
    """Turn a client time into ours (ms): never after `received`, never more than `OLDEST` before it."""
    return max(received - OLDEST, min(client + skew, received))


def _check_text(raw: bytes) -> None:
    # msgspec skips unknown keys without looking at their text, and neither database stores a NUL.
    if not raw.isascii():
        try:
            raw.decode()
        except UnicodeDecodeError as error:
            raise InvalidInput(f"The body is not UTF-8: byte {error.start} is wrong.", code="not_utf8") from None
    if b"\\u0000" in raw and _NUL.search(raw):
        raise InvalidInput("The body holds a NUL character (\\u0000), which no text may.", code="nul_character")


def _whole(escape: re.Match[bytes]) -> bytes:
    pair = len(escape.group(2)) == len(b"\\ud83d\\ude00")
    return escape.group() if pair else escape.group(1) + b"\\ufffd"


def _invalid(reason: str) -> InvalidInput:
    # msgspec writes "Expected `int` <= 100 - at `$.events[0].percent`".
    found = _PLACE.match(reason)
    what, where = found.groups() if found else (reason, "")
    if "matching regex" in what:
        what = "Expected a UUID"
    what = what.replace("`", "")[:MAX_NAME]
    if not where:
        return InvalidInput(f"The batch is not as it must be: {what}.")
    return InvalidInput(f"{where} is not as it must be: {what}.", fields=[where])


def _settle(batch: Batch) -> None:
    """Bring what the decoder can't check into bounds: cut page texts, lower ids, refuse bottomless `data`."""
    batch.id = batch.id.lower()
    batch.visit.id = batch.visit.id.lower()
    page = batch.page
    if len(page.url) + len(page.title) + len(page.ref) > MAX_TEXT:
        page.url, page.title, page.ref = page.url[:MAX_TEXT], page.title[:MAX_TEXT], page.ref[:MAX_TEXT]
    for touch in (batch.first, batch.last):
        if touch is not None and len(touch.url) + len(touch.ref) > MAX_TEXT:
            touch.url, touch.ref = touch.url[:MAX_TEXT], touch.ref[:MAX_TEXT]
    for number, event in enumerate(batch.events):
        if isinstance(event, Progress):
            event.session = event.session.lower()
        elif isinstance(event, Submit):
            event.id, event.session = event.id.lower(), event.session.lower()
        elif isinstance(event, Stage) and _too_deep(event.data, MAX_DEPTH):
            where = f"events[{number}].data"
            raise InvalidInput(f"{where} nests more than {MAX_DEPTH} levels.", code="too_deep", fields=[where])


def _too_deep(value: object, levels: int) -> bool:
    if isinstance(value, dict):
        return levels == 0 or any(_too_deep(inner, levels - 1) for inner in value.values())
    if isinstance(value, list):
        return levels == 0 or any(_too_deep(inner, levels - 1) for inner in value)
    return False
