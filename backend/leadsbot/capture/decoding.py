"""Reading a batch of the wire format, strictly and fast (about 4 µs for a small progress batch).

Half a surrogate pair (what JavaScript's `slice` leaves of an emoji) and NUL, which neither database stores, become
U+FFFD: nobody's lead is lost for it. Nor for anything else that is wrong with it, or beside it: `mending` sees to that.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from leadsbot.capture.mending import mended
from leadsbot.capture.wire import (
    MAX_AUDITED,
    MAX_DEPTH,
    MAX_FIELDS,
    MAX_MISSED,
    MAX_NAME,
    MAX_TEXT,
    OLDEST,
    Attempt,
    Audit,
    AuditedForm,
    Batch,
    Event,
    Form,
    Stage,
    Submit,
    View,
)
from leadsbot.errors import InvalidInput
from leadsbot.forms import keys

_decoder: Final = msgspec.json.Decoder(Batch)
# An escape begins after an even number of backslashes; the lookbehind keeps a long run of them linear.
_NUL: Final = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
_SURROGATE: Final = re.compile(
    rb"(?<!\\)((?:\\\\)*)(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_PLACE: Final = re.compile(r"^(.*?) - at (?:`key` in )?`\$\.?(.*)`$", re.DOTALL)


def decode(raw: bytes) -> Batch:
    """Read a batch; one of which nothing can be kept raises `InvalidInput` that says what is wrong, and where in
    `fields`.

    The size of `raw` is the caller's to check (`MAX_BODY`), before it holds the body in memory.
    """
    _check_text(raw)
    if b"\\u0000" in raw:
        raw = _NUL.sub(rb"\1\\ufffd", raw)
    try:
        batch = _read(raw)
    except RecursionError:
        raise InvalidInput("The body is nested too deeply.", code="too_deep") from None
    except msgspec.DecodeError as error:
        repaired = _SURROGATE.sub(_whole, raw)
        if repaired != raw:
            return decode(repaired)
        raise InvalidInput(f"The body is not JSON: {error}.", code="not_json") from None
    _settle(batch)
    return batch


def _read(raw: bytes) -> Batch:
    try:
        return _decoder.decode(raw)
    except msgspec.ValidationError as error:
        batch = mended(raw)
        if batch is None:
            raise _invalid(str(error)) from None
        return batch


def clock_skew(batch: Batch, received: int) -> int:
    """Give how many ms the client's clock is behind ours (negative: ahead), its request's journey included."""
    return received - batch.sent


def server_time(client: int, skew: int, received: int) -> int:
    """Turn a client time into ours (ms): never after `received`, never more than `OLDEST` before it."""
    return max(received - OLDEST, min(client + skew, received))


def _check_text(raw: bytes) -> None:
    # msgspec skips unknown keys without looking at their text.
    if not raw.isascii():
        try:
            raw.decode()
        except UnicodeDecodeError as error:
            raise InvalidInput(f"The body is not UTF-8: byte {error.start} is wrong.", code="not_utf8") from None


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
    """Bring what the decoder can't check into bounds: cut page texts, lower ids, leave bottomless `data` out."""
    batch.id = batch.id.lower()
    batch.visit.id = batch.visit.id.lower()
    page = batch.page
    if len(page.url) + len(page.title) + len(page.ref) > MAX_TEXT:
        page.url, page.title, page.ref = page.url[:MAX_TEXT], page.title[:MAX_TEXT], page.ref[:MAX_TEXT]
    for touch in (batch.first, batch.last):
        if touch is not None and len(touch.url) + len(touch.ref) > MAX_TEXT:
            touch.url, touch.ref = touch.url[:MAX_TEXT], touch.ref[:MAX_TEXT]
    bottomless: list[Event] = []
    for event in batch.events:
        if isinstance(event, View | Attempt):
            event.form.drawn = event.form.key
            _settle_form(event.form, event.start if isinstance(event, Attempt) else event.at)
        if isinstance(event, Attempt):
            event.session = event.session.lower()
            if isinstance(event, Submit):
                event.id = event.id.lower()
            _settle_measures(event)
        elif isinstance(event, Audit):
            del event.forms[MAX_AUDITED:], event.missed[MAX_MISSED:]
            for form in event.forms:
                _settle_form(form, event.at)
        elif isinstance(event, Stage) and _too_deep(event.data, MAX_DEPTH):
            bottomless.append(event)
    if bottomless:
        _leave_out(batch, bottomless)


def _settle_form(form: Form | AuditedForm, at: int) -> None:
    key = keys.stable(form.key, at)
    if form.name == form.key:
        form.name = key
    form.key = key


def _leave_out(batch: Batch, bottomless: list[Event]) -> None:
    where = f"events[{batch.events.index(bottomless[0])}].data"
    batch.events = [event for event in batch.events if event not in bottomless]
    if not batch.events:
        raise InvalidInput(f"{where} nests more than {MAX_DEPTH} levels.", code="too_deep", fields=[where])


def _settle_measures(event: Attempt) -> None:
    """Statistics never cost a lead: too many are cut, a time below nothing is none."""
    if event.wait is not None and event.wait < 0:
        event.wait = 0
    if event.stats:
        del event.stats[MAX_FIELDS:]
        for stat in event.stats:
            if stat.time < 0 or stat.hesitation < 0:
                stat.time, stat.hesitation = max(stat.time, 0), max(stat.hesitation, 0)


def _too_deep(value: object, levels: int) -> bool:
    if isinstance(value, dict):
        return levels == 0 or any(_too_deep(inner, levels - 1) for inner in value.values())
    if isinstance(value, list):
        return levels == 0 or any(_too_deep(inner, levels - 1) for inner in value)
    return False
