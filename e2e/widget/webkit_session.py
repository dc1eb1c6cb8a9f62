"""One session of WebKit: its WebDriver, the browser that this starts, and their end."""

from __future__ import annotations

import os
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Remote, WebKitGTKOptions
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.remote_connection import RemoteConnection
from urllib3.exceptions import HTTPError

from e2e.support.waiting import eventually
from tests.cli.running import free_ports

DRIVER = "WebKitWebDriver"
LIBRARIES = Path("/usr/lib")
BROWSER = "*/webkit2gtk-4.*/MiniBrowser"
STARTS_WITHIN_S, ANSWERS_WITHIN_S = 30, 90
ATTEMPTS = 3


def browser() -> str:
    """Give the path of WebKitGTK's own browser, which is no command of the shell."""
    found = next(iter(sorted(LIBRARIES.glob(BROWSER))), None)
    assert found, "there is no MiniBrowser of WebKitGTK: `make browsers` installs it"
    return str(found)


@contextmanager
def session(binary: str, environment: dict[str, str]) -> Iterator[Remote]:
    """Start a browser with nothing in its profile; both it and its driver end with the block.

    On a busy machine the driver at times waits for ever for the browser it has started: then both are started again.
    """
    for attempt in range(1, ATTEMPTS + 1):
        with _driver(environment) as address:
            config = ClientConfig(address, timeout=STARTS_WITHIN_S)
            try:
                remote = Remote(RemoteConnection(client_config=config), options=_options(binary))
            except (HTTPError, WebDriverException):
                if attempt == ATTEMPTS:
                    raise
                continue
            config.timeout = ANSWERS_WITHIN_S
            try:
                yield remote
            finally:
                with suppress(HTTPError, WebDriverException):
                    remote.quit()
            return


def _options(binary: str) -> WebKitGTKOptions:
    options = WebKitGTKOptions()
    options.binary_location = binary
    options.add_argument("--automation")
    return options


@contextmanager
def _driver(environment: dict[str, str]) -> Iterator[str]:
    """Start the WebDriver in a group of its own, so that nothing that it started outlives it; gives its address."""
    port = free_ports(1)
    command = [DRIVER, f"--port={port}"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, start_new_session=True) as server:
        address = f"http://127.0.0.1:{port}"
        try:
            eventually(lambda: _answers(f"{address}/status"), DRIVER)
            yield address
        finally:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=STARTS_WITHIN_S):
            return True
    except OSError:
        return False
