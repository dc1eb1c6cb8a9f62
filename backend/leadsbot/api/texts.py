"""Texts as request bodies may carry them, with their longest lengths (contract, section 4)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

# At least one character that is not blank.
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
Short = Annotated[str, Meta(max_length=200)]
Line = Annotated[str, Meta(max_length=2000)]
Names = Annotated[list[Name], Meta(max_length=200)]
