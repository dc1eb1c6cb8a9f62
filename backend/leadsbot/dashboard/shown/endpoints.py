"""An endpoint in people's words, with what it turned away and how to send to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from leadsbot import clock
from leadsbot.capture.guards import addresses, origins
from leadsbot.dashboard import words
from leadsbot.dashboard.shown.capture_log import open_alerts
from leadsbot.dashboard.shown.endpoint_examples import Rules, examples
from leadsbot.dashboard.views import Form
from leadsbot.dashboard.views.endpoints import Endpoint, FieldChoice, Turned
from leadsbot.db import Database
from leadsbot.workspaces.endpoint_editing import inbound_url, list_refusals, list_refused

Row = Mapping[str, Any]

# Of each kind; more than this is an attack, or a misunderstanding that the first few explain.
MOST_SHOWN: Final = 5
# What was mended is turned away no more; nobody would say so.
SHOWN_MS: Final = 7 * clock.DAY
# The checkboxes of a form that is shown again, in one text.
CHOSEN: Final = "required_fields"
_USUAL: Final = {
    "name": "Name",
    "email": "Email",
    "phone": "Phone",
    "company": "Company",
    "message": "Message",
    "event_date": "Event date",
}


async def endpoint_view(database: Database, row: Row, public_url: str, form: Form | None = None) -> Endpoint:
    """Give an endpoint's row with its latest refusals, and code that fits its rules."""
    url = inbound_url(public_url, row["id"])
    required = _texts(row["required_fields"])
    return Endpoint(
        id=row["id"],
        name=row["name"],
        url=url,
        seen_at=row["last_seen_at"],
        required=_choices(required, form.values.get(CHOSEN, "").split(",") if form else required),
        allow_all_ips=bool(row["allow_all_ips"]),
        allowed_ips=_texts(row["allowed_ips"]),
        allowed_origins=_texts(row["allowed_origins"]),
        leads_per_ip_per_day=row["leads_per_ip_per_day"],
        burst_per_second=row["burst_per_second"],
        captcha_provider=row["captcha_provider"],
        signing=bool(row["signing_secret"]),
        turned=_turned(row, await list_refusals(database, row["id"]), await list_refused(database, row["id"])),
        examples=examples(url, _rules(row)),
        form=form or Form(),
        alerts=await open_alerts(database, row["workspace_id"], row["id"]),
    )


def _rules(row: Row) -> Rules:
    return Rules(
        _texts(row["required_fields"]),
        _texts(row["allowed_origins"]),
        bool(row["allow_all_ips"]),
        bool(row["signing_secret"]),
        row["captcha_provider"],
    )


def _choices(required: Sequence[str], chosen: Sequence[str]) -> tuple[FieldChoice, ...]:
    names = dict.fromkeys((*_USUAL, *required))
    return tuple(
        FieldChoice(name, _USUAL.get(name, name.replace("_", " ").capitalize()), name in chosen) for name in names
    )


def _turned(row: Row, lines: Sequence[Row], requests: Sequence[Row]) -> tuple[Turned, ...]:
    """Give who can be let in, then what else went wrong; what the rules allow by now is left out."""
    since = clock.now() - SHOWN_MS
    lines = [line for line in lines if line["last_at"] >= since]
    others = [
        Turned(_said(line), line["last_at"], line["times"]) for line in lines if line["reason"] not in ("ip", "origin")
    ]
    return (*_origins(row, lines), *_addresses(row, requests, since), *others[:MOST_SHOWN])


def _said(line: Row) -> str:
    """Give why; missing signatures and wrong ones are counted together, and the hint is the last one's."""
    if line["reason"] != "signature":
        return str(line["hint"])
    return f"bodies whose signature was missing or didn't fit; the last was {words.phrase(line['hint'])}"


def _origins(row: Row, lines: Sequence[Row]) -> list[Turned]:
    patterns = _texts(row["allowed_origins"])
    refused = [
        line for line in lines if line["reason"] == "origin" and not origins.allowed(line["origin"] or None, patterns)
    ]
    return [
        Turned(line["hint"], line["last_at"], line["times"], line["origin"] if "://" in line["origin"] else "")
        for line in refused[:MOST_SHOWN]
    ]


def _addresses(row: Row, requests: Sequence[Row], since: int) -> list[Turned]:
    """Give each address that was refused once, the latest first."""
    if row["allow_all_ips"]:
        return []
    found: dict[str, Row] = {}
    for one in requests:
        if one["reason"] == "ip" and one["at"] >= since:
            found.setdefault(one["address"], one)
    networks = _texts(row["allowed_ips"])
    refused = [one for address, one in found.items() if not addresses.allowed(address, networks)]
    return [Turned(one["hint"], one["at"], address=one["address"]) for one in refused[:MOST_SHOWN]]


def _texts(column: str) -> tuple[str, ...]:
    return tuple(msgspec.json.decode(column, type=list[str]))
