"""From what an endpoint was sent to a submission: its required fields, its phone, and who sent it."""

from __future__ import annotations

from typing import Any, Final

from msgspec import Struct

from leadsbot.attribution import strip_personal
from leadsbot.attribution.hosts import host_of
from leadsbot.capture.arrivals import Arrival
from leadsbot.capture.guards import spam
from leadsbot.capture.house_rules import HouseRules, place
from leadsbot.capture.keyed_door import as_came, extra_of, require
from leadsbot.capture.lead_body import Told, put, read
from leadsbot.devices import parse_device
from leadsbot.errors import InvalidInput
from leadsbot.forms.visit import Visit
from leadsbot.ids import new_id
from leadsbot.leads.intake import CONFIRMED
from leadsbot.leads.submission import Submission
from leadsbot.workspaces.endpoints import EndpointRules

DOOR: Final = "endpoint"
FEWEST_DIGITS: Final = 5
MOST_DIGITS: Final = 20
USER_AGENT_LENGTH: Final = 512
LONGEST_PAGE: Final = 2_000
# What a stranger doesn't decide, and whose errors would tell who works there and how.
SIGNED_ONLY: Final = ("assigned_to", "stage", "status")

Body = dict[str, Any]


class Sender(Struct, frozen=True):
    """Who sent the request, as the server sees it; pages have an `origin`, other servers none. Times in ms."""

    address: str
    user_agent: str
    referrer: str
    origin: str
    received_at: int


def told_by(rules: EndpointRules, body: Body) -> Told:
    """Read a lead as the endpoint asks for it. Raises `InvalidInput` naming what is missing or wrong.

    Whoever sends without a signature doesn't say where a lead stands or whom it is given to: that is kept aside.
    """
    told = read(body, believes=False, aside=() if rules.signing_secret else SIGNED_ONLY)
    require(rules.required_fields, told.present())
    if not told.present():
        raise InvalidInput("The body says nothing of a lead.", code="missing_fields", fields=["name", "email", "phone"])
    phone = told.contact.phone
    if phone and not FEWEST_DIGITS <= sum(c.isdecimal() for c in phone) <= MOST_DIGITS:
        raise InvalidInput(f"A phone number holds {FEWEST_DIGITS} to {MOST_DIGITS} digits.", fields=["phone"])
    if form_id := told.asked.get("form_id"):
        put(told.contact.custom, "form_id", form_id)
    return told


def arrival_of(
    rules: EndpointRules,
    house: HouseRules,
    told: Told,
    body: Body,
    sender: Sender,
    reasons: tuple[str, ...] = (),
    request_id: str | None = None,
) -> Arrival:
    """Give the submission with what it counts for; an unknown stage or person is `InvalidInput`. Under the same
    `request_id` it is stored once."""
    placed = place(house, told)
    if "lead_type" not in placed.columns and house.lead_types:
        placed.columns["lead_type"] = house.lead_types[0]
    sub = Submission(
        id=request_id or new_id(),
        workspace_id=rules.workspace_id,
        stages=house.stages,
        door=DOOR,
        contact=told.contact,
        received_at=sender.received_at,
        submitted_at=sender.received_at,
        country=house.country,
        fields=as_came(body),
        visit=visit_of(sender),
        form_name=placed.columns.get("form_name", ""),
        page_url=placed.columns.get("page_url", "") or _page(sender.referrer),
        percent=placed.columns.get("form_completion_percent"),
        completed=placed.columns.get("form_fields_completed"),
        total=placed.columns.get("form_fields_total"),
        confirmation=CONFIRMED,
        stage=placed.stage,
        joins=False,
        spam_reasons=reasons,
        door_id=rules.id,
        by=f"{rules.name} ({DOOR})",
        extra=extra_of(placed),
        hints=placed.hints,
    )
    return Arrival(
        sub,
        source=placed.source,
        names_sources=bool(rules.signing_secret),
        per_day=rules.leads_per_ip_per_day,
        address=sender.address,
    )


def spam_reasons(told: Told, sender: Sender) -> tuple[str, ...]:
    """Say why it is spam, or nothing. That a program sent it says something where a page should have."""
    agent = sender.user_agent if sender.origin else None
    return spam.reasons(told.contact, user_agent=agent, own_host=host_of(sender.origin))


def visit_of(sender: Sender) -> Visit:
    """Give what the request itself tells of the visitor: address and device."""
    device = parse_device(sender.user_agent) if sender.user_agent else None
    return Visit(
        ip_address=sender.address,
        user_agent=sender.user_agent,
        browser=device.browser if device else "",
        os=device.os if device else "",
        device_type=device.device_type if device else "",
    )


def _page(referrer: str) -> str:
    """Give the page that a browser says the form stands on."""
    if not referrer.startswith(("http://", "https://")) or len(referrer) > LONGEST_PAGE:
        return ""
    return strip_personal(referrer)
