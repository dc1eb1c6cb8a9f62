"""Build what pages load, minified: widget/widget.js, and widget/hosted-form.js with its style sheet, to public/.

``build_widget.py`` writes the files and prints their sizes; ``build_widget.py --check`` writes nothing and fails when a
committed file is stale or weighs more than its budget. The size that counts is brotli at quality 11, which is what the
server sends.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import brotli
import minify

ROOT = Path(__file__).resolve().parent.parent
STYLE_MARK = "'CSS_HERE'"
CONST = re.compile(r"\bconst\b(?=[ {\[])")  # `let` says the same in fewer bytes, once the source has been checked


@dataclass(frozen=True)
class Script:
    """A file of widget/ and of public/; `budget` is in bytes of brotli. `style` takes the place of `STYLE_MARK`."""

    name: str
    budget: int
    style: str = ""

    @property
    def target(self) -> Path:
        return ROOT / "public" / self.name

    def build(self) -> str:
        """The minified script; raises ``minify.MinifyError`` when the source is none."""
        source = (ROOT / "widget" / self.name).read_text(encoding="utf-8")
        if self.style:
            style = (ROOT / "widget" / self.style).read_text(encoding="utf-8")
            source = source.replace(STYLE_MARK, json.dumps(minify.string("text/css", style)))
        minified: str = minify.string("application/javascript", source)
        return CONST.sub("let", minified)


SCRIPTS = (
    Script("widget.js", 5120),
    Script("widget-engaged.js", 5120),
    Script("hosted-form.js", 6144, style="hosted-form.css"),
)


def weight(script: str) -> int:
    """Bytes of the script as brotli sends it."""
    return len(brotli.compress(script.encode(), quality=11))


def problems(script: Script, built: str) -> list[str]:
    """What keeps the committed file from being shipped, one sentence each."""
    found = []
    if not script.target.exists() or script.target.read_text(encoding="utf-8") != built:
        found.append(f"public/{script.name} is not what widget/ builds: run `make widget` and commit it.")
    if weight(built) > script.budget:
        found.append(f"public/{script.name} weighs {weight(built):,} bytes, its budget is {script.budget:,}.")
    return found


def main() -> int:
    """Entry point; the exit code is 1 when the check failed."""
    parser = argparse.ArgumentParser(description="Build the scripts of public/ from widget/.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when one is stale or too heavy")
    parser.add_argument("names", nargs="*", metavar="NAME", help="build these alone, such as widget.js")
    arguments = parser.parse_args()
    trouble = []
    for script in SCRIPTS:
        if arguments.names and script.name not in arguments.names:
            continue
        built = script.build()
        if not arguments.check:
            script.target.write_text(built, encoding="utf-8")
        size = f"{weight(built):,} bytes brotli, {len(built.encode()):,} minified"
        print(f"{script.name}: {size} (budget {script.budget:,})")
        trouble += problems(script, built)
    for sentence in trouble:
        print(sentence, file=sys.stderr)
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
