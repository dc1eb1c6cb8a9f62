"""How a mail's headers are written: by the standard library, but for those that it would spoil."""

from __future__ import annotations

from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.policy import SMTP, Policy
from typing import Any, Final

_registry: Final[Any] = HeaderRegistry()


class Word(UnstructuredHeader, BaseHeader):
    """A header that is one word, read by programs: an address or an id. However long, it stands as it is; the library
    would make encoded words (RFC 2047) of one beyond 78 characters, which no mail program takes for an address.
    """

    def fold(self, *, policy: Policy) -> str:
        if not self.isascii():
            return super().fold(policy=policy)
        return f"{self.name}: {self}{policy.linesep}"


for _name in ("list-unsubscribe", "in-reply-to", "references"):
    _registry.map_to_type(_name, Word)

POLICY: Final = SMTP.clone(header_factory=_registry)
