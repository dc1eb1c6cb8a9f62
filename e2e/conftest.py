"""LeadsBot in processes of its own, and every neighbour it has: databases, Telegram, mail, somebody's webhook."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.cli.running import free_ports
from tests.support import postgres
from tests.support.neighbours import receiver, smtp, telegram

# So that an assertion of a case says what it compared.
pytest.register_assert_rewrite(*(f"e2e.widget.{name}" for name in ("cases", "judging", "pages", "running")))

__all__ = ["receiver", "smtp", "telegram"]

KINDS = ("sqlite", "postgresql")
LOG_TAIL = 20_000
NO_BROWSER = bool(os.environ.get("LEADSBOT_NO_BROWSER"))

collect_ignore = ["browser", "widget"] if NO_BROWSER else []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if NO_BROWSER:
        terminalreporter.write_line("Left out: e2e/browser and e2e/widget, because LEADSBOT_NO_BROWSER is set.")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what every server of a failed test said."""
    report = yield
    folder = getattr(item, "funcargs", {}).get("tmp_path")
    if report.failed and isinstance(folder, Path):
        for log in sorted(folder.glob("*.log")):
            report.sections.append((log.name, log.read_text(encoding="utf-8", errors="replace")[-LOG_TAIL:]))
    return report


@pytest.fixture
def ports() -> int:
    """The first of four ports in a row that nobody listens on."""
    return free_ports(4)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.PostgresServer]:
    with postgres.running() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: postgres.PostgresServer) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    with postgres_server.fresh() as url:
        yield url


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data' / 'leadsbot.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url
