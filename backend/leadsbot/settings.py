"""What an operator may set: environment variables, read once at start into one typed, frozen value.

`VARIABLES` is the one list; docs/configuration.md follows it and a test holds it to that. A variable that is empty
counts as not set. Every name has a `_FILE` variant that names a file with the value, for mounted secrets. The
environment wins over `.env`.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from dotenv import dotenv_values

from leadsbot.errors import LeadsBotError

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_MAX_RETRIES = 20
_SECRET_BYTES = 48


class SettingsError(LeadsBotError):
    """The configuration can't be used. `problems` has one sentence per wrong variable, `fields` their names."""

    default_code = "invalid_settings"

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("\n".join(problems.values()), fields=tuple(problems))
        self.problems = dict(problems)


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

    @property
    def shown_default(self) -> str:
        """The default as documentation writes it."""
        return self.default or self.when_empty


def _split(text: str, schemes: tuple[str, ...], *, host: bool = True) -> SplitResult:
    wanted = " or ".join(f"{scheme}://" for scheme in schemes)
    try:
        url = urlsplit(text)
        sound = url.scheme in schemes and url.port != 0 and bool(url.hostname or not host)
    except ValueError:
        sound = False
    if not sound or re.search(r"[\s\x00-\x1f]", text):
        raise ValueError(f"must be an address that begins with {wanted} and names a host")
    return url


def _database_url(text: str) -> str:
    if text.startswith("sqlite:"):
        path = unquote(text.removeprefix("sqlite:///"))
        if path == unquote(text) or path in ("", ":memory:") or path.endswith("/") or "?" in path or "\0" in path:
            raise ValueError("must name a file, such as sqlite:///data/leadsbot.db")
        return text
    url = _split(text, ("postgresql", "postgres"), host=False)
    if not url.path.strip("/"):
        raise ValueError("must name the database, such as postgresql://user:password@host/leadsbot")
    return "postgresql" + text[len(url.scheme) :]


def _http_url(text: str) -> str:
    if text and _split(text, ("http", "https")).fragment:
        raise ValueError("must not have a fragment (#)")
    return text.rstrip("/")


def _public_url(text: str) -> str:
    url = _split(text, ("http", "https"))
    if url.path.strip("/") or url.query or url.fragment or url.username is not None:
        raise ValueError("must be scheme, host and port alone, such as https://leads.example.com")
    return f"{url.scheme}://{url.netloc}"


def _smtp_url(text: str) -> str:
    if not text:
        return text
    for name, value in parse_qsl(_split(text, ("smtp", "smtps")).query, keep_blank_values=True):
        if name != "starttls" or value not in ("0", "1"):
            raise ValueError("knows no option but ?starttls=1 (or 0)")
    return text


def _host(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.:_%-]+", text):
        raise ValueError("must be an IP address or a host name, without scheme or port")
    return text


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= 65_535:
        raise ValueError("must be a whole number from 1 to 65535")
    return int(text)


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(part) for part in re.split(r"[\s,]+", text) if part)
    except ValueError:
        raise ValueError("must list networks such as 10.0.0.0/8 or 10.1.2.3, separated by commas") from None


