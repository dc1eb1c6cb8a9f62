"""LeadsBot: self-hosted lead capture, from one script tag to the people who answer."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("leadsbot")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0.0.0"
