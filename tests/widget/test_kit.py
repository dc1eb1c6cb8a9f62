"""The listener's files share state by position: all must name the same things in the same order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

WIDGET = Path(__file__).resolve().parents[2] / "widget"


def names(file: str, pattern: str) -> list[str]:
    found = re.search(pattern, (WIDGET / file).read_text(encoding="utf-8"), re.DOTALL)
    assert found, file
    return [name.strip() for name in found.group(1).split(",") if name.strip()]


def test_both_files_name_what_they_share_in_the_same_order() -> None:
    given = names("first/start.js", r"const kit = \(\) => \[(.*?)\];")
    taken = names("engaged/kit.js", r"const \[(.*?)\] = kit;")
    assert ["getState" if name == "() => state" else name for name in given] == taken


@pytest.mark.parametrize("file", ["engaged/kit.js", "widget-rare.js"])
def test_a_later_file_knows_a_kit_of_another_release(file: str) -> None:
    taken = names(file, r"const \[(.*?)\] = kit;")
    assert names(file, r"kit\.length !== (\d+)") == [str(len(taken))]


def test_the_rare_file_names_what_it_is_handed_in_that_order() -> None:
    kit = r"const \[(.*?)\] = kit;"
    assert names("widget-rare.js", kit) == names("engaged/kit.js", kit)
