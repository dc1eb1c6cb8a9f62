"""What an import leaves to be mended: the rows that couldn't be taken, as a file that can be sent again."""

from __future__ import annotations

import csv
import io
from pathlib import PurePath

import msgspec

from leadsbot.db import Database
from leadsbot.imports import book, outcome
from leadsbot.imports.book import Row
from leadsbot.imports.columns import ERROR_COLUMN
from leadsbot.imports.sheet import MOST_ROWS


async def failed_csv(database: Database, row: Row) -> bytes:
    """Give the failed rows as UTF-8 with a mark (Excel needs it), in the file's own delimiter, their cells as they
    came; the last column says what is wrong."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=book.options_of(row).delimiter)
    header = list(book.decode_mapping(row))
    writer.writerow([*header, ERROR_COLUMN])
    for failed in await outcome.failures(database, row["id"], MOST_ROWS):
        cells = msgspec.json.decode(failed["cells"], type=list[str])
        cells += [""] * (len(header) - len(cells))
        writer.writerow([*cells, failed["error"]])
    return out.getvalue().encode("utf-8-sig")


def headers(row: Row) -> dict[str, str]:
    """Give the headers of that file's answer: it is saved, never shown, under the name of the one that was sent."""
    stem = "".join(c for c in PurePath(row["file_name"]).stem if c.isascii() and (c.isalnum() or c in "-_ ")).strip()
    return {
        "Content-Disposition": f'attachment; filename="{stem or "import"}-failed.csv"',
        "X-Content-Type-Options": "nosniff",
    }
