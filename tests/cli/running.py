"""Runs the real command in a process of its own, in a folder of its own, with nothing of this machine's settings."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

BACKEND = Path(__file__).parents[2] / "backend"
PATIENCE_S = 30.0
BOOTSTRAP = ("bootstrap", "--workspace", "Lindenhof", "--email", "Owner@Example.com", "--password", "correct horse")


def environment(**settings: str) -> dict[str, str]:
    """This process's environment with these settings and no others; names without `LEADSBOT_`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LEADSBOT_")}
    given = {f"LEADSBOT_{name}": value for name, value in settings.items()}
    return kept | {"PYTHONPATH": str(BACKEND), "PYTHONUNBUFFERED": "1"} | given


def leadsbot(folder: Path, *args: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "leadsbot", *args],
        cwd=folder,
        env=environment(**settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def prepared(folder: Path, **settings: str) -> None:
    """Migrate the database of `folder`."""
    done = leadsbot(folder, "migrate", **settings)
    assert done.returncode == 0, done.stderr


def free_ports(number: int = 2) -> int:
    """Give the first of so many ports in a row that nobody listens on."""
    for first in range(20_000 + os.getpid() % 5_000, 32_000, number):
        if all(_is_free(port) for port in range(first, first + number)):
            return first
    raise RuntimeError("no free ports")


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as each:
        return each.connect_ex(("127.0.0.1", port)) != 0


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: str


def ask(url: str, path: str = "", *, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
    """Make one request, with the path exactly as given and without following redirects."""
    parts = urlsplit(url)
    assert parts.hostname
    with closing(http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE_S)) as connection:
        connection.request(method, path or parts.path or "/", body, headers)
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, found, answer.read().decode())


class Running:
    """The command between `with` and its end. `port` is the one it serves on, `output` what it said so far."""

    def __init__(self, folder: Path, *args: str, port: int | None = None, **settings: str) -> None:
        self.port = port or free_ports()
        self.url = f"http://127.0.0.1:{self.port}"
        self._said = folder / f"said-{self.port}.txt"
        self._args, self._folder, self._settings = args, folder, {"PORT": str(self.port), **settings}

    def __enter__(self) -> Self:
        with open(self._said, "wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "leadsbot", *self._args],
                cwd=self._folder,
                env=environment(**self._settings),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    @property
    def output(self) -> str:
        return self._said.read_text()

    def says(self, text: str) -> str:
        """Wait until the output holds `text`, and give it."""
        deadline = time.monotonic() + PATIENCE_S
        while text not in (said := self.output):
            assert self.process.poll() is None, said
            assert time.monotonic() < deadline, said
            time.sleep(0.02)
        return said

    def up(self) -> Self:
        """Wait until the server answers."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                ask(self.url, "/health")
                return self
            except OSError:
                assert self.process.poll() is None, self.output
                assert time.monotonic() < deadline, self.output
                time.sleep(0.02)

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and give the exit code."""
        self.process.send_signal(by)
        return self.process.wait(PATIENCE_S)
