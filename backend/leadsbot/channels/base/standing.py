"""How a lead stands as a message about it is written, or edited later: what it shows, and what may be done next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Deed = Literal["moved", "claimed", "released", "snoozed", "spam", "not_spam"]


@dataclass(frozen=True, slots=True)
class Standing:
    """`stages` is the workspace's pipeline in order. `deeds` are lines of plain text, each with what it tells of: who
    moved the lead, whose it is or who gave it back, until when it sleeps, who called it spam or took that back. Of one
    that was `deleted` nothing is known.
    """

    lead_id: str
    stage: str = ""
    stages: tuple[str, ...] = ()
    claimed: bool = False
    spam: bool = False
    deeds: tuple[tuple[Deed, str], ...] = ()
    deleted: bool = False
