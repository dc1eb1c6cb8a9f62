"""Reading files as spreadsheets write them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadsbot.errors import InvalidInput
from leadsbot.imports import columns, sheet

NOBODY: dict[str, set[str]] = {}


def lines(raw: bytes) -> list[sheet.Line]:
    return list(sheet.read(raw).lines())


PLAIN = "Name;E-Mail;Ort\r\nJürgen Groß;j@gross.example;Wien\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("cp1252"),
        PLAIN.encode("utf-16"),
        b"\xfe\xff" + PLAIN.encode("utf-16-be"),
        PLAIN.encode("utf-16-le"),
        PLAIN.replace("\r\n", "\n").encode(),
        PLAIN.replace("\r\n", "\r").encode(),
        PLAIN.replace(";", ",").encode(),
        PLAIN.replace(";", "\t").encode("utf-16"),
        ("sep=;\r\n" + PLAIN).encode("cp1252"),
    ],
)
def test_every_way_of_writing_reads_the_same(raw: bytes) -> None:
    found = sheet.read(raw)
    assert found.header == ("Name", "E-Mail", "Ort")
    ((_, cells),) = found.lines()
    assert cells == ["Jürgen Groß", "j@gross.example", "Wien"]


def test_rows_have_the_numbers_that_spreadsheets_show() -> None:
    raw = b'a,b\n1,"two\nlines"\n\n,\n5,6\n'
    assert lines(raw) == [(2, ["1", "two\nlines"]), (5, ["5", "6"])]
    assert [number for number, _ in lines(b"sep=,\n" + raw)] == [3, 6]


def test_the_delimiter_is_the_one_that_cuts_all_rows_alike() -> None:
    assert sheet.read(b'name;note\n"a, b, c";x, y\n"d, e";z\n').delimiter == ";"
    assert sheet.read(b"email\na@x.example\n").header == ("email",)


def test_columns_are_named_each_once() -> None:
    assert sheet.read(b"Email,,Email,Email\n").header == ("Email", "Column 2", "Email (2)", "Email (3)")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"PK\x03\x04rest", "not_csv"),
        (b"a,b\n1,\x002\n", "not_csv"),
        (b"\xff\xfea", "bad_encoding"),
        (b"", "no_header"),
        (b",,\n1,2,3\n", "no_header"),
        (b"jane@x.example,Jane\n", "no_header"),
        (b",".join(b"c%d" % n for n in range(sheet.MOST_COLUMNS + 1)), "too_wide"),
        (b"jane@x.example," + b",".join(b"c%d" % n for n in range(sheet.MOST_COLUMNS)), "too_wide"),
        (b'a,b\n"' + b"x" * 140_000, "bad_csv"),
    ],
)
def test_what_is_no_list_of_leads_is_refused_with_what_to_do(raw: bytes, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        sheet.count(sheet.read(raw))
    assert refused.value.code == code


def test_a_long_cell_in_the_header_costs_no_pattern_any_time() -> None:
    """The pattern took minutes for such a cell, each time the file was opened."""
    cell = "a@" + "a." * 60_000
    for header in (f"{cell} b", f"{cell}a"):
        found = sheet.read(f"{header},Email\n1,2\n".encode())
        assert found.header == (cell[: sheet.LONGEST_HEADER], "Email")
        assert sheet.reopen(found.text, found.delimiter).header == found.header


def test_rows_are_counted_and_limited() -> None:
    with pytest.raises(InvalidInput, match="no row"):
        sheet.count(sheet.read(b"email\n\n\n"))
    most = b"e\n" + b"x\n" * sheet.MOST_ROWS
    assert sheet.count(sheet.read(most)) == sheet.MOST_ROWS
    with pytest.raises(InvalidInput, match="at most 50,000"):
        sheet.count(sheet.read(most + b"x\n"))


def test_no_more_is_read_than_tells_that_it_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "MOST_ROWS", 3)
    read = []

    def records(text: str, delimiter: str) -> Iterator[list[str]]:
        for number in range(100):
            read.append(number)
            yield [f"p{number}@x.example"]

    monkeypatch.setattr(sheet, "_records", records)
    with pytest.raises(InvalidInput, match="at most 3"):
        sheet.count(sheet.Sheet("", ",", ("email",)))
    assert len(read) == 5, "the header, three rows, and the one too many"


@given(st.one_of(st.binary(max_size=400), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))))
def test_whatever_bytes_are_read_or_refused(raw: bytes) -> None:
    try:
        found = sheet.read(raw)
        sheet.count(found)
    except InvalidInput:
        return
    rows = [cells for _, cells in found.lines()]
    mapping = columns.guessed(found.header, rows, NOBODY)
    assert tuple(mapping) == found.header
    assert list(sheet.reopen(found.text, found.delimiter, found.offset).lines()) == list(found.lines())


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@given(st.lists(st.lists(TEXTS, max_size=3), max_size=9))
def test_what_was_written_is_read(rows: list[list[str]]) -> None:
    """Every cell comes back, whatever it holds, from a file with a header of ours."""
    import csv
    import io

    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(["Name", "Mail", "Where"])
    padded = [[*row, "", "", ""][:3] for row in rows]
    writer.writerows(padded)
    found = sheet.reopen(out.getvalue(), ",")
    assert [cells for _, cells in found.lines()] == [row for row in padded if any(cell.strip() for cell in row)]
