"""Pictures of every state of the dashboard, wide and on a phone, light and dark.

python -m tests.browser.screenshots [state …]      writes test-results/screenshots
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser import chromium
from tests.browser.cinema import ROOT, Cinema

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOLDER = ROOT / "test-results" / "screenshots"


def main(chosen: list[str]) -> None:
    if why := chromium.missing():
        sys.exit(f"No pictures: {why}.")
    from tests.browser.states import Stage
    from tests.browser.visitors import DEVICES, Visitors

    if not chosen:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    cinema = Cinema()
    try:
        with chromium.started() as browser:
            for device in DEVICES:
                cinema.backstage.clear()
                visitors = Visitors(browser, cinema.server(), cinema.backstage)
                stage = Stage(
                    visitors.arrive,
                    cinema.backstage,
                    device,
                    cinema.paid_by_proof(),
                    to_the_second=True,
                )
                for state, customer in stage.states():
                    if not chosen or state in chosen:
                        take(customer.page, f"{state}-{device}")
                visitors.leave()
                for complaint in visitors.complaints():
                    print(f"{device}: {complaint}")
    finally:
        cinema.end()


def take(page: Page, name: str) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        picture = Path(FOLDER / f"{name}-{scheme}.png")
        page.screenshot(path=picture, animations="disabled")
        print(picture.relative_to(ROOT))


if __name__ == "__main__":
    main(sys.argv[1:])
