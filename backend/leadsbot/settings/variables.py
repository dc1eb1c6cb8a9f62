"""The list of variables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from leadsbot.settings import values


@dataclass(frozen=True)
class Variable:
    """One environment variable. `parse` raises ValueError with the end of a sentence that begins with the name."""

    name: str
    default: str
    meaning: str
    parse: Callable[[str], Any]
    secret: bool = False
    when_empty: str = "empty"

    @property
    def field(self) -> str:
        """The attribute of `Settings` that holds it."""
        return self.name.removeprefix("LEADSBOT_").lower()


def _var(name: str, default: str, meaning: str, parse: Callable[[str], Any], **more: Any) -> Variable:
    return Variable(f"LEADSBOT_{name}", default, meaning, parse, **more)


_GENERATED = "generated once into the data folder"

VARIABLES: tuple[Variable, ...] = (
    _var(
        "DATABASE_URL",
        "sqlite:///data/leadsbot.db",
        "the database: a file, or PostgreSQL",
        values.database_url,
        secret=True,
    ),
    _var("SECRET_KEY", "", "signs cookies and links, encrypts stored secrets", str, secret=True, when_empty=_GENERATED),
    _var("PUBLIC_URL", "http://127.0.0.1:8000", "the address that visitors and links use", values.public_url),
    _var("HOST", "127.0.0.1", "the address to listen on", values.host),
    _var("PORT", "8000", "the port to listen on", values.port),
    _var("TRUSTED_PROXIES", "", "CIDRs whose X-Forwarded-For is believed", values.networks),
    _var("TELEGRAM_TOKEN", "", "the instance's bot", values.telegram_token, secret=True),
    _var("TELEGRAM_API", "https://api.telegram.org", "Bot API server", values.http_url),
    _var("TELEGRAM_MODE", "polling", "how the bot hears what people say", values.choice("polling", "webhook")),
    _var("SMTP_URL", "", "the server that takes outgoing mail", values.smtp_url, secret=True),
    _var("MAIL_FROM", "leadsbot@localhost", "the sender of outgoing mail", values.mail_from),
    _var("ALLOW_PRIVATE_TARGETS", "0", "1 lets outbound requests reach private addresses", values.flag),
    _var(
        "CAPTCHA_VERIFY_URL", "", "where CAPTCHA answers are checked", values.http_url, when_empty="the provider's own"
    ),
    _var("LOG", "text", "log lines for people or for machines", values.choice("text", "json")),
    _var("METRICS_TOKEN", "", "bearer token for /metrics", values.bearer, secret=True),
    _var("RETRY_SCHEDULE", "5s,5m,30m,2h,5h,10h,10h", "waits between delivery attempts", values.schedule),
)
