"""From a row's cells to what the intake takes: the same reading and the same rules as a lead that is sent as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from msgspec import Struct

from leadsbot import clock
from leadsbot.capture.arrivals import Arrival
from leadsbot.capture.house_rules import HouseRules, place
from leadsbot.capture.keyed_door import as_came, extra_of
from leadsbot.capture.lead_body import read
from leadsbot.errors import InvalidInput
from leadsbot.ids import derived_id
from leadsbot.imports import dates
from leadsbot.imports.columns import CUSTOM, LEFT_OUT
from leadsbot.imports.dates import Order
from leadsbot.imports.sheet import LONGEST_CELL, Line
from leadsbot.leads.intake import CONFIRMED
from leadsbot.leads.submission import Submission

DOOR: Final = "import"
QUOTED: Final = 60
Update = Literal["fill", "overwrite", "skip"]


class Options(Struct, frozen=True):
    """How a file is read and taken in. `update` says what becomes of a lead of the same email: its empty fields are
    filled, it is overwritten, or left alone. `notify`: channels and webhooks are told as of any lead."""

    delimiter: str = ","
    offset: int = 0
    order: Order = "dmy"
    update: Update = "fill"
    notify: bool = False


class Context(Struct, frozen=True):
    """What every row of one import shares."""

    import_id: str
    by: str
    header: tuple[str, ...]
    mapping: Mapping[str, str]
    options: Options
    rules: HouseRules
    timezone: str


class Judged(Struct, frozen=True):
    """A row with what it says, or why it can't be taken."""

    number: int
    cells: list[str]
    arrival: Arrival | None = None
    error: str = ""

    @property
    def email(self) -> str:
        """The email in its matching form, "" for none."""
        return (self.arrival.sub.contact.email or "").lower() if self.arrival else ""


def judge(line: Line, about: Context) -> Judged:
    """Read one row; what is wrong with it is said, never raised."""
    number, cells = line
    try:
        return Judged(number, cells, _arrival(number, cells, about))
    except InvalidInput as error:
        return Judged(number, cells, error=" ".join([error.message, *_quoted(error.fields, cells, about)]))


def _quoted(fields: Sequence[str], cells: Sequence[str], about: Context) -> list[str]:
    """Say what stands in the file where an error is about some fields, so that it can be found there."""
    return [
        f"“{name}” says “{_cut(cell)}”."
        for name, cell in zip(about.header, cells, strict=False)
        if cell.strip() and about.mapping.get(name, CUSTOM) in fields
    ]


def _cut(cell: str) -> str:
    text = cell.strip()
    return text if len(text) <= QUOTED else f"{text[: QUOTED - 1]}…"


def _arrival(number: int, cells: Sequence[str], about: Context) -> Arrival:
    body = _body(cells, about)
    created = _created(body.pop("created_at", ""), about)
    if day := dates.day(body.get("event_date", ""), about.options.order):
        body["event_date"] = day
    told = read(body, believes=True)
    if not (told.contact.email or told.contact.phone):
        raise InvalidInput("There is neither an email nor a phone.")
    placed = place(about.rules, told)
    now = clock.now()
    fields = {name: cell for name, cell in zip(about.header, cells, strict=False) if cell.strip()}
    extra = extra_of(placed)
    sub = Submission(
        id=derived_id("import", about.import_id, str(number)),
        workspace_id=about.rules.workspace_id,
        stages=about.rules.stages,
        door=DOOR,
        contact=told.contact,
        received_at=now,
        submitted_at=created or now,
        country=about.rules.country,
        fields=as_came(fields),
        form_name=placed.columns.get("form_name", ""),
        page_url=placed.columns.get("page_url", ""),
        confirmation=CONFIRMED,
        stage=placed.stage,
        fills_only=about.options.update != "overwrite",
        advances=False,
        door_id=about.import_id,
        by=f"{about.by} ({DOOR})",
        extra={**extra, "created_at": created} if created else extra,
    )
    return Arrival(sub, source=placed.source)


def _body(cells: Sequence[str], about: Context) -> dict[str, Any]:
    """Give the row as the JSON doors take a lead; columns of their own stand under `data`."""
    if len(cells) > len(about.header) and any(cell.strip() for cell in cells[len(about.header) :]):
        raise InvalidInput(
            f"The row has {len(cells)} cells, the header {len(about.header)}: is a quotation mark or delimiter missing?"
        )
    body: dict[str, Any] = {}
    custom: dict[str, str] = {}
    for name, cell in zip(about.header, cells, strict=False):
        field, text = about.mapping.get(name, CUSTOM), cell.strip()
        if not text or field == LEFT_OUT:
            continue
        if len(cell) > LONGEST_CELL:
            raise InvalidInput(f"“{name}” has more than {LONGEST_CELL:,} characters.")
        if field == CUSTOM:
            custom[name] = text
        else:
            body[field] = text
    if "tags" in body:
        body["tags"] = [tag.strip() for tag in body["tags"].replace(";", ",").replace("|", ",").split(",")]
    return {**body, "data": custom} if custom else body


def _created(text: str, about: Context) -> int | None:
    if not text:
        return None
    at = dates.moment(text, about.options.order, about.timezone)
    if at is None:
        raise InvalidInput(f"“{_cut(text)}” is no date that we can read. Write it as 2026-05-31 or 2026-05-31 09:30.")
    if not 0 <= at <= clock.now() + clock.DAY:
        raise InvalidInput(f"“{_cut(text)}” lies in the future, or before 1970.")
    return at
