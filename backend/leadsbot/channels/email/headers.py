"""How a mail's headers are written: by the standard library, but for those that it would spoil, or let others spoil.

The library decodes encoded words (RFC 2047) wherever it finds them, in what a visitor typed too, and writes out what it
found: `=?utf-8?q?a=0D=0ABcc:...?=` would become a line of its own (CVE-2024-6923, in Pythons of before that).
"""

from __future__ import annotations

from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.policy import SMTP, Policy
from typing import Any, Final

_LONGEST_LINE: Final = 78  # RFC 5322, section 2.1.1
_ENCODED: Final = "=?"

_registry: Final[Any] = HeaderRegistry()


class Text(UnstructuredHeader, BaseHeader):
    """A header of somebody's words: it shows what they typed, encoded words as they stand."""

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        """Take the value as it is, and decode nothing."""
        kwds["parse_tree"], kwds["decoded"] = cls.value_parser(""), value

    def fold(self, *, policy: Policy) -> str:
        if self.isascii() and _ENCODED not in self:
            return self._as_it_stands(policy)
        header = Header(str(self), "utf-8", maxlinelen=_LONGEST_LINE, header_name=self.name)
        return f"{self.name}: {header.encode(linesep=policy.linesep)}{policy.linesep}"

    def _as_it_stands(self, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


class Word(Text):
    """A header that is one word, read by programs: an address or an id. However long, it stands as it is; the library
    would make encoded words of one beyond 78 characters, which no mail program takes for an address.
    """

    def fold(self, *, policy: Policy) -> str:
        readable = self.isascii() or getattr(policy, "utf8", False)
        return self._as_it_stands(policy) if readable else super().fold(policy=policy)


_registry.map_to_type("subject", Text)
for _name in ("to", "reply-to", "list-unsubscribe", "in-reply-to", "references"):
    _registry.map_to_type(_name, Word)

POLICY: Final = SMTP.clone(header_factory=_registry)
