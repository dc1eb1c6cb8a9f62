"""`matches`: users' patterns on visitors' texts, in time that grows only with their length.

RE2 doesn't backtrack (https://github.com/google/re2/wiki/Syntax), so no pattern is catastrophic; the size of its
program times the length of the text bounds what one look costs: a tenth of a second at the very most.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

import re2

from leadsbot.errors import InvalidInput

MAX_PATTERN: Final = 200
MAX_PROGRAM: Final = 2_500
MAX_MATCHED: Final = 2_000
_MEMORY = 1 << 20


def check_pattern(pattern: str, at: str) -> None:
    """Raise InvalidInput for a pattern that RE2 doesn't know or that is too large."""
    if len(pattern) > MAX_PATTERN:
        raise InvalidInput(f"A pattern has at most {MAX_PATTERN} characters.", fields=[at])
    try:
        size = _compiled(pattern).programsize
    except re2.error as error:
        said = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
        if "too large" not in said:
            raise InvalidInput(f"The pattern can't be read: {said}.", fields=[at]) from None
        size = MAX_PROGRAM + 1
    if size > MAX_PROGRAM:
        raise InvalidInput("The pattern is too large; write fewer or smaller repetitions.", fields=[at])


def found_in(pattern: str, texts: Iterable[str]) -> bool:
    """Tell whether a pattern is found anywhere in one of some texts (in their first 2,000 characters in all), whatever
    its case."""
    compiled, left = _compiled(pattern), MAX_MATCHED
    for text in texts:
        if compiled.search(_readable(text[:left])) is not None:
            return True
        left -= len(text)
        if left <= 0:
            break
    return False


def _readable(text: str) -> str:
    """Compose letters with their marks, and make of half a character what UTF-8 knows."""
    return unicodedata.normalize("NFC", text).encode("utf-8", "replace").decode()


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _MEMORY
    return re2.compile(_readable(pattern), options)
