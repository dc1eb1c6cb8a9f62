"""One Chromium for every browser test: where it is found, how it is started, why there may be none."""

from __future__ import annotations

import os
import shutil

from playwright.sync_api import Browser, BrowserType, Playwright, expect

from tests.support.waiting import PATIENCE_S

PATIENCE_MS = PATIENCE_S * 1000
expect.set_options(timeout=PATIENCE_MS)

NAMES = ("chromium", "chromium-browser", "google-chrome")
# The last such flag holds, so what Playwright itself turns off and tests depend on is turned off here again. The popups
# of the address bar are pages that Chromium loads with each window: half of what a window costs, and nobody sees them.
OFF = (
    *("PaintHolding", "HttpsUpgrades", "Translate", "MediaRouter", "DialMediaRouteProvider", "GlobalMediaControls"),
    *("LensOverlay", "OptimizationHints", "ThirdPartyStoragePartitioning", "DestroyProfileOnBrowserClose"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "BoundaryEventDispatchTracksNodeRemoval", "RenderDocument"),
    *("WebUIOmniboxPopup", "WebUIOmniboxFullPopup", "WebUIOmniboxAimPopup"),
)
QUIET = [
    f"--disable-features={','.join(OFF)}",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def executable() -> str | None:
    """The browser of the machine: ``LEADSBOT_CHROMIUM``, else one on the PATH; None leaves it to Playwright's own."""
    chosen = os.environ.get("LEADSBOT_CHROMIUM")
    return chosen or next((path for name in NAMES if (path := shutil.which(name))), None)


def arguments() -> list[str]:
    """Command-line flags: no traffic of the browser's own; root may only run it without its sandbox."""
    return [*QUIET, "--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else QUIET


def launch(playwright: Playwright) -> Browser:
    """A running headless Chromium; raises ``playwright.sync_api.Error`` where none starts."""
    chromium: BrowserType = playwright.chromium
    return chromium.launch(executable_path=executable(), args=arguments())


def left_out() -> str | None:
    """Why browser tests are to be left out: `make test` sets LEADSBOT_NO_BROWSER where no browser can be had."""
    return "LEADSBOT_NO_BROWSER is set" if os.environ.get("LEADSBOT_NO_BROWSER") else None
