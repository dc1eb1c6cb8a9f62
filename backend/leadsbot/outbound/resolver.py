"""Names to addresses, on threads of our own: a slow name server must hold up nothing else."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

_THREADS = 32  # made as they are needed; a thread that asks a dead name server is stuck for half a minute


def system_lookup(host: str, port: int) -> list[str]:
    """Give every address of `host`, in the system's order of preference. Blocks; raises OSError or UnicodeError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Resolver:
    """Asks each name once at a time: whoever asks meanwhile shares the answer, so a slow name takes one thread only.

    Nothing is remembered beyond that: every new connection is judged by what the name says then.
    """

    def __init__(self, lookup: Callable[[str, int], Sequence[str]] = system_lookup) -> None:
        self._lookup = lookup
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="resolve")
        self._asking: dict[tuple[str, int], asyncio.Future[Sequence[str]]] = {}

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        asking = self._asking.get((host, port))
        if asking is None:
            asking = asyncio.get_running_loop().run_in_executor(self._threads, self._lookup, host, port)
            self._asking[host, port] = asking
            asking.add_done_callback(lambda answer: self._answered(host, port, answer))
        # Shielded, because one caller's time limit must not take the answer from the others.
        return await asyncio.shield(asking)

    def close(self) -> None:
        """Ask nothing more. Threads that still wait for a name server end on their own."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _answered(self, host: str, port: int, answer: asyncio.Future[Sequence[str]]) -> None:
        self._asking.pop((host, port), None)
        if not answer.cancelled():
            answer.exception()  # looked at here, as every caller may have given up by now
