"""`leadsbot doctor`: a sentence for each thing that is wrong, and one when nothing is."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from leadsbot.channels.telegram.api import mark_of
from tests.cli.running import leadsbot, query
from tests.support.http_thread import Answer, HttpThread
from tests.support.smtp_server import SmtpServer
from tests.support.telegram_server import TelegramServer

KEY = "f3Jk-9aLq_72mZxWc0VbN5sTgY8dRpHu"
FORGOTTEN = "4242:another-tokenAAAAAAAAAAAAAAAAAAAAAAA"


@pytest.fixture
def folder(bootstrapped: Path) -> Path:
    """A folder in which all is well."""
    (bootstrapped / "data" / "secret.key").write_text(KEY)
    (bootstrapped / "data" / "secret.key").chmod(0o600)
    return bootstrapped


def problem(done: subprocess.CompletedProcess[str]) -> str:
    """Give the one sentence that was said."""
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (1, 1, "")
    return done.stdout


def test_when_all_is_well_it_says_so(folder: Path) -> None:
    done = leadsbot(folder, "doctor")
    assert (done.returncode, done.stdout) == (0, "All is well.\n")


def test_it_asks_telegram_and_the_mail_server_where_they_are_set(folder: Path) -> None:
    with TelegramServer() as telegram, SmtpServer() as mail:
        done = leadsbot(
            folder, "doctor", TELEGRAM_TOKEN=telegram.token, TELEGRAM_API=telegram.base_url, SMTP_URL=mail.url
        )
        assert [call.method for call in telegram.calls] == ["getMe"]
    assert done.stdout == "All is well.\n"


def test_a_token_that_telegram_does_not_know_is_told_without_it(folder: Path) -> None:
    with TelegramServer() as telegram:
        done = leadsbot(folder, "doctor", TELEGRAM_TOKEN=FORGOTTEN, TELEGRAM_API=telegram.base_url)
    assert "doesn't know LEADSBOT_TELEGRAM_TOKEN" in problem(done)
    assert FORGOTTEN not in done.stdout


def test_a_bot_that_hears_nothing_is_told(folder: Path) -> None:
    with TelegramServer() as telegram:
        more = {"TELEGRAM_TOKEN": telegram.token, "TELEGRAM_API": telegram.base_url}
        assert "TELEGRAM_MODE=webhook" in problem(leadsbot(folder, "doctor", TELEGRAM_MODE="webhook", **more))


def test_another_program_that_polls_with_the_token_is_told_until_it_stops(folder: Path) -> None:
    with TelegramServer() as telegram:
        more = {"TELEGRAM_TOKEN": telegram.token, "TELEGRAM_API": telegram.base_url}
        for mark, whose in ((mark_of(telegram.token), "LEADSBOT_TELEGRAM_TOKEN"), ("f00", "A Telegram bot of a work")):
            noted = f"VALUES ('telegram rival {mark}', 'polls', 9000000000000)"
            query(folder, f"INSERT INTO leases (id, holder, ends_at) {noted}")
            said = problem(leadsbot(folder, "doctor", **more))
            assert said.startswith(whose) and "Another program polls with this bot's token" in said
            query(folder, "UPDATE leases SET ends_at = 1")
        assert leadsbot(folder, "doctor", **more).stdout == "All is well.\n"


def test_a_bot_api_server_that_is_not_one_is_told(folder: Path) -> None:
    class Broken(HttpThread):
        def reply(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
            return Answer(502)

    with Broken() as server:
        done = leadsbot(folder, "doctor", TELEGRAM_TOKEN=FORGOTTEN, TELEGRAM_API=server.base_url)
    assert "answers 502: check LEADSBOT_TELEGRAM_API" in problem(done)


def test_a_bot_api_server_that_is_not_there_is_told(folder: Path) -> None:
    done = leadsbot(folder, "doctor", TELEGRAM_TOKEN=FORGOTTEN, TELEGRAM_API="http://127.0.0.1:1")
    assert "Telegram can't be asked" in problem(done)


def test_a_mail_server_that_is_not_there_is_told_without_its_password(folder: Path) -> None:
    done = leadsbot(folder, "doctor", SMTP_URL="smtp://me:hunter2hunter2@127.0.0.1:1")
    assert "mail server 127.0.0.1 can't be reached" in problem(done) and "Check LEADSBOT_SMTP_URL" in done.stdout
    assert "hunter2" not in done.stdout


def test_a_mail_server_that_refuses_the_password_is_told(folder: Path) -> None:
    with SmtpServer(login=("me", "right")) as mail:
        done = leadsbot(folder, "doctor", SMTP_URL=mail.url.replace(":right@", ":wrong@"))
    assert "user name and password in LEADSBOT_SMTP_URL" in problem(done)


def test_a_mail_server_that_refuses_the_sender_is_told(folder: Path) -> None:
    with SmtpServer() as mail:
        mail.refuse_sender("553 5.1.8 unknown domain")
        done = leadsbot(folder, "doctor", SMTP_URL=mail.url)
    assert "doesn't accept the sender in LEADSBOT_MAIL_FROM (553): 5.1.8 unknown domain" in problem(done)


def test_a_database_that_does_not_exist_is_told_and_not_made(tmp_path: Path) -> None:
    done = leadsbot(tmp_path, "doctor", SECRET_KEY=KEY)
    assert "does not exist yet: run `leadsbot migrate`" in problem(done)
    assert not (tmp_path / "data").exists()


def test_a_database_that_is_behind_is_told(folder: Path) -> None:
    query(folder, "DELETE FROM migration WHERE id = (SELECT max(id) FROM migration)")
    assert "1 migration(s) behind" in problem(leadsbot(folder, "doctor"))


def test_a_secret_key_that_others_can_read_is_told(folder: Path) -> None:
    (folder / "data" / "secret.key").chmod(0o640)
    assert "can be read by others: run `chmod 600 data/secret.key`" in problem(leadsbot(folder, "doctor"))


def test_a_secret_key_that_is_missing_is_told_and_not_made(folder: Path) -> None:
    (folder / "data" / "secret.key").unlink()
    assert "There is no secret key" in problem(leadsbot(folder, "doctor"))
    assert not (folder / "data" / "secret.key").exists()


@pytest.mark.parametrize("key", ["short", "a" * 64])
def test_a_weak_secret_key_is_told_without_it(folder: Path, key: str) -> None:
    done = leadsbot(folder, "doctor", SECRET_KEY=key)
    assert problem(done).startswith("LEADSBOT_SECRET_KEY is weak")
    assert key not in done.stdout


@pytest.mark.parametrize(
    ("url", "well"),
    [
        ("https://leads.example.com", True),
        ("http://localhost:9000", True),
        ("http://[::1]:9000", True),
        ("http://leads.example.com", False),
        ("http://10.0.0.7", False),
    ],
)
def test_a_public_url_without_encryption_is_for_this_machine_only(folder: Path, url: str, well: bool) -> None:
    done = leadsbot(folder, "doctor", PUBLIC_URL=url)
    assert (done.stdout == "All is well.\n") is well
    assert well or "LEADSBOT_PUBLIC_URL" in problem(done)


def test_work_that_waits_too_long_is_told_and_work_to_come_is_not(folder: Path) -> None:
    insert = "INSERT INTO jobs (id, kind, state, due, created_at) VALUES"
    query(folder, f"{insert} ('later', 'deliver', 'ready', 99999999999999, 0)")
    assert leadsbot(folder, "doctor").stdout == "All is well.\n"
    query(folder, f"{insert} ('late', 'deliver', 'ready', 0, 0)")
    assert problem(leadsbot(folder, "doctor")).startswith("1 job(s) are overdue")


def test_dead_work_is_told_with_its_reason(folder: Path) -> None:
    query(
        folder,
        "INSERT INTO jobs (id, kind, state, due, created_at, error) VALUES ('x', 'deliver', 'dead', 0, 0, 'gone')",
    )
    assert problem(leadsbot(folder, "doctor")) == "1 job(s) of the kind deliver are dead: gone.\n"


def test_several_problems_are_told_at_once(tmp_path: Path) -> None:
    done = leadsbot(tmp_path, "doctor", SECRET_KEY="short", PUBLIC_URL="http://leads.example.com")
    assert (done.returncode, done.stdout.count("\n")) == (1, 3)
