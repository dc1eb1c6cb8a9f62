"""A CSV file as somebody's spreadsheet wrote it: encoding and delimiter found out, rows counted, limits held.

Nothing is trusted to be declared: Excel writes Windows-1252 or UTF-16 with tabs, semicolons where the comma is the
decimal sign, and a first line `sep=;` at times.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from msgspec import Struct

from leadsbot.errors import InvalidInput

MOST_ROWS: Final = 50_000
MOST_COLUMNS: Final = 200
LONGEST_CELL: Final = 20_000
LONGEST_HEADER: Final = 200
LONGEST_ADDRESS: Final = 320
DELIMITERS: Final = (",", ";", "\t", "|")

_SAMPLE_ROWS: Final = 20
_SAMPLE_CHARACTERS: Final = 64 * 1024
_SEP: Final = re.compile(r'"?sep=(.)"?[ \t]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
_BOMS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_ADDRESS: Final = re.compile(r"[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+")
_NOT_CSV: Final = (
    (b"PK\x03\x04", "an Excel or zip file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file"),
    (b"%PDF", "a PDF"),
)

Line = tuple[int, list[str]]


class Sheet(Struct, frozen=True):
    """A file's text with how it is read. `text` is without mark and `sep=` line; `offset` is how many lines of the file
    those were."""

    text: str
    delimiter: str
    header: tuple[str, ...]
    offset: int = 0

    def lines(self) -> Iterator[Line]:
        """Give each row that says something with its number as spreadsheets show it (the header is row 1)."""
        for number, cells in enumerate(_records(self.text, self.delimiter), 1 + self.offset):
            if number > 1 + self.offset and any(cell.strip() for cell in cells):
                yield number, cells


def read(raw: bytes) -> Sheet:
    """Find out how a file is to be read. Raises InvalidInput with what to do where it is no CSV with a header."""
    text = decode(raw)
    marked = _SEP.match(text)
    delimiter = marked[1] if marked else ""
    text = text[marked.end() :] if marked else text
    return reopen(text, delimiter or _delimiter(text), 1 if marked else 0)


def reopen(text: str, delimiter: str, offset: int = 0) -> Sheet:
    """Give the sheet of a text that was read before."""
    first = next(_records(text, delimiter), [])
    return Sheet(text, delimiter, _header(first), offset)


def count(sheet: Sheet) -> int:
    """Count the rows that say something. Raises InvalidInput for none, and for too many as soon as there are."""
    rows = sum(1 for _ in islice(sheet.lines(), MOST_ROWS + 1))
    if rows == 0:
        raise InvalidInput("The file has no row below its header.", code="no_rows")
    if rows > MOST_ROWS:
        raise InvalidInput(
            f"The file has too many rows: at most {MOST_ROWS:,} are taken at once. Split it.", code="too_many_rows"
        )
    return rows


def decode(raw: bytes) -> str:
    """Give a file's text: by its mark, as UTF-8 where it is that, as UTF-16 where every other byte is zero, else as
    Windows-1252."""
    for magic, what in _NOT_CSV:
        if raw.startswith(magic):
            raise InvalidInput(f"This is {what}. Save it as CSV first, then upload that.", code="not_csv")
    text = _decoded(raw)
    if "\0" in text:
        raise InvalidInput("The file holds NUL characters, so it is no text. Save it as CSV (UTF-8).", code="not_csv")
    return text


def _decoded(raw: bytes) -> str:
    for mark, encoding in _BOMS:
        if raw.startswith(mark):
            try:
                return raw[len(mark) :].decode(encoding)
            except UnicodeDecodeError:
                raise InvalidInput(
                    "The file is damaged: it isn't in the encoding that it says. Save it as CSV (UTF-8).",
                    code="bad_encoding",
                ) from None
    encodings = ("utf-16-le",) if _alternating(raw, 1) else ("utf-16-be",) if _alternating(raw, 0) else ()
    for encoding in (*encodings, "utf-8"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp1252", "replace")


def _alternating(raw: bytes, start: int) -> bool:
    """Tell whether most of every other byte is zero, as in UTF-16 of a western text."""
    half = raw[start:2000:2]
    return len(half) > 1 and half.count(0) > len(half) / 2


def _delimiter(text: str) -> str:
    """Choose the delimiter that cuts the first rows into most columns, and all alike."""
    sample = text[:_SAMPLE_CHARACTERS]
    return max(DELIMITERS, key=lambda one: _alike(sample, one))


def _alike(sample: str, delimiter: str) -> tuple[int, int]:
    widths: list[int] = []
    try:
        for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if cells:
                widths.append(len(cells))
            if len(widths) == _SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    if not widths or widths[0] < 2:
        return 0, 0
    return sum(1 for width in widths if width == widths[0]), widths[0]


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from reader
    except csv.Error:
        raise InvalidInput(
            f"Line {reader.line_num} can't be read; most likely a quotation mark is opened before it and never closed.",
            code="bad_csv",
        ) from None


def _header(cells: list[str]) -> tuple[str, ...]:
    """Give the columns' names, each once: an empty one by its place, a second of one name with a number."""
    if not any(cell.strip() for cell in cells):
        raise InvalidInput("The first row must name the columns; it is empty.", code="no_header")
    if len(cells) > MOST_COLUMNS:
        raise InvalidInput(f"The file has {len(cells):,} columns; at most {MOST_COLUMNS} are taken.", code="too_wide")
    if any(len(cell) <= LONGEST_ADDRESS and _ADDRESS.fullmatch(cell) for cell in map(str.strip, cells)):
        raise InvalidInput(
            "The first row must name the columns, but there is a mail address in it. Add a row above.", code="no_header"
        )
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = " ".join(cell.split())[:LONGEST_HEADER] or f"Column {place}"
        unique, number = name, 1
        while unique in names:
            number += 1
            unique = f"{name} ({number})"
        names.append(unique)
    return tuple(names)
