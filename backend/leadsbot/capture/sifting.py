"""What of a form's values a site lets be kept: the widget's rules again, whatever it sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec.structs import replace

from leadsbot.capture import wire
from leadsbot.capture.guards.origins import origin_of
from leadsbot.forms.sensitive import keep
from leadsbot.leads.meanings import CONTACT, meaning_of
from leadsbot.workspaces.sites import SiteRules

_TAG: Final = re.compile(r"[a-z0-9-]{1,100}")


def allowed(site: SiteRules, fields: list[wire.Field]) -> list[wire.Field]:
    """Give the values of a form that was sent, without what is sensitive, masked, hidden, or the honeypot's."""
    trap = site.honeypot_field
    shown = [one for one in fields if one.name != trap] if trap else fields
    return keep(shown, site.masked_fields, site.hidden_fields)


def partial(site: SiteRules, fields: wire.Fields | None) -> list[wire.Field]:
    """Give the values of a form that wasn't sent, as far as the site keeps such."""
    if not fields or site.partial_values == "off":
        return []
    kept = allowed(site, fields)
    return kept if site.partial_values == "all" else [one for one in kept if meaning_of(one) in CONTACT]


def trapped(site: SiteRules, fields: list[wire.Field]) -> str:
    """Give the name of the site's honeypot where somebody filled it in, else an empty text."""
    trap = site.honeypot_field
    return trap if trap and any(one.name == trap and one.value.strip() for one in fields) else ""


def typed(stats: list[wire.FieldStat] | None) -> bool | None:
    """Tell whether somebody was in a field, or let the browser fill it in; None where nothing tells."""
    answered = [one for one in stats or () if one.state]
    return any(one.entered or one.time or one.state == wire.AUTOFILLED for one in answered) if answered else None


def named(values: Mapping[str, Any]) -> list[wire.Field]:
    """Give what a page's script said by name as fields; what is empty or nested is left out."""
    said = {name: value for name, value in values.items() if value and not isinstance(value, dict | list)}
    return [wire.Field(name=name, label=name, value=str(value)[: wire.MAX_VALUE]) for name, value in said.items()]


def missed(parts: Iterable[wire.Missed]) -> list[wire.Missed]:
    """Give what the widget can't reach: frames by their origin alone ("" where they have none), components by their
    tag's name, and none of what calls itself something else."""
    frames_and_tags = (
        replace(one, where=origin_of(None, one.where) or "") if one.what == "frame" else one for one in parts
    )
    return [one for one in frames_and_tags if one.what == "frame" or _TAG.fullmatch(one.where)]
