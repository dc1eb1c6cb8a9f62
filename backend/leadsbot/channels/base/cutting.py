"""Texts made to fit: measured in UTF-16 units, which chat services count or count more kindly than."""

from __future__ import annotations

from collections.abc import Callable

ELLIPSIS = "…"


def units(text: str) -> int:
    """Count UTF-16 units: an emoji has two."""
    return len(text.encode("utf-16-le", errors="replace")) // 2


def fitted(text: str, most: int, escape: Callable[[str], str] = str) -> str:
    """Give `text`, escaped, in at most `most` units, ending in an ellipsis where something is missing.

    What is cut is the text, never what escaping made of it, so that no half of an escape is left at the end.
    """
    whole = escape(text)
    if units(whole) <= most:
        return whole
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        fits = units(_cut(text, middle, escape)) <= most
        low, high = (middle, high) if fits else (low, middle - 1)
    return _cut(text, low, escape) if most > 0 else ""


def _cut(text: str, length: int, escape: Callable[[str], str]) -> str:
    return escape(text[:length].rstrip()) + ELLIPSIS
