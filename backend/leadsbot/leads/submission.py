"""What a door hands to `intake()`: one submission, from wherever it came, in plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from leadsbot.forms.sessions import Reached
from leadsbot.forms.visit import Visit
from leadsbot.leads.contact import Contact

NO_VISIT = Visit()


class Submission(Struct, frozen=True):
    """One submission on its way in.

    `id` is made by whoever sent it: the same one twice changes nothing. `joins` says whether the door adds to a lead
    of the same email (widget, no-script form, postback) or always makes a new one; `fills_only` that it may fill a
    stranger's lead but never rewrite it (public doors). `complete` is False for contact data that were typed but not
    sent: such a lead stands at the first stage, and leaves no submission behind; `seq` numbers them within their
    session. `reached` says how far the form had come, where one is behind it. One with `spam_reasons` becomes
    a lead of its own, which nobody's other submissions meet. Times in ms.

    `lead_id` names the lead that is meant; where there is none the contact's email decides, and without any contact it
    is `NotFound`. `advances` is False for a door that leaves the stage alone unless it says one, `force_stage` lets
    `stage` go backwards. `door_id` is the endpoint or key it came by, `by` what the history calls whoever sent it (else
    the door). `extra` are columns of the lead that were said, `hints` those that were only found out: they fill what is
    empty. A door that makes a lead beside one of the same email (`joins` False) links both as possible duplicates.
    """

    id: str
    workspace_id: str
    stages: tuple[str, ...]
    door: str
    contact: Contact
    received_at: int
    submitted_at: int
    country: str = ""
    fields: str = "[]"
    visit: Visit = NO_VISIT
    site_id: str | None = None
    session_id: str | None = None
    seq: int = 0
    form_id: str | None = None
    form_name: str = ""
    page_url: str = ""
    percent: int | None = None
    completed: int | None = None
    total: int | None = None
    confirmation: str = "attempted"
    stage: str | None = None
    complete: bool = True
    joins: bool = True
    fills_only: bool = True
    begins: bool = True
    spam_reasons: tuple[str, ...] = ()
    reached: Reached | None = None
    lead_id: str | None = None
    advances: bool = True
    force_stage: bool = False
    door_id: str | None = None
    by: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    hints: Mapping[str, Any] = field(default_factory=dict)


class Taken(Struct, frozen=True, gc=False):
    """What became of it: the lead, and whether this made it, changed it, or said nothing new. `succeeds` tells that the
    lead that was named is part of this one now."""

    lead_id: str | None
    created: bool = False
    repeated: bool = False
    stage: str = ""
    stage_changed: bool = False
    succeeds: bool = False
