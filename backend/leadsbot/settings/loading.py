"""The typed value that is made of the variables, and how their texts are found."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote

from dotenv import dotenv_values

from leadsbot.errors import LeadsBotError
from leadsbot.settings.key_file import read_or_make_key
from leadsbot.settings.variables import VARIABLES, Variable


class SettingsError(LeadsBotError):
    """The configuration can't be used. `problems` has one sentence per wrong variable, `fields` their names."""

    default_code = "invalid_settings"

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("\n".join(problems.values()), fields=tuple(problems))
        self.problems = dict(problems)


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
                key = read_or_make_key(path)
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
