"""The fields that a workspace asks for on top of a door's own, by the names that doors know."""

from __future__ import annotations

from collections.abc import Sequence

from leadsbot.capture.lead_body import spelled
from leadsbot.errors import InvalidInput
from leadsbot.workspaces.workspace_editing import MOST_REQUIRED

LONGEST_NAME = 200

# Fields of a lead that no body can fill in.
_READ_ONLY = frozenset(
    {"id", "created_at", "updated_at", "lead_url", "spam", "spam_reasons", "form_id", "confirmation"}
)


def check_required(names: Sequence[str], field: str = "required_fields") -> list[str]:
    """Give names of a lead's fields, or of fields of the workspace's own, as doors compare them: `Event Date` is
    `event_date`. Raises `InvalidInput`."""
    found = list(dict.fromkeys(spelled(name) for name in names if name.strip()))
    for name in found:
        if name in _READ_ONLY:
            raise InvalidInput(f'"{name}" is given by LeadsBot, so nobody can be asked for it.', fields=[field])
        if len(name) > LONGEST_NAME:
            raise InvalidInput(f"The name of a field has at most {LONGEST_NAME} characters.", fields=[field])
    if len(found) > MOST_REQUIRED:
        raise InvalidInput(f"At most {MOST_REQUIRED} fields can be required.", fields=[field])
    return found
