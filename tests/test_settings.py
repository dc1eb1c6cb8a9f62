"""Settings: what an operator may write, what they get for it, and what they are told when it is wrong."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, fields
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from leadsbot.settings import VARIABLES, Settings, SettingsError


def load(**env: str) -> Settings:
    return Settings.load({f"LEADSBOT_{name}": value for name, value in env.items()}, dotenv=None)


def problems(load_them: Callable[[], Settings]) -> dict[str, str]:
    with pytest.raises(SettingsError) as caught:
        load_them()
    return caught.value.problems


def test_the_defaults_are_the_contracts() -> None:
    settings = load()
    assert settings.database_url == "sqlite:///data/leadsbot.db"
    assert (settings.public_url, settings.host, settings.port) == ("http://127.0.0.1:8000", "127.0.0.1", 8000)
    assert (settings.telegram_api, settings.telegram_mode) == ("https://api.telegram.org", "polling")
    assert (settings.mail_from, settings.log, settings.allow_private_targets) == ("leadsbot@localhost", "text", False)
    assert settings.retry_schedule == (5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
    assert settings.trusted_proxies == ()
    empty = ("secret_key", "telegram_token", "smtp_url", "captcha_verify_url", "metrics_token")
    assert [getattr(settings, name) for name in empty] == [""] * len(empty)


def test_every_variable_has_its_attribute_and_every_attribute_its_variable() -> None:
    assert [variable.field for variable in VARIABLES] == [field.name for field in fields(Settings)]


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load(PORT="", LOG="  ") == load()


def test_the_process_environment_is_read_without_being_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADSBOT_PORT", "9001")
    assert Settings.load(dotenv=None).port == 9001


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        load().port = 1  # type: ignore[misc]


GOOD: list[tuple[str, str, Any]] = [
    ("DATABASE_URL", "postgres://u:p@h/db", "postgresql://u:p@h/db"),
    ("DATABASE_URL", "postgresql:///db?host=/run", "postgresql:///db?host=/run"),
    ("PUBLIC_URL", "https://leads.example.com/", "https://leads.example.com"),
    ("PUBLIC_URL", "http://[::1]:8000", "http://[::1]:8000"),
    ("HOST", "::", "::"),
    ("PORT", "1", 1),
    ("PORT", "65535", 65535),
    ("TRUSTED_PROXIES", "10.0.0.0/8, ::1", (ip_network("10.0.0.0/8"), ip_network("::1/128"))),
    ("TELEGRAM_TOKEN", "123456:AAE-x_y", "123456:AAE-x_y"),
    ("TELEGRAM_API", "http://localhost:8081/", "http://localhost:8081"),
    ("TELEGRAM_MODE", "Webhook", "webhook"),
    ("SMTP_URL", "smtp://user:p%40ss@mail:587?starttls=1", "smtp://user:p%40ss@mail:587?starttls=1"),
    ("SMTP_URL", "smtps://mail", "smtps://mail"),
    ("MAIL_FROM", "LeadsBot <leads@example.com>", "LeadsBot <leads@example.com>"),
    ("ALLOW_PRIVATE_TARGETS", "1", True),
    ("ALLOW_PRIVATE_TARGETS", "false", False),
    ("CAPTCHA_VERIFY_URL", "http://127.0.0.1:9/verify", "http://127.0.0.1:9/verify"),
    ("LOG", "json", "json"),
    ("RETRY_SCHEDULE", "0.2s, 2m,1h,1d", (0.2, 120, 3_600, 86_400)),
    ("RETRY_SCHEDULE", ",".join(["1s"] * 20), (1,) * 20),
]


@pytest.mark.parametrize(("name", "text", "value"), GOOD)
def test_it_takes(name: str, text: str, value: Any) -> None:
    assert getattr(load(**{name: text}), name.lower()) == value


BAD = [
    ("DATABASE_URL", "mysql://h/db"),
    ("DATABASE_URL", "sqlite:///:memory:"),
    ("DATABASE_URL", "sqlite://data.db"),
    ("DATABASE_URL", "sqlite:///data/"),
    ("DATABASE_URL", "postgresql://h"),
    ("PUBLIC_URL", "leads.example.com"),
    ("PUBLIC_URL", "https://leads.example.com/path"),
    ("PUBLIC_URL", "https://host:99999"),
    ("HOST", "http://127.0.0.1"),
    ("PORT", "0"),
    ("PORT", "65536"),
    ("PORT", "٨٠"),
    ("PORT", "80.0"),
    ("TRUSTED_PROXIES", "10.0.0.1/8"),
    ("TRUSTED_PROXIES", "proxy.example.com"),
    ("TELEGRAM_TOKEN", "not-a-token"),
    ("TELEGRAM_API", "ftp://api.telegram.org"),
    ("TELEGRAM_MODE", "push"),
    ("SMTP_URL", "mail.example.com"),
    ("SMTP_URL", "smtp://mail?tls=1"),
    ("SMTP_URL", "smtp://mail?starttls=maybe"),
    ("MAIL_FROM", "nobody"),
    ("MAIL_FROM", "a@b.c\nBcc: d@e.f"),
    ("ALLOW_PRIVATE_TARGETS", "2"),
    ("CAPTCHA_VERIFY_URL", "verify"),
    ("LOG", "xml"),
    ("METRICS_TOKEN", "two words"),
    ("RETRY_SCHEDULE", "5"),
    ("RETRY_SCHEDULE", "5s,,5s"),
    ("RETRY_SCHEDULE", "-5s"),
    ("RETRY_SCHEDULE", ",".join(["1s"] * 21)),
]


@pytest.mark.parametrize(("name", "text"), BAD)
def test_it_refuses(name: str, text: str) -> None:
    found = problems(lambda: load(**{name: text}))
    assert list(found) == [f"LEADSBOT_{name}"]
    assert found[f"LEADSBOT_{name}"].startswith(f"LEADSBOT_{name} ")


def test_every_wrong_variable_has_its_sentence_in_one_error() -> None:
    with pytest.raises(SettingsError) as caught:
        load(PORT="x", LOG="x", MAIL_FROM="x")
    assert set(caught.value.fields) == {"LEADSBOT_PORT", "LEADSBOT_LOG", "LEADSBOT_MAIL_FROM"}
    assert len(caught.value.message.splitlines()) == 3


def test_a_wrong_value_is_repeated_unless_it_is_a_secret() -> None:
    assert "'8o80'" in problems(lambda: load(PORT="8o80"))["LEADSBOT_PORT"]
    assert "hunter2" not in str(problems(lambda: load(SMTP_URL="http://u:hunter2@h")))


def test_secrets_do_not_show_in_repr() -> None:
    settings = load(
        DATABASE_URL="postgresql://u:hunter2@h/db",
        SECRET_KEY="hunter2",
        TELEGRAM_TOKEN="1:hunter2",
        SMTP_URL="smtp://u:hunter2@h",
        METRICS_TOKEN="hunter2",
    )
    assert "hunter2" not in repr(settings)
    assert "127.0.0.1" in repr(settings)


# --- _FILE and .env


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: variable.name)
def test_every_variable_can_come_from_a_file(variable: Any, tmp_path: Path) -> None:
    text = variable.default or {"LEADSBOT_SMTP_URL": "smtp://h", "LEADSBOT_TELEGRAM_TOKEN": "1:a"}.get(
        variable.name, "10.0.0.1" if "PROXIES" in variable.name else "http://h"
    )
    (tmp_path / "value").write_text(text + "\n")
    by_file = Settings.load({f"{variable.name}_FILE": str(tmp_path / "value")}, dotenv=None)
    by_name = Settings.load({variable.name: text}, dotenv=None)
    assert by_file == by_name


def test_a_variable_and_its_file_together_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "port").write_text("9000")
    found = problems(lambda: load(PORT="8000", PORT_FILE=str(tmp_path / "port")))
    assert "LEADSBOT_PORT_FILE" in found["LEADSBOT_PORT"]


def test_a_file_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    found = problems(lambda: load(SECRET_KEY_FILE=str(tmp_path / "nothing")))
    assert str(tmp_path / "nothing") in found["LEADSBOT_SECRET_KEY"]


def test_dotenv_gives_what_the_environment_leaves_out(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LEADSBOT_PORT=9000\nLEADSBOT_SECRET_KEY='pa$$word'\n")
    settings = Settings.load({}, tmp_path / ".env")
    assert (settings.port, settings.secret_key) == (9000, "pa$$word")


def test_the_environment_wins_over_both_forms_in_dotenv(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("LEADSBOT_PORT_FILE=/nowhere\nLEADSBOT_LOG=json\n")
    settings = Settings.load({"LEADSBOT_PORT": "9001", "LEADSBOT_LOG": "text"}, tmp_path / ".env")
    assert (settings.port, settings.log) == (9001, "text")


def test_an_unreadable_dotenv_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")
    assert str(tmp_path / ".env") in str(problems(lambda: Settings.load({}, tmp_path / ".env")))


# --- The database's place


def test_a_sqlite_url_gives_its_file_relative_or_absolute() -> None:
    assert load().sqlite_path == Path("data/leadsbot.db")
    assert load(DATABASE_URL="sqlite:////srv/my%20leads.db").sqlite_path == Path("/srv/my leads.db")
    assert load().database_kind == "sqlite"


def test_a_postgresql_url_has_no_file() -> None:
    settings = load(DATABASE_URL="postgresql://h/db")
    assert settings.database_kind == "postgresql"
    with pytest.raises(ValueError, match="no file"):
        _ = settings.sqlite_path


# --- The secret key


def with_database(folder: Path) -> Settings:
    return load(DATABASE_URL=f"sqlite:///{folder}/leadsbot.db")


def test_a_key_is_made_once_beside_the_database_for_the_owner_alone(tmp_path: Path) -> None:
    settings = with_database(tmp_path / "data")
    key = settings.ensure_secret_key()
    file = tmp_path / "data" / "secret.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(key) >= 43
    assert settings.secret_key == key == file.read_text().strip()
    assert with_database(tmp_path / "data").ensure_secret_key() == key
    assert os.listdir(tmp_path / "data") == ["secret.key"]


def test_loading_alone_makes_no_key(tmp_path: Path) -> None:
    assert with_database(tmp_path).secret_key == ""
    assert os.listdir(tmp_path) == []


def test_a_key_that_was_set_is_used_and_none_is_made(tmp_path: Path) -> None:
    settings = load(DATABASE_URL=f"sqlite:///{tmp_path}/leadsbot.db", SECRET_KEY="chosen")
    assert settings.ensure_secret_key() == "chosen"
    assert os.listdir(tmp_path) == []


def test_with_postgresql_the_key_lies_in_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    load(DATABASE_URL="postgresql://h/db").ensure_secret_key()
    assert (tmp_path / "data" / "secret.key").is_file()


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = list(pool.map(lambda _: with_database(tmp_path).ensure_secret_key(), range(64)))
    assert len(set(keys)) == 1


@pytest.mark.parametrize("content", [b"", b"\xff\xff"])
def test_a_damaged_key_file_is_an_error_and_is_not_replaced(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_bytes(content)
    with pytest.raises(SettingsError, match=re.escape(str(tmp_path / "secret.key"))):
        with_database(tmp_path).ensure_secret_key()
    assert (tmp_path / "secret.key").read_bytes() == content


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    settings = with_database(tmp_path / "data")
    with pytest.raises(SettingsError, match=r"LEADSBOT_SECRET_KEY is not set, and .*secret\.key"):
        settings.ensure_secret_key()
