"""What an operator may set: environment variables, read once at start into one typed, frozen value.

`VARIABLES` is the one list; docs/configuration.md follows it and a test holds it to that. A variable that is empty
counts as not set. Every name has a `_FILE` variant that names a file with the value, for mounted secrets. The
environment wins over `.env`.
"""

from __future__ import annotations

from leadsbot.settings.loading import Settings, SettingsError
from leadsbot.settings.variables import VARIABLES, Variable

__all__ = ["VARIABLES", "Settings", "SettingsError", "Variable"]
