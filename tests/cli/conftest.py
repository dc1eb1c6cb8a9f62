"""Folders to run the command in: made once by the command itself, then copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.running import BOOTSTRAP, leadsbot


def _made(folder: Path, *args: str) -> Path:
    done = leadsbot(folder, *args)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def migrated_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _made(tmp_path_factory.mktemp("migrated"), "migrate")


@pytest.fixture(scope="session")
def bootstrapped_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _made(tmp_path_factory.mktemp("bootstrapped"), *BOOTSTRAP)


@pytest.fixture
def migrated(tmp_path: Path, migrated_once: Path) -> Path:
    """A folder whose database has every table and no row."""
    return shutil.copytree(migrated_once, tmp_path / "house")


@pytest.fixture
def bootstrapped(tmp_path: Path, bootstrapped_once: Path) -> Path:
    """A folder whose database has one workspace, Lindenhof's."""
    return shutil.copytree(bootstrapped_once, tmp_path / "house")
