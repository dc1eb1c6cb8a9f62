"""Firefox as a driver: a bridge in Node (`firefox/bridge.mjs`) that speaks WebDriver BiDi to it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from e2e.widget.driving import Gone

BRIDGE = Path(__file__).parent / "firefox" / "bridge.mjs"
NAMES = ("firefox-esr", "firefox")
ENDS_WITHIN_S = 20.0
AT = """(select, value) => {
  const at = [...select.options].findIndex((option) => option.value === value);
  if (at < 0) throw new Error('no option ' + value);
  select.focus();
  return at - select.selectedIndex;
}"""


class Firefox:
    """A `Driver`. Every profile is a user context of its own."""

    name = "firefox"

    def __init__(self, bridge: subprocess.Popen[str]) -> None:
        self._bridge = bridge
        self._ids = count(1)
        self.version = str(self._ask("version")).replace("firefox/", "Firefox ")

    def fresh(self) -> None:
        self._ask("fresh")

    def open(self, url: str) -> None:
        self._ask("open", url)

    def evaluate(self, expression: str, frame: str = "") -> Any:
        return self._ask("evaluate", expression, frame)

    def click_at(self, x: float, y: float, times: int = 1) -> None:
        self._ask("clickAt", x, y, times)

    def type(self, text: str) -> None:
        self._ask("type", text)

    def press(self, key: str) -> None:
        self._ask("press", key)

    def choose(self, element: str, value: str, frame: str = "") -> None:
        """With the arrow keys, which change a closed list option by option."""
        away = int(self.evaluate(f"({AT})({element}, {json.dumps(value)})", frame))
        for _ in range(abs(away)):
            self.press("ArrowDown" if away > 0 else "ArrowUp")
        assert self.evaluate(f"({element}).value", frame) == value, f"{value} can't be reached by keys"

    def back(self) -> None:
        self._ask("back")

    def close_page(self) -> None:
        self._ask("closePage")

    def set_offline(self, offline: bool) -> None:
        self._ask("setOffline", offline)

    def end(self) -> None:
        assert self._bridge.stdin
        self._bridge.stdin.close()
        try:
            self._bridge.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._bridge.kill()
            self._bridge.wait()

    def _ask(self, what: str, *args: object) -> Any:
        assert self._bridge.stdin and self._bridge.stdout
        request = {"id": next(self._ids), "do": what, "args": args}
        self._bridge.stdin.write(json.dumps(request) + "\n")
        self._bridge.stdin.flush()
        line = self._bridge.stdout.readline()
        assert line, f"the bridge to Firefox ended at {what}"
        answer = json.loads(line)
        if "gone" in answer:
            raise Gone(answer["gone"])
        if "failed" in answer:
            raise AssertionError(f"{what} {args}: {answer['failed']}")
        return answer["value"]


@contextmanager
def running() -> Iterator[Firefox]:
    """Start one; it ends with the block."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    assert path, "there is no Firefox: `make browsers` installs it"
    command = ["node", str(BRIDGE), path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as bridge:
        try:
            driver = Firefox(bridge)
        except BaseException:
            bridge.kill()
            raise
        try:
            yield driver
        finally:
            driver.end()
