"""Sockets to listen on, opened before anything else starts, so that a port that is taken costs one sentence."""

from __future__ import annotations

import errno
import socket
from typing import Any

from leadsbot.errors import LeadsBotError

BACKLOG = 2048


class CannotListen(LeadsBotError):
    """The address can't be listened on; the message names the variable to change."""


def listen(host: str, port: int) -> list[socket.socket]:
    """Listen on every address of `host`: `localhost` has two, and browsers try both. Raises CannotListen."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise CannotListen(f"{host} is no address of this machine: check LEADSBOT_HOST.") from error
    addresses = dict.fromkeys((family, address) for family, _, _, _, address in found)
    sockets: list[socket.socket] = []
    refused: OSError | None = None
    for family, address in addresses:
        try:
            sockets.append(_bound(family, address))
        except OSError as error:
            # A machine may know ::1 by name and have no IPv6; any other trouble with one address is trouble.
            if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                close(sockets)
                raise _cannot(host, port, error) from error
            refused = error
    if not sockets:
        raise _cannot(host, port, refused) from refused
    return sockets


def close(sockets: list[socket.socket]) -> None:
    for each in sockets:
        each.close()


def _bound(family: int, address: Any) -> socket.socket:
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
        opened.listen(BACKLOG)
    except OSError:
        opened.close()
        raise
    return opened


def _cannot(host: str, port: int, error: OSError | None) -> CannotListen:
    number = error.errno if error else None
    if number == errno.EADDRINUSE:
        return CannotListen(
            f"Port {port} on {host} is taken: stop what listens there, or choose another LEADSBOT_PORT."
        )
    if number == errno.EACCES:
        return CannotListen(f"Port {port} is not yours to listen on: choose a LEADSBOT_PORT above 1023.")
    return CannotListen(f"{host} is no address of this machine: check LEADSBOT_HOST.")
