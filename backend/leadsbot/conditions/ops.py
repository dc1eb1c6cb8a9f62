"""The operators, and what each takes as its value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ORDERED: Final = (">", ">=", "<", "<=")
LISTED: Final = ("in", "not_in")
UNVALUED: Final = ("exists", "missing")
OPS: Final = ("==", "!=", *ORDERED, *LISTED, "contains", *UNVALUED, "matches")

# An operator that says no is exactly the other one denied, also of what is missing and of lists.
DENIES: Final[Mapping[str, str]] = {"!=": "==", "not_in": "in", "missing": "exists"}
