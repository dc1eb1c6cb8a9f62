"""Build what pages load, minified, to public/: the parts of widget/ joined, and widget/hosted-form.js with its styles.

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

# Chromium then compiles all of a file while it comes in, beside the page's thread, and nothing on it once it is called.
EAGER = "//# allFunctionsCalledOnLoad\n"


@dataclass(frozen=True)
class Parts:
    """The files of widget/FOLDER/ that make one script, in this order and in one scope, between `begin` and `end`."""

    folder: str
    begin: str
    names: tuple[str, ...]
    end: str

    def joined(self) -> str:
        """The script's source; ends the program when a file of the folder is none of the parts."""
        folder = ROOT / "widget" / self.folder
        if left := {path.stem for path in folder.iterdir()} - set(self.names):
            raise SystemExit(f"widget/{self.folder}/ holds what no script is made of: {', '.join(sorted(left))}")
        sources = [(folder / f"{name}.js").read_text(encoding="utf-8") for name in self.names]
        return "\n".join([self.begin, *sources, self.end])


# Whatever goes wrong, the page must never learn of it.
FIRST = Parts(
    "first",
    "try { (() => {",
    (
        "page",
        "tag",
        "storage",
        "settings",
        "attribution",
        "fields",
        "secrets",
        "forms",
        "activity",
        "submissions",
        "sending",
        "start",
    ),
    "})(); } catch (_) {}",
)
ENGAGED = Parts(
    "engaged",
    "export default (kit) => {",
    (
        "kit",
        "completion",
        "questions",
        "progress",
        "acts",
        "answers",
        "clicks",
        "evidence",
        "requests",
        "form-submit",
        "bodies",
        "frames",
        "rare",
        "calls",
        "hosted",
    ),
    "};",
)


@dataclass(frozen=True)
class Script:
    """A file of public/; `budget` is in bytes of brotli.

    It is made of its `parts`, else of the file of its name in widget/, in which `style` takes the place of
    `STYLE_MARK`; `hint` stands before it.
    """

    name: str
    budget: int
    style: str = ""
    hint: str = ""
    parts: Parts | None = None

    @property
    def target(self) -> Path:
        return ROOT / "public" / self.name

    def source(self) -> str:
        """What it is made of, before it is minified."""
        if self.parts:
            return self.parts.joined()
        source = (ROOT / "widget" / self.name).read_text(encoding="utf-8")
        if self.style:
            style = (ROOT / "widget" / self.style).read_text(encoding="utf-8")
            source = source.replace(STYLE_MARK, json.dumps(minify.string("text/css", style)))
        return source

    def build(self) -> str:
        """The minified script; raises ``minify.MinifyError`` when the source is none."""
        minified: str = minify.string("application/javascript", self.source())
        return f"{self.hint}{CONST.sub('let', minified)}"


SCRIPTS = (
    Script("widget.js", 5120, hint=EAGER, parts=FIRST),
    Script("widget-engaged.js", 5632, hint=EAGER, parts=ENGAGED),
    Script("widget-rare.js", 1536),
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
