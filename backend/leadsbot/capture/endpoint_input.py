"""What may be said of an endpoint, checked alike for programs and for the dashboard's form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from leadsbot.capture.guards.addresses import check_network
from leadsbot.capture.guards.origins import check_pattern
from leadsbot.capture.lead_body import spelled
from leadsbot.errors import InvalidInput
from leadsbot.workspaces.endpoint_editing import LONGEST_SECRET, PROVIDERS

# What a form may be made to say; the rest of a lead is found out or decided, not asked for.
REQUIRABLE: Final = (
    *("name", "first_name", "last_name", "email", "phone", "company", "message", "notes", "event_date", "event_type"),
    *("lead_type", "source", "domain", "page_url", "landing_page", "campaign", "referrer", "form_name"),
    *("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"),
)


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give what was said, in its normal form. Raises `InvalidInput` naming the field that is wrong."""
    normal = dict(values)
    for name, check in _CHECKS.items():
        if name in normal:
            normal[name] = check(normal[name])
    return normal


def required_fields(names: Iterable[str]) -> list[str]:
    """Give the names as leads spell them (`firstName` is `first_name`), each once."""
    found = [spelled(name) for name in names]
    unknown = next((name for name in found if name not in REQUIRABLE), None)
    if unknown is not None:
        known = ", ".join(REQUIRABLE)
        raise InvalidInput(
            f'"{unknown}" is no field that can be required. These are: {known}.', fields=["required_fields"]
        )
    return list(dict.fromkeys(found))


def allowed_ips(entries: Iterable[str]) -> list[str]:
    """Give the addresses and networks in their normal form, each once."""
    return list(dict.fromkeys(check_network(entry) for entry in entries))


def allowed_origins(entries: Iterable[str]) -> list[str]:
    """Give the origins in their normal form, each once."""
    return list(dict.fromkeys(check_pattern(entry) for entry in entries))


def captcha_provider(name: str | None) -> str:
    """Give the provider's name, empty for none."""
    plain = (name or "").strip().lower()
    if plain and plain not in PROVIDERS:
        raise InvalidInput(f"captcha_provider is one of: {', '.join(PROVIDERS)}; or null.", fields=["captcha_provider"])
    return plain


def captcha_secret(text: str | None) -> str:
    """Give the secret without blanks around it, empty for none."""
    secret = (text or "").strip()
    if len(secret) > LONGEST_SECRET or not secret.isprintable() or not secret.isascii():
        sentence = f"captcha_secret is the provider's secret key: up to {LONGEST_SECRET} letters, digits and signs."
        raise InvalidInput(sentence, fields=["captcha_secret"])
    return secret


_CHECKS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "name": str.strip,
    "required_fields": required_fields,
    "allowed_ips": allowed_ips,
    "allowed_origins": allowed_origins,
    "captcha_provider": captcha_provider,
    "captcha_secret": captcha_secret,
}
