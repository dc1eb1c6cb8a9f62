"""One LeadsBot process: started, killed without warning, started again on its port."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Self

from e2e.support.waiting import PATIENCE_S, eventually
from tests.cli.running import ask, environment, listening


class Node:
    """`leadsbot ARGS` on `port`. What it says goes to `{name}.log` in the folder, all its lives after one another."""

    def __init__(self, folder: Path, *args: str, port: int, name: str = "node", **settings: str) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._folder = folder
        self._args = args
        self._environment = environment(PORT=str(port), **settings)
        self._log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Leave nothing running at the end of the block; starting is another thing."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._end(signal.SIGTERM)

    @property
    def output(self) -> str:
        """All that it has said so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def start(self) -> Self:
        """Start it and wait until it answers."""
        with closing(self._log.open("ab")) as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "leadsbot", *self._args],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        eventually(self._answers, f"{self._args[0]} answers on port {self.port}")
        return self

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL, no word to it."""
        self._end(signal.SIGKILL)

    def _answers(self) -> bool:
        assert self._process is not None and self._process.poll() is None, f"it ended by itself:\n{self.output}"
        return listening(self.port) and ask(self.url, "/health").status == 200

    def _end(self, by: signal.Signals) -> None:
        assert self._process is not None, "it isn't running"
        process, self._process = self._process, None
        process.send_signal(by)
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
