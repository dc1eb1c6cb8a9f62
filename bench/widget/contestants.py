"""The scripts that are compared: the widget as it is served, and the npm packages of others as one file each."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import brotli

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WORK = ROOT / "build" / "bench-widget"  # ignored by git
OURS, PLAUSIBLE, SNOWPLOW, NONE = "LeadsBot", "Plausible", "Snowplow", "none"
NAMES = (NONE, PLAUSIBLE, OURS, SNOWPLOW)
# What the browser takes for calling anything at all on a field's change or a key: no script that hears them costs less.
EMPTY = "empty listeners"
TYPED = (*NAMES, EMPTY)
WITHIN_S = 120
PUBLIC = ROOT / "public"
LATER = "widget-engaged.js"  # what the widget fetches once a visitor touches a form

# Each is set up to see what it can of forms; none is held back by the test's address.
ENTRIES = {
    PLAUSIBLE: """
        import { init } from '@plausible-analytics/tracker';
        init({ domain: 'example.com', endpoint: '/collect', formSubmissions: true, captureOnLocalhost: true });
    """,
    SNOWPLOW: """
        import { newTracker, trackPageView } from '@snowplow/browser-tracker';
        import { FormTrackingPlugin, enableFormTracking } from '@snowplow/browser-plugin-form-tracking';
        newTracker('sp', location.origin, { appId: 'example', plugins: [FormTrackingPlugin()] });
        enableFormTracking();
        trackPageView();
    """,
}


@dataclass(frozen=True)
class Script:
    """A contestant's one file, and its size as it travels, in bytes: brotli at 11, gzip at 9."""

    body: bytes

    @property
    def brotli(self) -> int:
        return len(brotli.compress(self.body, quality=11))

    @property
    def gzip(self) -> int:
        return len(gzip.compress(self.body, 9, mtime=0))


def scripts() -> dict[str, Script]:
    """Give every script but that of `none`; installs and bundles the others' where that is still to do."""
    _install()
    found = {OURS: (PUBLIC / "widget.js").read_bytes()}
    for name, source in ENTRIES.items():
        found[name] = _bundled(source)
    types = ["input", "change", "focusin", "focusout"]
    found[EMPTY] = f"for (const type of {types}) addEventListener(type, () => {{}}, true)".encode()
    return {name: Script(body) for name, body in found.items()}


def later() -> bytes:
    """Give the widget's second file."""
    return (PUBLIC / LATER).read_bytes()


def tag(name: str) -> str:
    """Give the element that puts a contestant on a page."""
    if name == NONE:
        return ""
    ours = ' id="leadsbot-listener" data-token="bench" data-mode="listener"' if name == OURS else ""
    return f'<script src="/scripts/{name.replace(" ", "-")}.js"{ours} async></script>'


def _install() -> None:
    """Install what package.json pins, unless just that is installed."""
    pinned, installed = HERE / "package.json", WORK / "package.json"
    if installed.is_file() and installed.read_bytes() == pinned.read_bytes() and (WORK / "node_modules").is_dir():
        return
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    installed.write_bytes(pinned.read_bytes())
    _run(["npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])


def _bundled(source: str) -> bytes:
    esbuild = str(WORK / "node_modules" / "esbuild" / "bin" / "esbuild")
    return _run(["node", esbuild, "--bundle", "--minify", "--format=iife", "--target=es2020"], source.encode())


def _run(command: list[str], entered: bytes = b"") -> bytes:
    if not shutil.which(command[0]):
        raise SystemExit(f"{command[0]} is not there: this measurement needs Node.js with npm.")
    done = subprocess.run(command, cwd=WORK, input=entered, capture_output=True, timeout=WITHIN_S, check=False)
    if done.returncode:
        raise SystemExit(done.stderr.decode(errors="replace"))
    return done.stdout
