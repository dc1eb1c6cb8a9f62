"""A site in people's words, with its tag and what it turned away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from leadsbot import clock
from leadsbot.dashboard import words
from leadsbot.dashboard.shown.audits import coverage
from leadsbot.dashboard.shown.capture_log import last_refused, open_alerts
from leadsbot.dashboard.views import Form, Refusal, Site
from leadsbot.db import Database
from leadsbot.workspaces.refusals import CSP
from leadsbot.workspaces.site_editing import list_refusals, plain_form, script_tag

Row = Mapping[str, Any]

# Of each reason; more than this is an attack, or a misunderstanding that the first few explain.
MOST_REFUSALS = 5
# A policy that was mended is heard of no more; nobody would say so.
CSP_SHOWN_MS = clock.DAY


async def site_view(
    database: Database, row: Row, public_url: str, form: Form | None = None, *, whole: bool = False
) -> Site:
    """Give a site's row with its refused origins, the latest first, and its pages: all of them where it is `whole`."""
    refusals = await list_refusals(database, row["id"])
    return Site(
        id=row["id"],
        name=row["name"],
        tag=script_tag(public_url, row["public_token"], row["consent"]),
        plain=plain_form(public_url, row["public_token"], _texts(row["allowed_origins"]), row["honeypot_field"]),
        seen_at=row["last_seen_at"],
        form_at=row["last_form_at"],
        seen_on=words.short(row["last_seen_url"]),
        origins=_texts(row["allowed_origins"]),
        refusals=_refused(refusals),
        partial_values=row["partial_values"],
        consent=row["consent"],
        privacy_signals=row["privacy_signals"],
        abandon_after_minutes=row["abandon_after_minutes"],
        masked_fields=_texts(row["masked_fields"]),
        hidden_fields=_texts(row["hidden_fields"]),
        ignored_forms=_texts(row["ignored_forms"]),
        honeypot_field=row["honeypot_field"],
        thank_you_url=row["thank_you_url"],
        leads_per_ip_per_day=row["leads_per_ip_per_day"],
        burst_per_second=row["burst_per_second"],
        form=form or Form(),
        alerts=await open_alerts(database, row["workspace_id"], row["id"]),
        last_refused=await last_refused(database, row["id"]),
        coverage=await coverage(database, row, _texts(row["allowed_origins"]), whole=whole),
    )


def _refused(rows: Sequence[Row]) -> tuple[Refusal, ...]:
    """Give what the owner can do something about: origins that aren't allowed, then pages that hold the tag back."""
    recent = clock.now() - CSP_SHOWN_MS
    origins = [row for row in rows if row["reason"] == "origin"]
    policies = [row for row in rows if row["reason"] == CSP and row["last_at"] >= recent]
    return tuple(_refusal(row) for row in origins[:MOST_REFUSALS] + policies[:MOST_REFUSALS])


def _refusal(row: Row) -> Refusal:
    return Refusal(row["origin"], row["times"], row["last_at"], row["hint"], row["reason"])


def _texts(column: str) -> tuple[str, ...]:
    return tuple(msgspec.json.decode(column, type=list[str]))
