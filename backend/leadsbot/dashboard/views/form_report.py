"""What visitors did with one form, in words and shares that a template only has to place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

PERIODS = (7, 30, 90)


@dataclass(frozen=True, slots=True)
class Part:
    """A share: "43 %", "211 of 486", and how much of a bar it fills (0-100)."""

    percent: str = "–"
    counts: str = ""
    width: float = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A number on top of the page, what it is, and what it was made of."""

    value: str
    words: str
    basis: str


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """A step of the funnel; `shares` say what part of the steps before came so far."""

    key: str
    count: int
    words: str
    width: float
    shares: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """A field at which unsent forms stand."""

    field: str
    part: Part


@dataclass(frozen=True, slots=True)
class Range:
    """How much of the form was filled in by some of those who didn't send it."""

    label: str
    part: Part


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field: each of `cells` under its column's heading."""

    label: str
    name: str
    cells: tuple[FieldCell, ...]


@dataclass(frozen=True, slots=True)
class FieldCell:
    """A number of a field with what stands beneath it; `bar` (0-100) draws one. `loud` where it stands out, `nothing`
    where it happened to nobody."""

    column: str
    value: str
    beneath: str = ""
    bar: float | None = None
    loud: bool = False
    nothing: bool = False


@dataclass(frozen=True, slots=True)
class ReportChoice:
    """What a report is narrowed to; `device` is empty for all."""

    form: str
    days: int = 30
    device: str = ""

    def url(self, days: int | None = None, device: str | None = None) -> str:
        """Give the address of the same report with another period or device."""
        wanted = {"days": str(days or self.days), "device": self.device if device is None else device}
        return f"/forms/{self.form}?{urlencode({name: value for name, value in wanted.items() if value})}"


@dataclass(frozen=True, slots=True)
class FormReport:
    """A form's report. Without `steps` nobody saw or began it; without `fields` nobody told what they did in them.
    `plain` says why there is no more to tell of a form that only ever came without a script."""

    template: ClassVar[str] = "form_report.html"
    nav: ClassVar[str] = "forms"

    choice: ReportChoice
    name: str
    page_url: str
    figures: tuple[Figure, ...] = ()
    steps: tuple[FunnelStep, ...] = ()
    remarks: tuple[str, ...] = ()
    worst: str = ""
    stops: tuple[Stop, ...] = ()
    more_stops: int = 0
    ranges: tuple[Range, ...] = ()
    findings: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    fields: tuple[FieldLine, ...] = ()
    rare_fields: int = 0
    sample: str = ""
    plain: str = ""

    @property
    def title(self) -> str:
        return self.name

    @property
    def all_sent(self) -> bool:
        """Tell whether somebody began it and nobody is left who didn't send it."""
        return bool(self.steps) and self.steps[-1].count > 0 and not self.stops
