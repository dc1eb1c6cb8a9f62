"""A field's name as the words it is made of."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_LETTERS: Final = re.compile(r"[\W\d_]+")
# Letters of their own right, which Unicode takes no accent off.
_PLAIN: Final = str.maketrans("łŁøØđĐı", "lLoOdDi")


def words_of(name: str) -> str:
    """Split snake, kebab and camel case, accents taken off: "cc-number", "cardNumber", "Prüfziffer" -> "cc number",
    "card number", "prufziffer"."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return _NOT_LETTERS.sub(" ", _CAMEL.sub(" ", plain.translate(_PLAIN))).casefold()
