"""Why a request got no answer."""

from __future__ import annotations

from typing import Literal

from leadsbot.errors import LeadsBotError

Reason = Literal["blocked_address", "dns", "connect", "tls", "timeout", "protocol", "invalid_url"]


class OutboundError(LeadsBotError):
    """A request that got no answer. `reason` says why; `permanent` means that trying again will not help."""

    def __init__(self, reason: Reason, message: str, *, permanent: bool = False) -> None:
        super().__init__(message, code=reason)
        self.reason: Reason = reason
        self.permanent = permanent
