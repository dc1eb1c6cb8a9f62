"""The buttons under an alert: what somebody would do next, on a phone, with one thumb."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from leadsbot.channels.base import UNCLAIMED, Parcel, Standing
from leadsbot.channels.telegram.presses import (
    CLAIM,
    NOT_SPAM,
    SNOOZE,
    SPAM,
    STAGE,
    UNCLAIM,
    Press,
    data_of,
    mark,
    waiting,
)
from leadsbot.channels.telegram.text import cut

MOST_STAGES = 3
BACK: Final = "back"
# What a snooze may be, each with what its button says of it: minutes, or a word.
SNOOZES: Final = (("1 h", "60"), ("4 h", "240"), ("Tomorrow 9:00", "tomorrow"))
LOST = "Lost"
_LABEL = 24
_A_ROW = 2
_NARROW = 20  # so much text of buttons beside each other is still read on a phone

Button = InlineKeyboardButton


def keyboard(standing: Standing | None, link: str | None, opens: str = "Open") -> InlineKeyboardMarkup | None:
    """Give the buttons for a lead as it stands, and one that opens `link`, as `opens` says; None where there would be
    none."""
    rows = list(_rows(standing)) if standing and not standing.deleted else []
    if link:
        rows.append([Button(opens, url=link)])
    return InlineKeyboardMarkup(rows) if rows else None


def snooze_choices(lead_id: str) -> InlineKeyboardMarkup:
    """Give the buttons that take the place of the others once somebody asks to be reminded."""
    told = [*SNOOZES, ("Back", BACK)]
    buttons = [Button(label, callback_data=data_of(Press(SNOOZE, lead_id, said))) for label, said in told]
    return InlineKeyboardMarkup([buttons[:2], buttons[2:]])


def of_digest(parcels: Sequence[Parcel]) -> InlineKeyboardMarkup | None:
    """Give the button under a digest that tells of leads which may wait for somebody; no message has room for all of
    theirs."""
    if not any(parcel.event_type in ("lead.created", UNCLAIMED) for parcel in parcels):
        return None
    return InlineKeyboardMarkup([[Button("Act on them here", callback_data=waiting(parcels[0].workspace_id))]])


def next_stages(standing: Standing) -> list[str]:
    """Give the stages that a lead may well go to from here: the next few, and Lost; from Lost back to where leads
    begin. One that stands at no stage of the pipeline any more may go to its first ones."""
    open_stages = [stage for stage in standing.stages if stage != LOST]
    if standing.stage == LOST:
        return open_stages[1:2]
    here = open_stages.index(standing.stage) + 1 if standing.stage in open_stages else 1
    return open_stages[here : here + MOST_STAGES] + [LOST] * (LOST in standing.stages)


def _rows(standing: Standing) -> Iterator[list[Button]]:
    if standing.spam:
        yield [_button("Undo: not spam", NOT_SPAM, standing)]
        return
    stages = [_button(cut(stage, _LABEL), STAGE, standing, mark(stage)) for stage in next_stages(standing)]
    a_row = max(1, len(stages)) if sum(len(button.text) for button in stages) <= _NARROW else _A_ROW
    for first in range(0, len(stages), a_row):
        yield stages[first : first + a_row]
    if standing.claimed:
        yield [_button("Release", UNCLAIM, standing), _button("Spam", SPAM, standing)]
    else:
        snooze = _button("Snooze", SNOOZE, standing)
        yield [_button("Claim", CLAIM, standing), snooze, _button("Spam", SPAM, standing)]


def _button(label: str, verb: str, standing: Standing, argument: str = "") -> Button:
    return Button(label, callback_data=data_of(Press(verb, standing.lead_id, argument)))
