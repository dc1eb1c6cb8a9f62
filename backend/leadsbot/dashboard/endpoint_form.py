"""What an endpoint's form may say, checked field by field, so that each is told what is wrong with it."""

from __future__ import annotations

from leadsbot.capture import endpoint_input
from leadsbot.dashboard import fields
from leadsbot.dashboard.fields import Errors, Values
from leadsbot.dashboard.posted import Posted


def new_endpoint(posted: Posted) -> tuple[Values, Errors]:
    """Read the form for a new endpoint."""
    return fields.read(posted, {"name": fields.name, "allowed_origins": _origins})


def rules(posted: Posted) -> tuple[Values, Errors]:
    """Read an endpoint's rules. A CAPTCHA secret that was left empty stays as it is."""
    values, errors = fields.read(
        posted,
        {
            "name": fields.name,
            "required_fields": lambda posted, name: endpoint_input.required_fields(posted.all(name)),
            "allow_all_ips": lambda posted, name: posted.text(name) != "listed",
            "allowed_ips": _ips,
            "allowed_origins": _origins,
            "leads_per_ip_per_day": fields.number_or_none(fields.MOST_LEADS),
            "burst_per_second": fields.number(fields.MOST_REQUESTS),
            "captcha_provider": lambda posted, name: endpoint_input.captcha_provider(posted.text(name)),
            "captcha_secret": lambda posted, name: endpoint_input.captcha_secret(posted.raw(name)),
        },
    )
    if not values.get("captcha_secret", ""):
        values.pop("captcha_secret", None)
    return values, errors


def _ips(posted: Posted, name: str) -> list[str]:
    return endpoint_input.allowed_ips(fields.lines(posted, name))


def _origins(posted: Posted, name: str) -> list[str]:
    return endpoint_input.allowed_origins(fields.lines(posted, name))
