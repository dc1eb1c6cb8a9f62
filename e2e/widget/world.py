"""Where the cases play: a real LeadsBot, and a relay in front of it that notes what leaves the pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from e2e.support.house import House, house
from e2e.widget.relay import Relay
from tests.cli.running import free_ports


@dataclass
class World:
    """One for all cases of a run, so that the browser and LeadsBot are started once."""

    house: House
    relay: Relay
    numbers: Iterator[int]


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Set it up in `folder`; it is gone with the block."""
    with house(folder, free_ports(1)) as leadsbot:
        relay = Relay(leadsbot.url, free_ports(1))
        try:
            yield World(leadsbot, relay, count(1))
        finally:
            relay.stop()
