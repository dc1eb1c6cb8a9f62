"""What a form of the dashboard posted: texts by name, bounded, without what a database refuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from litestar import Request
from litestar.datastructures import UploadFile

from leadsbot.errors import InvalidInput

# A note of 20,000 characters, each of four bytes, each byte percent-encoded.
MAX_BODY = 256 * 1024
# A hosted form of fifty questions, each in nine parts.
MAX_FIELDS = 600


class File(NamedTuple):
    """A file as the browser sent it, with the name that it has there."""

    name: str
    content: bytes


class Posted:
    """A form's fields. A name that was not sent is an empty text."""

    def __init__(self, fields: Mapping[str, list[str]], files: Mapping[str, File] | None = None) -> None:
        self._fields = fields
        self._files = files or {}

    @classmethod
    async def of(cls, request: Request[Any, Any, Any]) -> Posted:
        """Read the body of a form; any other kind of body holds no field. Raises InvalidInput for too many."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "multipart/form-data":
            return await cls._of_parts(request)
        if kind != "application/x-www-form-urlencoded":
            return cls({})
        try:
            text = (await request.body()).decode("utf-8", "replace")
            return cls(parse_qs(text, keep_blank_values=True, max_num_fields=MAX_FIELDS))
        except ValueError:
            raise InvalidInput("The form has too many fields.") from None

    @classmethod
    async def _of_parts(cls, request: Request[Any, Any, Any]) -> Posted:
        fields: dict[str, list[str]] = {}
        files: dict[str, File] = {}
        for name, value in (await request.form()).multi_items():
            if isinstance(value, UploadFile):
                files[name] = File(value.filename, await value.read())
                await value.close()
            else:
                fields.setdefault(name, []).append(str(value))
        return cls(fields, files)

    def file(self, name: str) -> File | None:
        """Give a file; None where none was chosen."""
        return self._files.get(name)

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
