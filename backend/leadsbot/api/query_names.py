"""Query parameters that an address doesn't know are refused: a filter that is misspelled would list everybody, and a
`dry_run` that is would take a file in."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from leadsbot.errors import InvalidInput

MOST_NAMED: Final = 10
LONGEST_NAMED: Final = 60


def refuse_unknown(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Raise `InvalidInput` naming what isn't known, at an address that takes query parameters at all."""
    if not connection.scope["query_string"]:
        return
    known = _known_to(handler)
    unknown = sorted(set(connection.query_params) - known)[:MOST_NAMED] if known else []
    if unknown:
        quoted = ", ".join(f'"{name[:LONGEST_NAMED]}"' for name in unknown)
        raise InvalidInput(
            f"This address knows no parameter {quoted}. These are known: {', '.join(sorted(known))}.",
            fields=unknown,
        )


@lru_cache(maxsize=1_000)
def _known_to(handler: BaseRouteHandler) -> frozenset[str]:
    """Give the names that a handler and what it depends on read."""
    return frozenset(one.field_alias for one in handler.create_kwargs_model({}).expected_query_params)
