"""What axe-core finds on a page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def violations(page: Page, *, rules: tuple[str, ...] = ()) -> list[str]:
    """Each violation with where it is: of all rules, or of those named."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
    found = page.evaluate(
        f"axe.run({json.dumps({'runOnly': only, 'resultTypes': ['violations']})})"
    )
    return [
        f"{one['id']}: {node['target'][-1]}: {node['failureSummary'].splitlines()[-1].strip()}"
        for one in found["violations"]
        for node in one["nodes"]
    ]
