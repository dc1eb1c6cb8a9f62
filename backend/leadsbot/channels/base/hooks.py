"""Incoming webhooks of chat services: an address with a secret in it, which belongs to a host of the service's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from leadsbot.errors import InvalidInput
from leadsbot.outbound import OutboundError, check_url, is_public

FIELD = "webhook_url"
_INSIDE = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test", ".invalid")


@dataclass(frozen=True, slots=True)
class Hooks:
    """How a service's addresses look: its hosts, a path with a group named `id`, and a sentence that shows one."""

    hosts: frozenset[str]
    path: re.Pattern[str]
    advice: str

    def checked(self, config: Mapping[str, Any]) -> str:
        """Give the address in its normal form. Raises InvalidInput."""
        given = config.get(FIELD)
        if not isinstance(given, str) or not given.strip():
            raise InvalidInput(self.advice, fields=[f"config.{FIELD}"])
        try:
            url = check_url(str(check_url(given.strip())))
        except OutboundError as error:
            raise InvalidInput(error.message, fields=[f"config.{FIELD}"]) from None
        if url.host in self.hosts and not self.path.fullmatch(url.path):
            raise InvalidInput(self.advice, fields=[f"config.{FIELD}"])
        return str(url)

    def require_home(self, config: Mapping[str, Any]) -> None:
        """Refuse an address that isn't the service's own. Raises InvalidInput."""
        url = check_url(str(config[FIELD]))
        if url.scheme != "https" or url.host not in self.hosts or url.port is not None:
            raise InvalidInput(self.advice, fields=[f"config.{FIELD}"])

    def place(self, kind: str, config: Mapping[str, Any]) -> str:
        """Name where it leads without its secret."""
        url = check_url(str(config[FIELD]))
        found = self.path.fullmatch(url.path)
        return f"{kind}:{found['id'] if found and url.host in self.hosts else url.netloc.decode('ascii')}"


def can_open(url: str | None) -> bool:
    """Tell whether a chat service takes `url` as a link: they refuse names without a dot, which nobody else reaches."""
    try:
        parts = urlsplit(url or "")
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or host.endswith(_INSIDE) or "." not in host:
        return False
    try:
        return is_public(host)
    except ValueError:
        return True
