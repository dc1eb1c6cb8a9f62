"""The command line as a whole: what is there, and how it says what is wrong."""

from __future__ import annotations

from pathlib import Path

from tests.cli.running import leadsbot

COMMANDS = {"serve", "worker", "migrate", "bootstrap", "doctor", "backup", "restore", "demo", "password"}


def test_every_command_is_listed(tmp_path: Path) -> None:
    listed = leadsbot(tmp_path, "--help").stdout.partition("Commands:")[2]
    assert {line.split()[0] for line in listed.splitlines() if line.strip()} == COMMANDS


def test_the_version_is_said(tmp_path: Path) -> None:
    said = leadsbot(tmp_path, "--version")
    assert (said.returncode, said.stdout.split()[0]) == (0, "leadsbot")


def test_every_wrong_setting_gets_a_sentence_and_no_traceback(tmp_path: Path) -> None:
    done = leadsbot(tmp_path, "migrate", PORT="a", LOG="loud", PUBLIC_URL="leads.example.com")
    assert done.returncode == 1
    sentences = done.stderr.splitlines()
    assert [sentence.split()[1] for sentence in sentences] == ["LEADSBOT_PUBLIC_URL", "LEADSBOT_PORT", "LEADSBOT_LOG"]
    assert not (tmp_path / "data").exists()


def test_a_command_that_does_not_exist_is_a_usage_error(tmp_path: Path) -> None:
    done = leadsbot(tmp_path, "fly")
    assert (done.returncode, "No such command" in done.stderr) == (2, True)


def test_a_setting_from_the_environment_file_counts(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LEADSBOT_DATABASE_URL=sqlite:///elsewhere/leads.db\n")
    assert leadsbot(tmp_path, "migrate").returncode == 0
    assert (tmp_path / "elsewhere" / "leads.db").exists()


def test_a_database_that_cannot_be_opened_costs_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "leads.db").write_text("These are the minutes of the meeting of the gardening club.\n" * 100)
    done = leadsbot(tmp_path, "migrate", DATABASE_URL="sqlite:///leads.db")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "file is not a database" in done.stderr and "LEADSBOT_DATABASE_URL" in done.stderr


def test_a_database_server_that_is_not_there_costs_a_sentence_without_its_password(tmp_path: Path) -> None:
    done = leadsbot(tmp_path, "migrate", DATABASE_URL="postgresql://me:hunter2hunter2@127.0.0.1:1/leads")
    assert done.returncode == 1
    assert "LEADSBOT_DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr and "hunter2" not in done.stderr


def test_migrating_twice_changes_nothing_the_second_time(tmp_path: Path) -> None:
    assert "up to date." in leadsbot(tmp_path, "migrate").stdout
    assert leadsbot(tmp_path, "migrate").stdout == "The database is up to date already.\n"
