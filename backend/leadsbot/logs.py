"""Log lines: for people or as JSON, on standard error, and never a secret in them.

Our own lines go through structlog, those of libraries through the standard library; both end in one handler. Whatever
a line holds (an exception's text, a library's idea of help), tokens, keys and passwords are taken out of it last.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable
from typing import Any, Final, Literal

import structlog

HIDDEN: Final = "[hidden]"

# A Bot API address carries the bot's token, a database's or mail server's its password, an invitation's and a
# forgotten password's their secret, a webhook's perhaps a key in its query.
_SECRETS: Final = re.compile(
    r"(?P<bot>\b(?:bot)?\d{3,}:)[A-Za-z0-9_-]{20,}"
    r"|(?P<url>\b[a-z][a-z0-9+.-]*://[^\s/:@]*:)[^\s/@]+(?=@)"
    r"|(?P<key>\b(?:lb_|whsec_))[A-Za-z0-9+/=_-]{8,}"
    r"|(?P<bearer>\bBearer )[!-~]{8,}"
    r"|(?P<query>[?&][a-z_-]*(?:token|key|secret|signature|sig|password|auth)=)[^\s&#\"'<>]+"
    r"|(?P<link>/(?:invitations|login/reset)/)[^\s/?#\"'<>]+",
    re.IGNORECASE,
)
# At INFO and below these tell of every request, with its whole address.
_TALKATIVE: Final = ("httpx", "httpcore", "telegram", "uvicorn", "piccolo", "aiosqlite", "asyncio", "litestar")


def configure(kind: Literal["text", "json"]) -> None:
    """Let every logger of the process write `kind` lines to standard error; of several calls the last one holds."""
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Discreet(foreign_pre_chain=shared, processors=_rendering(kind)))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in _TALKATIVE:
        quiet = logging.getLogger(name)
        quiet.handlers.clear()
        quiet.propagate = True
        quiet.setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def without_secrets(line: str) -> str:
    """Give `line` with tokens, keys and passwords in it replaced; what kind each was stays visible."""
    return _SECRETS.sub(lambda found: (found[found.lastgroup] if found.lastgroup else "") + HIDDEN, line)


def _rendering(kind: Literal["text", "json"]) -> Iterable[structlog.types.Processor]:
    drop = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if kind == "json":
        return (drop, structlog.processors.format_exc_info, structlog.processors.JSONRenderer())
    plain = structlog.dev.plain_traceback  # the pretty one would show local variables, secrets among them
    return (drop, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain))


class _Discreet(structlog.stdlib.ProcessorFormatter):
    """Takes secrets out of the finished line, where nothing can be added to it any more."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))
