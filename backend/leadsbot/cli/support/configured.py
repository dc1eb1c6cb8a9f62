"""The settings a command runs with."""

from __future__ import annotations

from dataclasses import replace

from leadsbot import logs
from leadsbot.settings import VARIABLES, Settings

_PUBLIC_URL_DEFAULT = next(variable.default for variable in VARIABLES if variable.name == "LEADSBOT_PUBLIC_URL")
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  (compared with, not bound to)


def configured(host: str | None = None, port: int | None = None) -> Settings:
    """Read the settings, let `host` and `port` from the command line win, and set up logging.

    Where nobody chose a public URL it follows the address that is listened on, so that links work on any port.
    Raises SettingsError with a sentence per wrong variable.
    """
    settings = Settings.load()
    settings = replace(settings, host=host or settings.host, port=port or settings.port)
    if settings.public_url == _PUBLIC_URL_DEFAULT:
        settings = replace(settings, public_url=local_url(settings.host, settings.port))
    logs.configure(settings.log)
    return settings


def local_url(host: str, port: int) -> str:
    """Give the address under which this machine itself reaches what listens at `host` and `port`."""
    host = "127.0.0.1" if host in _EVERYWHERE else host
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
