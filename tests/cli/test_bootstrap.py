"""`leadsbot bootstrap`: what it makes, what it prints, what it turns down."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest

from leadsbot.ids import is_id
from tests.cli.running import BOOTSTRAP, LATER, PATIENCE_S, Running, leadsbot, query


def test_json_has_the_contracts_keys_in_their_order_and_nothing_else(migrated: Path) -> None:
    done = leadsbot(migrated, *BOOTSTRAP, "--json", PUBLIC_URL="https://leads.example.com")
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert list(made) == [
        "workspace_id", "user_email", "site_id", "public_token",
        "api_key", "api_key_id", "endpoint_id", "inbound_url",
    ]  # fmt: skip
    assert all(is_id(made[name]) for name in ("workspace_id", "site_id", "api_key_id", "endpoint_id"))
    assert made["user_email"] == "owner@example.com"
    assert re.fullmatch(r"lb_[A-Za-z0-9]{40}", made["api_key"])
    assert made["inbound_url"] == f"https://leads.example.com/api/inbound/w/{made['endpoint_id']}/leads"


def test_links_follow_the_port_unless_a_public_url_was_chosen(migrated: Path) -> None:
    done = leadsbot(migrated, *BOOTSTRAP, "--json", PORT="8123")
    assert json.loads(done.stdout)["inbound_url"].startswith("http://127.0.0.1:8123/api/inbound/")


def test_without_json_the_key_is_named_for_people(migrated: Path) -> None:
    done = leadsbot(migrated, *BOOTSTRAP)
    assert re.search(r"^api_key +lb_\w{40}$", done.stdout, re.MULTILINE)
    # Whoever installs asks `leadsbot doctor` next, which misses the key otherwise.
    assert stat.S_IMODE((migrated / "data" / "secret.key").stat().st_mode) == 0o600
    assert "shown this once" in done.stdout


def test_the_site_gets_the_origins_in_their_normal_form(migrated: Path) -> None:
    leadsbot(migrated, *BOOTSTRAP, "--origin", "https://Shop.Example.com/", "--origin", "https://*.example.org")
    assert query(migrated, "SELECT allowed_origins FROM sites") == [
        ('["https://shop.example.com","https://*.example.org"]',)
    ]


def test_the_pipeline_is_the_one_asked_for(migrated: Path) -> None:
    leadsbot(migrated, *BOOTSTRAP, "--pipeline", "applications")
    [(stages,)] = query(migrated, "SELECT stages FROM workspaces")
    assert json.loads(str(stages))[1] == "Application Submitted"


def test_the_owner_is_mailed_for_new_leads(migrated: Path) -> None:
    leadsbot(migrated, *BOOTSTRAP)
    assert query(migrated, "SELECT kind, enabled FROM channels") == [("email", 1)]


def test_a_new_database_is_migrated_on_the_way(tmp_path: Path) -> None:
    assert leadsbot(tmp_path, *BOOTSTRAP).returncode == 0
    assert query(tmp_path, "SELECT name FROM workspaces") == [("Lindenhof",)]


def test_a_database_that_is_behind_is_not_touched(migrated: Path) -> None:
    with Running(migrated, "-c", LATER, *BOOTSTRAP, module=False) as later:
        assert later.process.wait(PATIENCE_S) == 1
        assert "run `leadsbot migrate`" in later.output
    assert query(migrated, "SELECT count(*) FROM workspaces") == [(0,)]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("--email", "owner"), "is not an email address"),
        (("--password", "short"), "A password has 8 to 200 characters."),
        (("--origin", "shop.example.com"), "needs its scheme"),
        (("--workspace", "  "), "name has 1 to 200 characters"),
    ],
    ids=["email", "password", "origin", "name"],
)
def test_what_cannot_be_is_turned_down_in_one_sentence_and_nothing_made(
    migrated: Path, changed: tuple[str, str], said: str
) -> None:
    done = leadsbot(migrated, *BOOTSTRAP, *changed)
    assert done.returncode == 1
    assert said in done.stderr and len(done.stderr.splitlines()) == 1
    assert query(migrated, "SELECT count(*) FROM workspaces") == [(0,)]


def test_an_email_that_is_taken_is_turned_down(migrated: Path) -> None:
    leadsbot(migrated, *BOOTSTRAP)
    done = leadsbot(migrated, *BOOTSTRAP)
    assert (done.returncode, "already a user" in done.stderr) == (1, True)


def test_the_secret_key_is_not_readable_by_others_once_made(migrated: Path) -> None:
    assert leadsbot(migrated, "worker", DATABASE_URL="sqlite:///data/new.db").returncode == 1
    assert stat.S_IMODE((migrated / "data" / "secret.key").stat().st_mode) == 0o600
