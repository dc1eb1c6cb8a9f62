"""`leadsbot backup` and `leadsbot restore`: a copy of a database in use, and back."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.running import BOOTSTRAP, LATER, PATIENCE_S, Running, leadsbot, query

NAMES = "SELECT name FROM workspaces ORDER BY created_at"


def add_another(folder: Path) -> None:
    done = leadsbot(folder, *BOOTSTRAP, "--workspace", "Second", "--email", "second@example.com")
    assert done.returncode == 0, done.stderr


def refused(folder: Path, *args: str) -> str:
    """Run what should be refused in one sentence, and give that."""
    done = leadsbot(folder, *args)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    return done.stderr


def test_what_was_backed_up_comes_back(bootstrapped: Path) -> None:
    assert leadsbot(bootstrapped, "backup", "copy.db").returncode == 0
    add_another(bootstrapped)
    done = leadsbot(bootstrapped, "restore", "copy.db")
    assert done.returncode == 0, done.stderr
    assert query(bootstrapped, NAMES) == [("Lindenhof",)]
    with Running(bootstrapped, "serve") as server:
        server.up()


def test_a_backup_of_a_running_server_has_what_is_still_in_its_log(bootstrapped: Path) -> None:
    with Running(bootstrapped, "serve") as server:
        server.up()
        add_another(bootstrapped)
        assert (bootstrapped / "data" / "leadsbot.db-wal").stat().st_size > 0
        assert leadsbot(bootstrapped, "backup", "copy.db").returncode == 0
    with closing(sqlite3.connect(bootstrapped / "copy.db")) as copy:
        assert copy.execute(NAMES).fetchall() == [("Lindenhof",), ("Second",)]


def test_a_backup_is_one_file_for_its_owner_alone(bootstrapped: Path) -> None:
    leadsbot(bootstrapped, "backup", "copy.db")
    assert [path.name for path in bootstrapped.glob("*copy.db*")] == ["copy.db"]
    assert stat.S_IMODE((bootstrapped / "copy.db").stat().st_mode) == 0o600


def test_a_backup_reminds_of_the_key_that_it_does_not_hold(bootstrapped: Path) -> None:
    (bootstrapped / "data" / "secret.key").write_text("k" * 40)
    assert "secret.key" in leadsbot(bootstrapped, "backup", "copy.db").stdout


def test_a_newer_backup_replaces_an_older_one(bootstrapped: Path) -> None:
    leadsbot(bootstrapped, "backup", "copy.db")
    add_another(bootstrapped)
    assert leadsbot(bootstrapped, "backup", "copy.db").returncode == 0
    with closing(sqlite3.connect(bootstrapped / "copy.db")) as copy:
        assert len(copy.execute(NAMES).fetchall()) == 2


def test_a_backup_replaces_neither_another_file_nor_the_database(bootstrapped: Path) -> None:
    (bootstrapped / "letter.txt").write_text("Dear Ada")
    assert "no database of LeadsBot" in refused(bootstrapped, "backup", "letter.txt")
    assert (bootstrapped / "letter.txt").read_text() == "Dear Ada"
    assert "the database itself" in refused(bootstrapped, "backup", "data/leadsbot.db")
    assert query(bootstrapped, NAMES) == [("Lindenhof",)]


def test_a_backup_into_a_folder_that_does_not_exist_is_refused(bootstrapped: Path) -> None:
    assert "is no folder" in refused(bootstrapped, "backup", "none/copy.db")


def test_there_is_no_backup_of_what_does_not_exist(tmp_path: Path) -> None:
    assert "does not exist" in refused(tmp_path, "backup", "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_nothing_is_restored_while_a_server_has_the_database(bootstrapped: Path) -> None:
    leadsbot(bootstrapped, "backup", "copy.db")
    add_another(bootstrapped)
    with Running(bootstrapped, "serve") as server:
        server.up()
        assert "in use: stop `leadsbot serve`" in refused(bootstrapped, "restore", "copy.db")
        assert len(query(bootstrapped, NAMES)) == 2


@pytest.mark.parametrize(
    "content", [b"", b"Dear Ada", b"SQLite format 3\0" + b"x" * 4096], ids=["empty", "text", "junk"]
)
def test_a_foreign_file_is_not_restored(bootstrapped: Path, content: bytes) -> None:
    (bootstrapped / "foreign.db").write_bytes(content)
    assert "no database of LeadsBot" in refused(bootstrapped, "restore", "foreign.db")
    assert query(bootstrapped, NAMES) == [("Lindenhof",)]


def test_another_programs_database_is_not_restored(bootstrapped: Path) -> None:
    with closing(sqlite3.connect(bootstrapped / "foreign.db")) as other:
        other.execute("CREATE TABLE songs (title TEXT)")
    assert "no database of LeadsBot" in refused(bootstrapped, "restore", "foreign.db")


def test_a_backup_of_a_newer_leadsbot_is_not_restored(bootstrapped: Path) -> None:
    leadsbot(bootstrapped, "backup", "copy.db")
    with closing(sqlite3.connect(bootstrapped / "copy.db", isolation_level=None)) as copy:
        copy.execute("INSERT INTO migration (name, app_name) VALUES ('2999-01-01T00:00:00:000000', 'leadsbot')")
    assert "newer LeadsBot" in refused(bootstrapped, "restore", "copy.db")


def test_an_older_backup_is_restored_with_a_word_on_migrating(bootstrapped: Path) -> None:
    leadsbot(bootstrapped, "backup", "copy.db")
    with Running(bootstrapped, "-c", LATER, "restore", "copy.db", module=False) as later:
        assert later.process.wait(PATIENCE_S) == 0
        assert "run `leadsbot migrate`" in later.output


def test_a_backup_that_can_not_be_brought_up_to_date_is_not_restored(bootstrapped: Path) -> None:
    leadsbot(bootstrapped, "backup", "copy.db")
    with closing(sqlite3.connect(bootstrapped / "copy.db", isolation_level=None)) as copy:
        copy.execute("UPDATE migration SET name = '2026-11-21T09:00:00:000000'")
        copy.execute("UPDATE workspaces SET name = 'Of old'")
    assert "unreleased LeadsBot" in refused(bootstrapped, "restore", "copy.db")
    assert query(bootstrapped, NAMES) == [("Lindenhof",)]


def test_a_backup_restores_where_there_was_no_database(bootstrapped: Path) -> None:
    leadsbot(bootstrapped, "backup", "copy.db")
    elsewhere = "sqlite:///new/leads.db"
    assert leadsbot(bootstrapped, "restore", "copy.db", DATABASE_URL=elsewhere).returncode == 0
    with closing(sqlite3.connect(bootstrapped / "new" / "leads.db")) as restored:
        assert restored.execute(NAMES).fetchall() == [("Lindenhof",)]


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_postgresql_has_its_own_tools(bootstrapped: Path, command: str) -> None:
    done = leadsbot(bootstrapped, command, "copy.db", DATABASE_URL="postgresql://127.0.0.1:1/leads")
    assert (done.returncode, "PostgreSQL" in done.stderr) == (1, True)
