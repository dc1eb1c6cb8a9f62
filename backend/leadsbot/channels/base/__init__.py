"""What every channel shares: the promise it keeps, what it is given and gives back, and an event told in words."""

from __future__ import annotations

from leadsbot.channels.base.contract import (
    SUMMARY_EVENT,
    TEST_EVENT,
    AtHome,
    Channel,
    DeliveryFailed,
    Edits,
    Parcel,
    Receipt,
)
from leadsbot.channels.base.digest import DIGEST_EVENT, TellsDigests, send_digest
from leadsbot.channels.base.pace import Limit, Paced
from leadsbot.channels.base.plain import plain
from leadsbot.channels.base.replies import failed_answer, failed_request, note, retry_after
from leadsbot.channels.base.standing import Deed, Standing
from leadsbot.channels.base.summary import NUDGES, REMINDER, UNCLAIMED, Summary, name_of, one_line, summarize

__all__ = [
    "DIGEST_EVENT",
    "NUDGES",
    "REMINDER",
    "SUMMARY_EVENT",
    "TEST_EVENT",
    "UNCLAIMED",
    "AtHome",
    "Channel",
    "Deed",
    "DeliveryFailed",
    "Edits",
    "Limit",
    "Paced",
    "Parcel",
    "Receipt",
    "Standing",
    "Summary",
    "TellsDigests",
    "failed_answer",
    "failed_request",
    "name_of",
    "note",
    "one_line",
    "plain",
    "retry_after",
    "send_digest",
    "summarize",
]
