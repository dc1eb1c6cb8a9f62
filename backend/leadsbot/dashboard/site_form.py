"""What a site's forms may say, checked field by field, so that each is told what is wrong with it."""

from __future__ import annotations

from leadsbot.capture.endpoint_input import allowed_origins
from leadsbot.dashboard import fields
from leadsbot.dashboard.fields import Errors, Values
from leadsbot.dashboard.posted import Posted
from leadsbot.errors import InvalidInput
from leadsbot.workspaces.site_editing import LONGEST_IDLE_MINUTES, SHORTEST_IDLE_MINUTES, check_web_address


def new_site(posted: Posted) -> tuple[Values, Errors]:
    """Read the form for a new site."""
    return fields.read(posted, {"name": fields.name, "allowed_origins": _origins})


def origins(posted: Posted) -> tuple[Values, Errors]:
    """Read the list of allowed origins."""
    return fields.read(posted, {"allowed_origins": _origins})


def settings(posted: Posted) -> tuple[Values, Errors]:
    """Read everything else."""
    return fields.read(
        posted,
        {
            "name": fields.name,
            "partial_values": fields.one_of("off", "contact", "all"),
            "consent": fields.one_of("none", "required"),
            "privacy_signals": fields.one_of("ignore", "honour"),
            "abandon_after_minutes": _minutes,
            "masked_fields": fields.names,
            "hidden_fields": fields.names,
            "ignored_forms": fields.names,
            "honeypot_field": fields.short,
            "thank_you_url": _url,
            "leads_per_ip_per_day": fields.number_or_none(fields.MOST_LEADS),
            "burst_per_second": fields.number(fields.MOST_REQUESTS),
        },
    )


def _origins(posted: Posted, name: str) -> list[str]:
    return allowed_origins(fields.lines(posted, name))


def _minutes(posted: Posted, name: str) -> float:
    try:
        minutes = float(posted.text(name).replace(",", "."))
    except ValueError:
        minutes = 0.0
    if not SHORTEST_IDLE_MINUTES <= minutes <= LONGEST_IDLE_MINUTES:
        raise InvalidInput(f"A number of minutes, such as 30; at most {LONGEST_IDLE_MINUTES:,}.")
    return minutes


def _url(posted: Posted, name: str) -> str:
    text = posted.text(name)
    return check_web_address(text) if text else ""
