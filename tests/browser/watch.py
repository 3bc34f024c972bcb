"""Listens to what a browser complains about and where it goes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

# Chromium itself reports a violated policy in its console; a page that swallows
# that report would still be caught by this.
POLICY_WATCH = """
document.addEventListener('securitypolicyviolation', (event) =>
  console.error(`Policy violated: ${event.violatedDirective} ${event.blockedURI}`));
"""


class Watch:
    def __init__(self, context: BrowserContext, origin: str) -> None:
        self._origin = origin
        self._excused: list[re.Pattern[str]] = []
        self._complaints: list[str] = []
        self.strangers: list[str] = []
        context.add_init_script(POLICY_WATCH)
        context.on("console", self._hear)
        context.on("weberror", self._catch)
        context.on("request", self._see)

    def excuse(self, *patterns: str) -> None:
        """Chromium logs every refused or failed request; a test that provokes one says which."""
        self._excused += [re.compile(pattern) for pattern in patterns]

    @property
    def complaints(self) -> list[str]:
        return [
            complaint
            for complaint in self._complaints
            if not any(pattern.search(complaint) for pattern in self._excused)
        ]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self._complaints.append(f"{message.type}: {message.text}")

    def _catch(self, problem: WebError) -> None:
        self._complaints.append(f"uncaught: {problem.error}")

    def _see(self, request: Request) -> None:
        address = request.url
        if not address.startswith((f"{self._origin}/", "data:", "blob:")):
            self.strangers.append(address)
