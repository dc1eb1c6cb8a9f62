"""What differs between the two databases, in one place.

SQL is written once, in PostgreSQL's `$1` placeholders; these helpers give each dialect its spelling.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Literal

import msgspec
from piccolo.table import Table

Dialect = Literal["sqlite", "postgres"]

_PLACEHOLDER = re.compile(r"\$(\d+)")


@lru_cache(maxsize=1024)
def for_sqlite(sql: str) -> str:
    """Turn `$1` into `?1`; numbered, so that a value may be used twice."""
    return _PLACEHOLDER.sub(r"?\1", sql)


def one_of(dialect: Dialect, number: int) -> str:
    """Give the right-hand side of a membership test against parameter `number`, whose value `many()` makes."""
    if dialect == "sqlite":
        return f"IN (SELECT value FROM json_each(${number}))"
    return f"= ANY(${number}::text[])"


def many(dialect: Dialect, values: Sequence[str]) -> Any:
    """Give a list of texts as the parameter that `one_of()` expects."""
    return msgspec.json.encode(list(values)).decode() if dialect == "sqlite" else list(values)


def now_ms(dialect: Dialect) -> str:
    """Give the database's own clock in milliseconds: leases must not depend on a node's."""
    if dialect == "sqlite":
        return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"


def contains(dialect: Dialect, column: str, number: int) -> str:
    """Give a case-insensitive substring test without patterns: `%` and `_` in the search mean themselves."""
    if dialect == "sqlite":
        return f"instr(lower({column}), lower(${number})) > 0"
    return f"strpos(lower({column}), lower(${number})) > 0"


def holds(dialect: Dialect, column: str, number: int) -> str:
    """Give a test whether a JSON list of texts in `column` has one of them, small and capital ASCII letters alike."""
    if dialect == "sqlite":
        return f"EXISTS (SELECT 1 FROM json_each({column}) WHERE lower(value) = lower(${number}))"
    return (
        f"EXISTS (SELECT 1 FROM json_array_elements_text(CAST({column} AS JSON)) AS held"
        f" WHERE lower(held) = lower(${number}))"
    )


def gathered(dialect: Dialect, value: str, condition: str) -> str:
    """Give an aggregate: the numbers of a group's rows that meet a condition, as JSON, or NULL where none does."""
    if dialect == "sqlite":
        return f"nullif(json_group_array({value}) FILTER (WHERE {condition}), '[]')"
    return f"json_agg({value}) FILTER (WHERE {condition})"


@lru_cache(maxsize=256)
def insert_statement(dialect: Dialect, table: type[Table], columns: tuple[str, ...], conflict: str) -> str:
    """Give one statement that inserts any number of rows: `executemany` on SQLite, one `unnest` on PostgreSQL."""
    name, names = table._meta.tablename, ", ".join(f'"{column}"' for column in columns)
    if dialect == "sqlite":
        marks = ", ".join("?" * len(columns))
        return f'INSERT INTO "{name}" ({names}) VALUES ({marks}) {conflict}'
    arrays = ", ".join(f"${n}::{_array_type(table, column)}[]" for n, column in enumerate(columns, 1))
    values = ", ".join(f'v."{column}"{_cast(table, column)}' for column in columns)
    return f'INSERT INTO "{name}" ({names}) SELECT {values} FROM unnest({arrays}) AS v({names}) {conflict}'


def _array_type(table: type[Table], column: str) -> str:
    kind = _column_type(table, column)
    if kind in {"BIGINT", "INTEGER", "BOOLEAN", "DOUBLE PRECISION", "REAL"}:
        return kind
    return "TEXT"


def _cast(table: type[Table], column: str) -> str:
    kind = _column_type(table, column)
    return f"::{kind}" if kind in {"JSONB", "JSON", "UUID"} else ""


def _column_type(table: type[Table], column: str) -> str:
    return str(table._meta.get_column_by_name(column, match_db_column_name=True).column_type).upper()
