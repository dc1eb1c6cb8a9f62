"""`leadsbot password`: for servers without mail, or whoever has lost their mailbox too."""

from __future__ import annotations

from pathlib import Path

from tests.cli.running import BOOTSTRAP, leadsbot, query


def test_it_sets_a_password_and_ends_sign_ins_of_one_person_alone(migrated: Path) -> None:
    leadsbot(migrated, *BOOTSTRAP)
    [before] = query(migrated, "SELECT password_hash FROM users")
    assert leadsbot(migrated, "password", "--email", "Owner@example.com", "--password", "short").returncode == 1
    done = leadsbot(migrated, "password", "--email", "Owner@example.com", "--password", "another long one")
    assert (done.returncode, "new password" in done.stdout) == (0, True), done.stderr
    assert query(migrated, "SELECT password_hash FROM users") != [before]
    unknown = leadsbot(migrated, "password", "--email", "who@example.com", "--password", "another long one")
    assert (unknown.returncode, "Nobody signs in as who@example.com." in unknown.stderr) == (1, True)
