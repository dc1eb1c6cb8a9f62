"""Who wants to know: one question per destination and piece of news, without the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadsbot.conditions import Facts, check, met
from leadsbot.errors import InvalidInput
from leadsbot.leads.watching import ALERT
from leadsbot.routing.destination import Destination
from leadsbot.routing.kinds import default_events
from leadsbot.routing.news import News
from leadsbot.routing.trouble import INTERNAL, WEBHOOK_DISABLED

FILTERS = (
    *("stage", "source", "campaign", "utm_source", "utm_medium", "utm_campaign", "domain", "device_type"),
    *("form_id", "form_name", "lead_type", "event_type", "assigned_to"),
)
_NODES = frozenset(("all", "any", "not", "field"))
_ADDRESSED = "workflow.step"  # goes to the one webhook that its workflow names, never round the house


def wants(destination: Destination, news: News) -> bool:
    """Tell whether `destination` is to be told.

    A webhook gets exactly its `events`. News of the house itself goes to the channels that are told when a webhook is
    switched off, what changed nothing about its lead to nobody. A channel is read by people, so it hears of an update
    only when the lead came back by itself, and, unless it asked for them, not of forms left by somebody nobody can
    reach.
    """
    if news.type == _ADDRESSED or news.unchanged:
        return False
    internal = news.type == ALERT or news.type in INTERNAL
    if destination.is_webhook:
        return news.type in destination.events and not internal
    wanted = destination.events or default_events(destination.kind)
    if internal:
        return WEBHOOK_DISABLED in wanted
    if news.type not in wanted:
        return False
    if news.type == "lead.updated" and not news.returning:
        return False
    if news.type == "form.abandoned" and news.lead is None and not destination.events:
        return False
    return news.type.startswith("webhook.") or matches(destination.filter, Facts.of(news.data, news.zone))


def matches(filter: Mapping[str, Any], facts: Facts) -> bool:
    """Tell whether a filter lets news pass."""
    return met(as_conditions(filter), facts)


def as_conditions(filter: Mapping[str, Any]) -> dict[str, Any]:
    """Give a filter as conditions; one that lists a lead's fields with their values means that all of them fit."""
    if not is_plain(filter):
        return dict(filter)
    leaves = [{"field": field, "op": "in", "value": _listed(allowed)} for field, allowed in filter.items()]
    return {"all": leaves} if leaves else {}


def is_plain(filter: Mapping[str, Any]) -> bool:
    """Tell whether a filter is of fields and the values that pass, rather than conditions."""
    return not filter.keys() & _NODES


def check_filter(filter: object) -> dict[str, Any]:
    """Give a filter in its normal form: conditions, or a lead's fields, each with the values that pass. Raises
    InvalidInput."""
    if filter is None:
        return {}
    if not isinstance(filter, dict):
        raise InvalidInput("A filter is an object of conditions, or of fields and their values.", fields=["filter"])
    if not is_plain(filter):
        return check(filter, "filter")
    for field, allowed in filter.items():
        if field not in FILTERS:
            known = ", ".join(FILTERS)
            raise InvalidInput(f"A filter knows these fields: {known}.", fields=[f"filter.{field}"])
        if not _listed(allowed) or not all(isinstance(value, str) for value in _listed(allowed)):
            raise InvalidInput("A filter's value is a text or a list of texts.", fields=[f"filter.{field}"])
        check({"field": field, "op": "in", "value": _listed(allowed)}, f"filter.{field}")
    return dict(filter)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
