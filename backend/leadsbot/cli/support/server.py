"""uvicorn, the way this house runs it: one process with any number of servers, or several processes with one."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import uvicorn
import uvloop
from uvicorn.config import STARTUP_FAILURE
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.supervisors import Multiprocess

from leadsbot.cli.support.opening import check_current
from leadsbot.errors import LeadsBotError
from leadsbot.settings import Settings

GC_THRESHOLD = 20_000
SWITCH_INTERVAL_S = 0.0005
FINISH_WITHIN_S = 10
# One of several processes that says nothing for so long is replaced; where the machine is busy, loading takes seconds.
SILENT_FOR_S = 30
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class Site:
    """An ASGI application and the sockets it answers on. `lifespan` is off for one that has nothing to start."""

    app: Any
    sockets: list[socket.socket]
    lifespan: Literal["on", "off"] = "on"


def make_app(settings: Settings, jobs: bool) -> Any:
    """Give the application of this process; also what each of several processes begins with."""
    from leadsbot.app import create_app

    app = create_app(settings, jobs=jobs)
    _settle()
    return app


def _settle() -> None:
    """Fit the interpreter to a server: what start-up made stays out of every later garbage collection, which comes less
    often, since requests make little that needs it; and the thread that commits waits less for the interpreter's lock,
    by default 5 ms twice a batch under load."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, 20, 20)
    sys.setswitchinterval(SWITCH_INTERVAL_S)


def serve(sites: Callable[[], Sequence[Site]], settings: Settings, ready: Callable[[], None]) -> None:
    """Check the database, then serve all of `sites` in this process until a signal says stop.

    A request that is under way is finished, within `FINISH_WITHIN_S`. `ready` is called once all are up.
    """

    async def run() -> None:
        await check_current(settings)
        await _serve(sites(), ready)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


def serve_in_processes(settings: Settings, sockets: list[socket.socket], *, jobs: bool, workers: int) -> None:
    """Serve in `workers` processes of their own, replacing one that dies, until a signal says stop."""
    asyncio.run(check_current(settings))
    app = partial(make_app, settings, jobs)
    config = _config(app, factory=True, workers=workers, timeout_worker_healthcheck=SILENT_FOR_S)
    supervisor = _Processes(config, sockets)
    supervisor.run()
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        raise LeadsBotError("A worker could not start; the log says why.")


def on_stop(stop: Callable[[], None]) -> None:
    """Call `stop` at each SIGINT and SIGTERM of the running loop."""
    loop = asyncio.get_running_loop()
    for each in STOP_SIGNALS:
        loop.add_signal_handler(each, stop)


async def _serve(sites: Sequence[Site], ready: Callable[[], None]) -> None:
    waiting = set(range(len(sites)))

    def started(number: int) -> None:
        waiting.discard(number)
        if not waiting:
            ready()

    servers = [
        _Server(_config(site.app, lifespan=site.lifespan), partial(started, number))
        for number, site in enumerate(sites)
    ]
    on_stop(partial(_stop, servers))
    await asyncio.gather(*(server.serve(site.sockets) for server, site in zip(servers, sites, strict=True)))


def _stop(servers: Iterable[uvicorn.Server]) -> None:
    for server in servers:
        server.force_exit = server.should_exit  # who asks twice means it
        server.should_exit = True


def _config(app: Any, **options: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        loop="uvloop",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # whom to believe about X-Forwarded-For is decided by the application
        server_header=False,
        timeout_graceful_shutdown=FINISH_WITHIN_S,
        **options,
    )


class _Processes(Multiprocess):
    """Several processes; that one has ended is heard at once, not when its silence becomes too long."""

    def init_processes(self) -> None:
        super().init_processes()
        for process in self.processes:
            process.child_conn.close()  # theirs alone now: its end is the end of the pipe


class _Server(uvicorn.Server):
    """A server that says when it is up. Signals are heard once for the whole process, not by each server."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._when_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._when_started()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class _Protocol(HttpToolsProtocol):
    """HTTP/1.1. An open event stream would never finish: it is closed at the end, and the browser comes back for it."""

    def shutdown(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete and _is_stream(self.cycle.scope["headers"]):
            self.transport.close()
        else:
            super().shutdown()


def _is_stream(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(name == b"accept" and b"text/event-stream" in value for name, value in headers)
