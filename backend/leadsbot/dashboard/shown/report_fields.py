"""A form's fields in people's words: a line of numbers for each, and what stands out among them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from leadsbot.clock import SECOND
from leadsbot.dashboard.shown.report_words import lasted, part, percent, quoted
from leadsbot.dashboard.views import FieldCell, FieldLine
from leadsbot.forms.report_shape import FieldReport, Rate, Report

# A field that fewer met is a page of long ago, or somebody's joke.
RARE = 0.01
# What is said of fewer people than these would be chance.
FEWEST = 10
MOST_FINDINGS = 4
OFTEN_INVALID = 0.1
OFTEN_BLANK = 0.5
OFTEN_CORRECTED = 0.25
LONG_HESITATION_MS = 4 * SECOND

# Each column's heading, and what it tells on hover.
COLUMNS = (
    ("Entered", "Who went into the field"),
    ("Time", "Median of the time in it; beneath, from entering it to the first key"),
    ("Changed", "Who changed it again after it was answered"),
    ("Deleted", "Who took characters back"),
    ("Came back", "Who entered it again"),
    ("Errors", "Who was shown a validation error at it"),
    ("Sent blank", "Who sent the form with it blank"),
    ("Autofilled", "Whose browser filled it in, of those who filled it"),
    ("Stopped here", "Whose last field it was, of those who didn't send the form"),
)


def is_rare(field: FieldReport, report: Report) -> bool:
    """Tell whether hardly anybody met this field."""
    return field.sessions < RARE * report.sampled_sessions


def field_lines(fields: Sequence[FieldReport]) -> tuple[FieldLine, ...]:
    """Give the fields as lines; the largest of those columns where one number asks for attention are loud."""
    longest = max((one.time.median_ms or 0 for one in fields), default=0)
    worst = max((one.drop_off.count for one in fields), default=0)
    return tuple(_line(one, longest, worst) for one in fields)


def findings(report: Report, fields: Sequence[FieldReport]) -> tuple[str, ...]:
    """Say what an owner could do something about, each kind of trouble at the field where it is greatest."""
    told = [_invalid(fields), _blank(fields), _corrected(fields), _hesitant(fields)]
    return tuple(sentence for sentence in told if sentence)[:MOST_FINDINGS]


def label_of(field: FieldReport) -> str:
    return field.label or field.name or "A field without a name"


def _line(field: FieldReport, longest: int, worst: int) -> FieldLine:
    most = field.drop_off.count == worst and (field.drop_off.of or 0) >= FEWEST
    return FieldLine(
        label_of(field),
        field.name if field.label and field.name != field.label else "",
        (
            _cell(0, field.entered, bar=True),
            _time_cell(field, longest),
            _cell(2, field.corrections, loud=_is_often(field.corrections, OFTEN_CORRECTED)),
            _cell(3, field.deletions),
            _cell(4, field.refocuses),
            _cell(5, field.invalid, loud=_is_often(field.invalid, OFTEN_INVALID)),
            _cell(6, field.blank_when_submitted, loud=_is_often(field.blank_when_submitted, OFTEN_BLANK)),
            _cell(7, field.autofilled),
            _cell(8, field.drop_off, bar=True, loud=most),
        ),
    )


def _time_cell(field: FieldReport, longest: int) -> FieldCell:
    time, first_key = field.time.median_ms, field.hesitation.median_ms
    beneath = "" if first_key is None else f"types after {lasted(first_key)}"
    bar = round(100 * time / longest, 1) if time is not None and longest else None
    return FieldCell(COLUMNS[1][0], lasted(time), beneath, bar, nothing=time is None)


def _cell(column: int, rate: Rate, *, bar: bool = False, loud: bool = False) -> FieldCell:
    shown = part(rate)
    return FieldCell(
        COLUMNS[column][0], shown.percent, shown.counts, shown.width if bar else None, loud, nothing=not rate.count
    )


def _is_often(rate: Rate, enough: float) -> bool:
    return (rate.of or 0) >= FEWEST and (rate.rate or 0) >= enough


def _greatest(
    fields: Iterable[FieldReport], rate_of: Callable[[FieldReport], Rate], enough: float
) -> FieldReport | None:
    found = [one for one in fields if _is_often(rate_of(one), enough)]
    return max(found, key=lambda one: rate_of(one).rate or 0, default=None)


def _invalid(fields: Sequence[FieldReport]) -> str:
    worst = _greatest(fields, lambda one: one.invalid, OFTEN_INVALID)
    if worst is None:
        return ""
    return f"{quoted(label_of(worst))} showed an error to {part(worst.invalid).counts}. Does it say what it wants?"


def _blank(fields: Sequence[FieldReport]) -> str:
    worst = _greatest(fields, lambda one: one.blank_when_submitted, OFTEN_BLANK)
    if worst is None:
        return ""
    return (
        f"{quoted(label_of(worst))} stayed blank in {part(worst.blank_when_submitted).counts} sent forms. Is it needed?"
    )


def _corrected(fields: Sequence[FieldReport]) -> str:
    worst = _greatest(fields, lambda one: one.corrections, OFTEN_CORRECTED)
    if worst is None:
        return ""
    return f"{quoted(label_of(worst))} was changed again by {percent(worst.corrections)} of those who entered it."


def _hesitant(fields: Sequence[FieldReport]) -> str:
    slow = [one for one in fields if one.hesitation.count >= FEWEST]
    worst = max(slow, key=lambda one: one.hesitation.median_ms or 0, default=None)
    if worst is None or (worst.hesitation.median_ms or 0) < LONG_HESITATION_MS:
        return ""
    return f"{quoted(label_of(worst))} makes people think: {lasted(worst.hesitation.median_ms)} before the first key."
