"""Log lines: never a secret in them, wherever it comes from."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from leadsbot import logs
from leadsbot.api.errors import as_ours, request_id_of

TOKEN = "123456789:AAE-x_yAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    """Give the other tests their logging back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (
            f"POST https://api.telegram.org/bot{TOKEN}/getMe",
            "POST https://api.telegram.org/bot123456789:[hidden]/getMe",
        ),
        ("postgresql://me:hunter2@db/leads is gone", "postgresql://me:[hidden]@db/leads is gone"),
        ("smtp://:hunter2@mail", "smtp://:[hidden]@mail"),
        ("key lb_" + "a" * 40, "key lb_[hidden]"),
        ("secret whsec_c2VjcmV0c2VjcmV0", "secret whsec_[hidden]"),
        ("Authorization: Bearer abcdefgh12345", "Authorization: Bearer [hidden]"),
        ('{"path": "/invitations/aB-c_d9", "status": 500}', '{"path": "/invitations/[hidden]", "status": 500}'),
        ("https://your.app/hook?a=1&api_key=s3cr3t&b=2", "https://your.app/hook?a=1&api_key=[hidden]&b=2"),
        ("'https://your.app/hook?token=s3cr3t'", "'https://your.app/hook?token=[hidden]'"),
        ('{"path": "/login/reset/WyJh.Zm9v-Q", "status": 500}', '{"path": "/login/reset/[hidden]", "status": 500}'),
        ("https://leads.example/invitations/aB-c_d9?a=1", "https://leads.example/invitations/[hidden]?a=1"),
    ],
)
def test_a_secret_is_taken_out(line: str, shown: str) -> None:
    assert logs.without_secrets(line) == shown


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-21T09:39:04.233904Z [info] LeadsBot is up on http://127.0.0.1:8000",
        "jobs.failed job=01a1fd79-3768-748b-83f5-d016e6a5fda1 error='ada@example.com'",
        "http://localhost:8001/contact.html?utm_source=a",
    ],
)
def test_a_line_without_a_secret_stays_as_it_is(line: str) -> None:
    assert logs.without_secrets(line) == line


@pytest.mark.parametrize("kind", ["text", "json"])
def test_a_secret_in_an_exception_reaches_no_log(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json" if kind == "json" else "text")
    try:
        raise OSError(f"https://api.telegram.org/bot{TOKEN}/getMe")
    except OSError:
        structlog.get_logger("leadsbot.test").error("it.failed", exc_info=True)
        logging.getLogger("somebody.else").exception("it failed")
    said = capsys.readouterr().err
    assert said.count("OSError") >= 2 and "[hidden]" in said
    assert TOKEN not in said and TOKEN.partition(":")[2] not in said


@pytest.mark.parametrize("kind", ["text", "json"])
def test_what_broke_behind_an_invitations_link_tells_no_link(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json" if kind == "json" else "text")
    cause = OSError("the disk is full")
    request_id_of(as_ours(cause), cause, "/invitations/aB-c_d9")
    said = capsys.readouterr().err
    assert "/invitations/[hidden]" in said and "the disk is full" in said
    assert "aB-c_d9" not in said


def test_json_is_one_object_a_line_for_ours_and_libraries(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    structlog.get_logger("leadsbot.test").warning("lead.kept", id="7")
    logging.getLogger("somebody.else").warning("it %s", "happened")
    ours, theirs = map(json.loads, capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["id"], ours["level"], ours["logger"]) == ("lead.kept", "7", "warning", "leadsbot.test")
    assert (theirs["event"], theirs["logger"]) == ("it happened", "somebody.else")
    assert ours["timestamp"].endswith("Z") and theirs["timestamp"].endswith("Z")


@pytest.mark.parametrize("name", ["httpx", "telegram.ext", "uvicorn.error", "piccolo.engine.base"])
def test_libraries_that_tell_of_every_request_are_quiet_and_still_warn(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("text")
    logging.getLogger(name).info("every little thing")
    logging.getLogger(name).warning("something is wrong")
    said = capsys.readouterr().err
    assert "every little thing" not in said and "something is wrong" in said
