"""What a form of the dashboard posted: texts by name, bounded, without what a database refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from litestar import Request

from leadsbot.errors import InvalidInput

# A note of 20,000 characters, each of four bytes, each byte percent-encoded.
MAX_BODY = 256 * 1024
# A hosted form of fifty questions, each in nine parts.
MAX_FIELDS = 600


class Posted:
    """A form's fields. A name that was not sent is an empty text."""

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        self._fields = fields

    @classmethod
    async def of(cls, request: Request[Any, Any, Any]) -> Posted:
        """Read the body of a plain form; any other kind of body holds no field. Raises InvalidInput for too many."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            return cls({})
        try:
            text = (await request.body()).decode("utf-8", "replace")
            return cls(parse_qs(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
        except ValueError:
            raise InvalidInput("The form has too many fields.") from None

    def raw(self, name: str) -> str:
        """Give a field as it was typed: passwords keep their blanks."""
        return self._fields.get(name, [""])[-1].replace("\x00", "")

    def text(self, name: str) -> str:
        """Give a field without blanks around it, its line ends as the server writes them."""
        return self.raw(name).replace("\r\n", "\n").strip()

    def lines(self, name: str) -> list[str]:
        """Give a field's lines that say something."""
        return [line.strip() for line in self.text(name).split("\n") if line.strip()]

    def all(self, name: str) -> list[str]:
        """Give every value of a group of checkboxes."""
        return [value.replace("\x00", "") for value in self._fields.get(name, [])]

    def values(self) -> dict[str, str]:
        """Give what was typed, to show the form again."""
        return {name: self.raw(name) for name in self._fields}
