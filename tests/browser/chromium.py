"""The real browser: where it is, and how it is started."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

USUAL_PLACE = "/usr/bin/chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Pages of its own that it makes ready behind every window: they cost more than ours.
UNSEEN = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
    "SpareRendererForSitePerProcess",
)
# Of two lists the browser heeds the last, so those that playwright turns off are named again.
TURNED_OFF_BY_PLAYWRIGHT = (
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)

# Nothing that a browser does on its own account may cost time or touch the internet.
QUIET = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join((*UNSEEN, *TURNED_OFF_BY_PLAYWRIGHT))}",
)


def path() -> str | None:
    """Chromium as CHROMIUM names it, else at its usual place, else on the PATH."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    if Path(USUAL_PLACE).is_file():
        return USUAL_PLACE
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def missing() -> str | None:
    """Why no browser can be driven here, or None."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "playwright is not installed: pip install -r requirements-dev.txt"
    if path() is None:
        named = os.environ.get("CHROMIUM")
        return f"no Chromium at {named}" if named else "no Chromium here; CHROMIUM can name one"
    return None


@contextmanager
def started() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path(), args=QUIET)
        yield browser
        browser.close()
