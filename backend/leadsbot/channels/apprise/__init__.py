"""Alerts through the services that Apprise knows and that have no channel here (https://github.com/caronc/apprise).

Only services with hosts of their own: see `services`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote

from leadsbot.channels.apprise import running
from leadsbot.channels.apprise.services import SERVICES
from leadsbot.channels.apprise.words import card, told
from leadsbot.channels.base import DeliveryFailed, Parcel, Receipt, note, one_line, retry_after, summarize
from leadsbot.channels.base.digest import PLAIN_ROOM, plain_digest
from leadsbot.channels.base.fields import ConfigField
from leadsbot.errors import InvalidInput
from leadsbot.outbound import Outbound

MAX_URL = 2_000
_SHORTEST_SECRET = 5
_AROUND_A_DIGEST = 120  # its title, and that more follows
_OWN = {"discord": "discord", "slack": "slack", "tgram": "telegram", "mailto": "email", "mailtos": "email"}
_FIELD = "config.url"


class Apprise:
    """Config: `url`, an address of Apprise's kind such as `pover://USER@TOKEN`."""

    kind = "apprise"
    label = "Apprise"
    fields = (
        ConfigField("url", "Apprise address", "Such as pover://USER@TOKEN. The guide names the services.", "secret"),
    )

    def check_config(self, config: Mapping[str, Any]) -> dict[str, Any]:
        """Check that the service is one of ours, that the address is complete, and that it leads nowhere else."""
        url = config.get("url")
        if not isinstance(url, str) or "://" not in url or len(url) > MAX_URL:
            raise InvalidInput("Paste an Apprise address, such as pover://USER@TOKEN.", fields=[_FIELD])
        url = url.strip()
        if re.search(r"[\s\x00-\x1f\x7f]", url):
            raise InvalidInput("An Apprise address has no spaces: write them as %20.", fields=[_FIELD])
        schema = running.schema_of(url)
        if schema not in SERVICES:
            raise InvalidInput(_why_not(schema), fields=[_FIELD])
        if forbidden := running.forbidden_in(url):
            raise InvalidInput(f"Leave {forbidden[0]}= out of the address: that isn't for it to say.", fields=[_FIELD])
        _rehearse(url, SERVICES[schema].label)
        return {"url": url}

    def destination(self, config: Mapping[str, Any]) -> str:
        schema = running.schema_of(str(config["url"]))
        return SERVICES[schema].label if schema in SERVICES else schema

    async def send(self, parcel: Parcel, outbound: Outbound) -> Receipt:
        """Send the alert as plain text, or as a card where the service shows nothing else; as much as it takes."""
        url = str(parcel.config["url"])
        label = _label(url)
        try:
            summary, room = summarize(parcel), await running.room(url)
            title = summary.title if room.titled else ""
            body = card(summary, room.text) if room.card else told(summary, room.text, titled=room.titled)
            content, exchange = await running.notify(url, title, body, card=room.card, anywhere=outbound.allow_private)
        except TimeoutError:
            raise DeliveryFailed(f"{label} took longer than {running.SECONDS:g} seconds.") from None
        except ValueError:
            raise DeliveryFailed(f"Apprise can't read this channel's address for {label}.", permanent=True) from None
        said = without_secrets(one_line(exchange.body.decode(errors="replace")), url)
        if content:
            return Receipt(exchange.status, note(f"{label} answered {exchange.status}: {said}".encode()))
        raise _failure(label, exchange, said)

    async def send_digest(self, parcels: Sequence[Parcel], outbound: Outbound) -> Sequence[Receipt]:
        """Send as many as the service has room for, each with its link."""
        url = str(parcels[0].config["url"])
        try:
            _label(url)
            most = min(PLAIN_ROOM, (await running.room(url)).text - _AROUND_A_DIGEST)
        except (TimeoutError, ValueError):  # what is wrong is said when it is sent
            most = 0
        parcel, count = plain_digest(parcels, most)
        return [await self.send(parcel, outbound)] * count


def _label(url: str) -> str:
    schema = running.schema_of(url)
    if schema not in SERVICES:  # it was once
        raise DeliveryFailed(_why_not(schema), permanent=True, disable=_why_not(schema))
    return SERVICES[schema].label


def without_secrets(text: str, url: str) -> str:
    """Give what a service said without the parts of the address that it may repeat, encoded or not."""
    parts = {unquote(part) for part in re.split(r"[/@:?&;=,]+", url.partition("://")[2])}
    written = {form for part in parts if len(part) >= _SHORTEST_SECRET for form in (part, quote(part, safe=""))}
    for form in sorted(written, key=len, reverse=True):
        text = text.replace(form, "…")
    return text


def _why_not(schema: str) -> str:
    if own := _OWN.get(schema):
        return f"There is a channel of its own for this: add one of the kind {own}."
    services = ", ".join(sorted({service.label for service in SERVICES.values()}, key=str.casefold))
    return f"{schema[:40]}:// can't be used, since it may lead to any host. What can be used: {services}."


def _rehearse(url: str, label: str) -> None:
    try:
        at_home, asked = running.rehearse(url)
    except ValueError:
        asked, at_home = [], True
    if not asked:
        message = f"The address for {label} is not complete. https://github.com/caronc/apprise/wiki shows how it looks."
        raise InvalidInput(message, fields=[_FIELD])
    if not at_home:
        raise InvalidInput(f"This address leads elsewhere than to {label} itself.", fields=[_FIELD])


def _failure(label: str, exchange: Any, said: str) -> DeliveryFailed:
    status: int | None = exchange.status
    if exchange.elsewhere:
        return DeliveryFailed(f"This address leads elsewhere than to {label} itself.", permanent=True)
    if status is None:
        return DeliveryFailed(exchange.trouble or f"Apprise sent nothing to {label}: the address is not complete.")
    wait = retry_after({"retry-after": exchange.retry_after})
    message = f"{label} answered {status}: {said[:200]}" if said else f"{label} answered {status}."
    return DeliveryFailed(message, status_code=status, retry_after=wait, answer=note(said.encode()))


CHANNEL = Apprise()
