"""Browsers for everybody a test or a picture needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.browser.dashboard import PASSWORD, Dashboard
from tests.browser.watch import Watch

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

    from tests.browser.cinema import Backstage, Server

WIDE = {"viewport": {"width": 1360, "height": 900}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 3,
    "is_mobile": True,
    "has_touch": True,
}
DEVICES = {"wide": WIDE, "phone": PHONE}

# On a busy machine; what is waited for usually comes within a second.
PATIENCE = 60_000


class Visitors:
    """Everybody who came, each with a browser of their own, and what became of them."""

    def __init__(self, browser: Browser, server: Server, backstage: Backstage) -> None:
        expect.set_options(timeout=PATIENCE)
        self._browser = browser
        self._server = server
        self._backstage = backstage
        self._contexts: list[BrowserContext] = []
        self._watches: list[Watch] = []

    def arrive(
        self,
        name: str | None = None,
        *,
        device: str = "wide",
        at: Server | None = None,
        **browsing: Any,
    ) -> Dashboard:
        """Somebody comes. Named, they have an account and are logged in."""
        origin = (at or self._server).origin
        context = self._browser.new_context(
            **{
                "locale": "en-GB",
                "timezone_id": "Europe/Berlin",
                "color_scheme": "light",
                **DEVICES[device],
                **browsing,
            }
        )
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        watch = Watch(context, origin)
        self._watches.append(watch)
        dashboard = Dashboard(context.new_page(), origin, watch)
        if name is not None:
            self._backstage.user(name, PASSWORD)
            dashboard.log_in(name)
        return dashboard

    def leave(self) -> None:
        for context in self._contexts:
            context.close()
        self._contexts.clear()

    def complaints(self) -> list[str]:
        return [complaint for watch in self._watches for complaint in watch.complaints]

    def strangers(self) -> list[str]:
        return [address for watch in self._watches for address in watch.strangers]
