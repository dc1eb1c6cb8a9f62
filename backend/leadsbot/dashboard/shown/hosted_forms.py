"""Hosted forms in people's words, and what a deleted one leaves behind so that it can come back."""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import msgspec

from leadsbot.dashboard.views import Toast, Undo
from leadsbot.dashboard.views.hosted_forms import HostedRow
from leadsbot.errors import InvalidInput
from leadsbot.forms.hosted import MAX_BYTES, Definition, read
from leadsbot.forms.hosted_editing import hosted_tag

Row = Mapping[str, Any]

# What fits beside the rest into the cookie that carries a toast over (browsers keep 4,096 bytes of each).
MOST_KEPT = 2_000
RESTORE = "/forms/hosted/restore"


class Deleted(msgspec.Struct, frozen=True):
    """A form as it was."""

    id: str
    site_id: str
    name: str
    created_at: int
    definition: dict[str, Any]


def hosted_row(row: Row, public_url: str) -> HostedRow:
    """Give a form as the list shows it."""
    return HostedRow(
        id=row["id"],
        name=row["name"],
        site=row["site_name"],
        fields=len(read(row["definition"]).fields),
        tag=hosted_tag(public_url, dict(row)),
        updated_at=row["updated_at"],
    )


def deleted_toast(row: Row) -> Toast:
    """Say that a form is gone, with the way back unless it is too large to be carried along."""
    definition = _brief(read(row["definition"]))
    left = Deleted(row["id"], row["site_id"], row["name"], row["created_at"], definition)
    packed = urlsafe_b64encode(zlib.compress(msgspec.json.encode(left), 9)).decode()
    undo = Undo(RESTORE, (("form", packed),)) if len(packed) <= MOST_KEPT else None
    return Toast(f"“{row['name']}” is deleted.", undo=undo)


def undeleted(packed: str) -> Deleted:
    """Read what `deleted_toast` packed; its definition is to be checked like any other. Else InvalidInput."""
    try:
        unpacker = zlib.decompressobj()
        raw = unpacker.decompress(urlsafe_b64decode(packed.encode("ascii")), 2 * MAX_BYTES)
        return msgspec.json.decode(raw, type=Deleted)
    except (ValueError, zlib.error, msgspec.MsgspecError):
        raise InvalidInput("This form can't be brought back.") from None


def _brief(definition: Definition) -> dict[str, Any]:
    """Give the definition without what is empty, which is what it is without saying so."""
    raw: dict[str, Any] = msgspec.to_builtins(definition)
    raw["fields"] = [{key: value for key, value in field.items() if value} for field in raw["fields"]]
    return raw