def _choice(*allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.lower() not in allowed:
            raise ValueError(f"must be {' or '.join(allowed)}")
        return text.lower()

    return parse


def _flag(text: str) -> bool:
    if text.lower() not in ("1", "0", "true", "false", "yes", "no", "on", "off"):
        raise ValueError("must be 1 or 0")
    return text.lower() in ("1", "true", "yes", "on")


def _telegram_token(text: str) -> str:
    if text and not re.fullmatch(r"[0-9]+:[A-Za-z0-9_-]+", text):
        raise ValueError("must be a token as @BotFather gives it: digits, a colon, letters and digits")
    return text


def _mail_from(text: str) -> str:
    address = parseaddr(text)[1]
    if not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", address) or not text.isprintable():
        raise ValueError("must be one mail address, such as leads@example.com or LeadsBot <leads@example.com>")
    return text


def _bearer(text: str) -> str:
    if text and not re.fullmatch(r"[!-~]+", text):
        raise ValueError("must be ASCII without spaces, since it travels in a header")
    return text


def _schedule(text: str) -> tuple[float, ...]:
    waits = [re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)([smhd])", part.strip()) for part in text.split(",")]
    if len(waits) > _MAX_RETRIES or not all(waits):
        raise ValueError(f"must be at most {_MAX_RETRIES} waits such as 30s, 5m, 2h or 1d, separated by commas")
    return tuple(float(wait[1]) * _UNITS[wait[2]] for wait in waits if wait)


def _var(name: str, default: str, meaning: str, parse: Callable[[str], Any], **more: Any) -> Variable:
    return Variable(f"LEADSBOT_{name}", default, meaning, parse, **more)


_GENERATED = "generated once into the data folder"

VARIABLES: tuple[Variable, ...] = (
    _var(
        "DATABASE_URL", "sqlite:///data/leadsbot.db", "the database: a file, or PostgreSQL", _database_url, secret=True
    ),
    _var("SECRET_KEY", "", "signs cookies and links, encrypts stored secrets", str, secret=True, when_empty=_GENERATED),
    _var("PUBLIC_URL", "http://127.0.0.1:8000", "the address that visitors and links use", _public_url),
    _var("HOST", "127.0.0.1", "the address to listen on", _host),
    _var("PORT", "8000", "the port to listen on", _port),
    _var("TRUSTED_PROXIES", "", "CIDRs whose X-Forwarded-For is believed", _networks),
    _var("TELEGRAM_TOKEN", "", "the instance's bot", _telegram_token, secret=True),
    _var("TELEGRAM_API", "https://api.telegram.org", "Bot API server", _http_url),
    _var("TELEGRAM_MODE", "polling", "how the bot hears what people say", _choice("polling", "webhook")),
    _var("SMTP_URL", "", "the server that takes outgoing mail", _smtp_url, secret=True),
    _var("MAIL_FROM", "leadsbot@localhost", "the sender of outgoing mail", _mail_from),
    _var("ALLOW_PRIVATE_TARGETS", "0", "1 lets outbound requests reach private addresses", _flag),
    _var("CAPTCHA_VERIFY_URL", "", "where CAPTCHA answers are checked", _http_url, when_empty="the provider's own"),
    _var("LOG", "text", "log lines for people or for machines", _choice("text", "json")),
    _var("METRICS_TOKEN", "", "bearer token for /metrics", _bearer, secret=True),
    _var("RETRY_SCHEDULE", "5s,5m,30m,2h,5h,10h,10h", "waits between delivery attempts", _schedule),
)


@dataclass(frozen=True)
class Settings:
    """Everything an operator set, checked and typed. What is secret stays out of `repr`."""

    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    public_url: str
    host: str
    port: int
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    telegram_token: str = field(repr=False)
    telegram_api: str
    telegram_mode: Literal["polling", "webhook"]
    smtp_url: str = field(repr=False)
    mail_from: str
    allow_private_targets: bool
    captcha_verify_url: str
    log: Literal["text", "json"]
    metrics_token: str = field(repr=False)
    retry_schedule: tuple[float, ...]

    @classmethod
    def load(cls, env: Mapping[str, str] | None = None, dotenv: Path | None = Path(".env")) -> Settings:
        """Read `env` (default: the process's own), then `dotenv` for what it leaves out.

        Addresses come without a trailing slash, `retry_schedule` in seconds. `secret_key` is empty where none was
        set: see `ensure_secret_key`. Raises SettingsError with a sentence for every wrong variable at once.
        """
        given = _merge(os.environ if env is None else env, _read_dotenv(dotenv))
        values: dict[str, Any] = {}
        problems: dict[str, str] = {}
        for variable in VARIABLES:
            try:
                values[variable.field] = _value(variable, given)
            except ValueError as error:
                problems[variable.name] = f"{variable.name} {error}."
        if problems:
            raise SettingsError(problems)
        return cls(**values)

    @property
    def database_kind(self) -> Literal["sqlite", "postgresql"]:
        """Which database `database_url` names."""
        return "sqlite" if self.database_url.startswith("sqlite:") else "postgresql"

    @property
    def sqlite_path(self) -> Path:
        """The embedded database's file, relative paths to the working directory. ValueError on PostgreSQL."""
        if self.database_kind != "sqlite":
            raise ValueError("PostgreSQL has no file")
        return Path(unquote(self.database_url.removeprefix("sqlite:///")))

    @property
    def data_dir(self) -> Path:
        """The folder for what LeadsBot itself keeps in files: beside the embedded database, else `data`."""
        return self.sqlite_path.parent if self.database_kind == "sqlite" else Path("data")

    def ensure_secret_key(self) -> str:
        """Give the secret key, and hold it in `secret_key` from now on.

        Where none was set it is the content of `secret.key` in `data_dir`, made there (mode 0600) by whoever comes
        first. Raises SettingsError when that file can be neither read nor made.
        """
        if not self.secret_key:
            path = self.data_dir / "secret.key"
            try:
                key = _read_or_make_key(path)
            except (OSError, ValueError) as error:
                problem = f"LEADSBOT_SECRET_KEY is not set, and {path} can't be used instead: {_reason(error)}."
                raise SettingsError({"LEADSBOT_SECRET_KEY": problem}) from error
            # In place, not in a copy: nobody may be left holding settings that sign with an empty key.
            object.__setattr__(self, "secret_key", key)
        return self.secret_key


def _read_dotenv(path: Path | None) -> dict[str, str]:
    if path is None or not path.exists():
        return {}
    try:
        # Without interpolation: a `$` in a password is a `$`.
        return {name: value or "" for name, value in dotenv_values(path, interpolate=False).items()}
    except (OSError, ValueError) as error:
        raise SettingsError({str(path): f"{path} can't be read: {_reason(error)}."}) from error


def _merge(env: Mapping[str, str], dotenv: Mapping[str, str]) -> dict[str, str]:
    """Give what is set. A variable named in `env` hides both of its forms in `dotenv`."""
    given = {}
    for variable in VARIABLES:
        forms = (variable.name, f"{variable.name}_FILE")
        source = env if any(env.get(form) for form in forms) else dotenv
        given.update({form: source[form] for form in forms if source.get(form)})
    return given


def _value(variable: Variable, given: Mapping[str, str]) -> Any:
    name, file = variable.name, f"{variable.name}_FILE"
    if name in given and file in given:
        raise ValueError(f"and {file} are both set; keep one")
    text = (_read_file(file, given[file]) if file in given else given.get(name, "")).strip() or variable.default
    try:
        return variable.parse(text)
    except ValueError as error:
        # A secret isn't repeated: this sentence ends up in logs and terminals.
        raise ValueError(str(error) if variable.secret or file in given else f"{error}, not {text!r}") from None


def _read_file(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ValueError(f"can't be read from {name}={path}: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)


def _read_or_make_key(path: Path) -> str:
    if not path.exists():
        _make_key(path)
    key = path.read_text(encoding="ascii").strip()
    if not key:
        raise ValueError("the file is empty")
    return key


def _make_key(path: Path) -> None:
    """Write a new key to `path` unless another process does so first: whole or not at all, never for others' eyes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(prefix=".secret-", dir=path.parent)  # made with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(_SECRET_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)  # unlike a rename, never replaces the key of whoever came first
    finally:
        os.unlink(draft)
