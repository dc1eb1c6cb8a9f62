"""`python -m leadsbot` is the command `leadsbot`."""

from __future__ import annotations

from leadsbot.cli import main

if __name__ == "__main__":
    main()
