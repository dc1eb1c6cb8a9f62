"""Build the widget that pages load: widget/widget.js, minified, to public/widget.js.

``build_widget.py`` writes the file and prints its size; ``build_widget.py --check`` writes nothing and fails when the
committed file is stale or weighs more than its budget. The size that counts is brotli at quality 11, which is what the
server sends.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import brotli
import minify

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "widget" / "widget.js"
TARGET = ROOT / "public" / "widget.js"
BUDGET = 5120


def build() -> str:
    """The minified widget; raises ``minify.MinifyError`` when the source is no valid script."""
    minified: str = minify.string("application/javascript", SOURCE.read_text(encoding="utf-8"))
    return minified + "\n"


def weight(script: str) -> int:
    """Bytes of the script as brotli sends it."""
    return len(brotli.compress(script.encode(), quality=11))


def problems(script: str) -> list[str]:
    """What keeps the committed file from being shipped, one sentence each."""
    found = []
    if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != script:
        found.append("public/widget.js is not what widget/widget.js builds: run `make widget` and commit it.")
    if weight(script) > BUDGET:
        found.append(f"public/widget.js weighs {weight(script):,} bytes, its budget is {BUDGET:,}.")
    return found


def main() -> int:
    """Entry point; the exit code is 1 when the check failed."""
    parser = argparse.ArgumentParser(description="Build public/widget.js from widget/widget.js.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when it is stale or too heavy")
    check = parser.parse_args().check
    script = build()
    if not check:
        TARGET.parent.mkdir(exist_ok=True)
        TARGET.write_text(script, encoding="utf-8")
    print(f"widget.js: {weight(script):,} bytes brotli, {len(script.encode()):,} minified (budget {BUDGET:,})")
    trouble = problems(script)
    for sentence in trouble:
        print(sentence, file=sys.stderr)
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
