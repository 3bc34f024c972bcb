"""The dashboard as its customers use it: by what it says and where it says it."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import BrowserContext, Locator, Page, Route

    from tests.browser.watch import Watch

T = TypeVar("T")

POLLS = "**/api/seat-status/**"
PASSWORD = "hills-and-lanterns-9"


class Dashboard:
    """One customer's browser and the page they look at."""

    def __init__(self, page: Page, origin: str, watch: Watch) -> None:
        self.page = page
        self.origin = origin
        self.watch = watch

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    # Coming and being somebody

    def open(self, show_id: int | None = None) -> Dashboard:
        self.page.goto(f"{self.origin}/" + (f"?show={show_id}" if show_id else ""))
        expect(self.page.locator("#hall-view")).to_be_visible()
        expect(self.page.locator("#hall-view [data-look]").first).to_be_attached()
        return self

    def log_in(self, name: str) -> Dashboard:
        """By a request beside the page; tests of logging in use the form instead."""
        answer = self.context.request.post(
            f"{self.origin}/api/seats/login/", data={"username": name, "password": PASSWORD}
        )
        assert answer.ok, answer.text()
        return self

    def second_tab(self, show_id: int) -> Dashboard:
        return Dashboard(self.context.new_page(), self.origin, self.watch).open(show_id)

    # Seats

    def seat(self, label: str) -> Locator:
        row, number = re.fullmatch(r"([A-Z]+)(\d+)", label).groups()
        name = f"Row {row}, seat {number},"
        return self.page.locator(f'#hall-view [role="gridcell"][aria-label^="{name}"]')

    def expect_look(self, look: str, *labels: str, timeout: float | None = None) -> None:
        for label in labels:
            expect(self.seat(label)).to_have_attribute("data-look", look, timeout=timeout)

    def pick(self, *labels: str) -> Dashboard:
        for label in labels:
            self.seat(label).click()
            self.expect_look("picked", label)
        return self

    def expect_picked(self, count: int) -> None:
        expect(self.page.locator('#hall-view [role="gridcell"][data-look="picked"]')).to_have_count(
            count
        )

    def sideways(self) -> int:
        """How many pixels the page could be pushed to the side: none, if it is well made."""
        return self.page.evaluate(
            "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
        )

    def pick_free(self, count: int) -> list[str]:
        """Seats side by side, found by the page itself."""
        self.button(re.compile("^Best ")).first.wait_for()
        while not (best := self.button(f"Best {count} together")).is_visible():
            self.button("One seat more").click()
        best.click()
        picked = self.page.locator('#hall-view [role="gridcell"][data-look="picked"]')
        expect(picked).to_have_count(count)
        names = [cell.get_attribute("aria-label") for cell in picked.all()]
        return ["".join(re.match(r"Row (\w+), seat (\d+),", name).groups()) for name in names]

    def hold(self, *labels: str) -> Dashboard:
        self.pick(*labels)
        self.hold_button.click()
        self.expect_look("held", *labels)
        return self

    def number(self, name: str) -> Locator:
        return self.page.locator(f'[data-stat="{name}"] dd')

    def expect_numbers(self, *, available: int, held: int, booked: int) -> None:
        expect(self.number("available")).to_have_text(str(available))
        expect(self.number("held")).to_have_text(str(held))
        expect(self.number("booked")).to_have_text(str(booked))

    # The panel

    @property
    def panel(self) -> Locator:
        return self.page.locator("#panel")

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name)

    @property
    def hold_button(self) -> Locator:
        return self.panel.get_by_role("button", name=re.compile(r"^Hold \d+ (more )?seats? · "))

    @property
    def confirm_button(self) -> Locator:
        return self.panel.get_by_role("button", name=re.compile("^Confirm booking"))

    @property
    def time_left(self) -> Locator:
        return self.panel.get_by_role("timer").locator(".clock-time")

    def seconds_left(self) -> int:
        minutes, seconds = re.search(r"(\d+):(\d\d)", self.time_left.inner_text()).groups()
        return int(minutes) * 60 + int(seconds)

    def hold_at_the_server(self) -> dict[str, Any]:
        """The one hold that this customer has, as the server tells it at this moment."""
        (hold,) = self.context.request.get(f"{self.origin}/api/seats/my-holds/").json()["holds"]
        return hold

    def expect_the_clock_to_be_right(self) -> None:
        """Before long it shows what the server says, give or take a second."""
        seen = []
        for _ in range(200):
            most = self.hold_at_the_server()["expires_in"]
            shown = self.seconds_left()
            least = self.hold_at_the_server()["expires_in"]
            if least - 1 <= shown <= most + 2:
                return
            seen.append((least, shown, most))
            self.page.wait_for_timeout(100)
        raise AssertionError(f"The clock was wrong all the time: {seen}")

    def expect_width_over(self, drawing: Locator, least: float) -> None:
        self._expect_soon(lambda: drawing.bounding_box()["width"] > least)

    def expect_picture(self, picture: Callable[[], T], is_so: Callable[[T], bool]) -> T:
        """What is painted follows in the frames to come."""
        taken: list[T] = []

        def now() -> bool:
            taken.append(picture())
            return is_so(taken[-1])

        self._expect_soon(now)
        return taken[-1]

    def _expect_soon(self, is_so: Callable[[], bool]) -> None:
        for _ in range(1200):
            if is_so():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("It did not come to that.")

    def expect_to_be_waiting(self) -> None:
        """The page says that a request has no answer yet, and that this does no harm."""
        words = self.panel.get_by_text("The line dropped. Asking again, nothing happens twice.")
        expect(words).to_be_visible()

    @property
    def note(self) -> Locator:
        return self.page.locator("#note")

    @property
    def light(self) -> Locator:
        return self.page.locator("#link")

    def expect_light(self, says: str | re.Pattern[str]) -> None:
        expect(self.light.locator(".link-text")).to_have_text(says)

    @contextmanager
    def hearing_nothing(self) -> Iterator[None]:
        """Meanwhile the page's polls stay without an answer."""
        with self._polls_kept() as kept:
            # A poll that was on its way has come back when the next one begins.
            self._expect_soon(lambda: bool(kept))
            yield

    @contextmanager
    def hearing_once(self) -> Iterator[None]:
        """Of the polls that begin from now on, only the first has an answer meanwhile."""
        with self._polls_kept(but=1):
            yield

    @contextmanager
    def _polls_kept(self, *, but: int = 0) -> Iterator[list[Route]]:
        kept: list[Route] = []
        over = False

        def keep(route: Route) -> None:
            nonlocal but
            if over or but > 0:
                but -= 1
                route.continue_()
            else:
                kept.append(route)

        self.page.route(POLLS, keep)
        yield kept
        over = True
        for route in kept:
            route.continue_()

    # What opens over the page

    def dialog(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("dialog", name=name)

    @property
    def ticket(self) -> Locator:
        return self.page.locator("dialog.ticket-dialog")

    def reference(self) -> str:
        expect(self.ticket).to_be_visible()
        return self.ticket.locator(".ticket-reference").inner_text()

    @property
    def bookings(self) -> Locator:
        return self.dialog("My bookings")

    def open_bookings(self) -> Locator:
        self.button("My bookings").click()
        expect(self.bookings).to_be_visible()
        return self.bookings
