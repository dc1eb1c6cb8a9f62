"""The listener's two files share state by position: both must name the same things in the same order."""

from __future__ import annotations

import re
from pathlib import Path

WIDGET = Path(__file__).resolve().parents[2] / "widget"


def names(file: str, pattern: str) -> list[str]:
    found = re.search(pattern, (WIDGET / file).read_text(encoding="utf-8"), re.DOTALL)
    assert found, file
    return [name.strip() for name in found.group(1).split(",") if name.strip()]


def test_both_files_name_what_they_share_in_the_same_order() -> None:
    given = names("widget.js", r"const kit = \(\) => \[(.*?)\];")
    taken = names("widget-engaged.js", r"const \[(.*?)\] = kit;")
    assert ["getState" if name == "() => state" else name for name in given] == taken


def test_the_second_file_knows_a_kit_of_another_release() -> None:
    taken = names("widget-engaged.js", r"const \[(.*?)\] = kit;")
    assert names("widget-engaged.js", r"kit\.length !== (\d+)") == [str(len(taken))]
