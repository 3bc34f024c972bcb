"""Every state of the dashboard, one after another: for the pictures, and for axe."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.pictures import png

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.cinema import Backstage, Server
    from tests.browser.dashboard import Dashboard

UPLOADS = "**/api/seats/payment-proofs/"


@dataclass
class Stage:
    """A house to walk through on one kind of device."""

    arrive: Callable[..., Dashboard]
    backstage: Backstage
    device: str
    paid_by_proof: Server
    """Another door of the house, where bookings are paid by proof."""
    to_the_second: bool = False
    """Whether a countdown shows exactly the time that its picture is named after."""

    def states(self) -> Iterator[tuple[str, Dashboard]]:
        yield from self._empty_house()
        shows = self.backstage.seed("--showcase")
        saal = self.backstage.shows_in("Saal 1")
        assert len(shows) > len(saal) == 3
        yield from self._a_guest(*saal)
        yield from self._a_customer(saal[1])
        yield from self._a_payer(saal[0])
        yield from self._large(self.backstage.shows_in("Theatre")[0])

    def _arrive(self, name: str | None = None, at: Server | None = None) -> Dashboard:
        return self.arrive(name, device=self.device, at=at)

    def _empty_house(self) -> Iterator[tuple[str, Dashboard]]:
        page = self._arrive()
        page.page.goto(page.origin)
        expect(page.page.locator("#shows")).to_contain_text("Nothing on sale yet")
        yield "empty-house", page

    def _a_guest(self, fresh: int, half: int, full: int) -> Iterator[tuple[str, Dashboard]]:
        page = self._arrive().open(fresh)
        page.watch.excuse(r"401 \(Unauthorized\)", r"400 \(Bad Request\)")
        expect(page.page.locator("img.poster").first).to_be_visible()
        yield "fresh-hall", page

        page.open(full)
        expect(page.panel).to_contain_text("Sold out")
        yield "sold-out", page

        page.open(half)
        yield "half-sold-hall", page
        page.pick_free(3)
        self._show_panel(page)
        yield "picking", page
        self._fold_panel(page)
        page.button("List").click()
        expect(page.page.locator("#hall-list")).to_be_visible()
        yield "list", page
        page.button("Plan").click()

        self._show_panel(page)
        page.hold_button.click()
        form = page.dialog("Log in")
        expect(form).to_be_visible()
        yield "log-in", page
        form.get_by_label("Name").fill("somebody")
        form.get_by_label("Password").fill("something")
        form.get_by_role("button", name="Log in").click()
        expect(form.get_by_role("alert")).to_be_visible()
        yield "log-in-refused", page
        form.get_by_role("button", name="Register").click()
        form = page.dialog("Register")
        form.get_by_label("Name").fill("somebody")
        form.get_by_label("Password").fill("12345678")
        form.get_by_role("button", name="Register").click()
        expect(form.locator("#account-password-problem")).to_be_visible()
        yield "register-refused", page

    def _a_customer(self, half: int) -> Iterator[tuple[str, Dashboard]]:
        page = self._arrive("ada.harbour").open(half)
        page.watch.excuse(r"409 \(Conflict\)", r"net::ERR_")
        wanted = page.pick_free(3)

        # Somebody is quicker, and this page does not hear of it.
        with page.hearing_nothing():
            self.backstage.hold(half, wanted[:2], "rival")
            self._show_panel(page)
            page.hold_button.click()
            expect(page.note).to_contain_text("taken a moment ago")
        yield "conflict", page

        self.backstage.release(half, wanted[:2], "rival")
        yield from self._countdowns(page, half, wanted)
        self.backstage.hold(half, wanted, "ada.harbour")
        page.page.reload()
        page.expect_look("held", *wanted)
        self._show_panel(page)

        page.context.set_offline(True)
        expect(page.light).to_contain_text("offline since")
        yield "offline", page
        page.context.set_offline(False)
        page.expect_light("live")

        page.confirm_button.click()
        expect(page.ticket.locator(".ticket-reference")).to_be_visible()
        yield "ticket", page
        page.ticket.get_by_role("button", name="Close").click()
        self._fold_panel(page)
        page.expect_look("mine", *wanted)
        yield "booked", page

        self._an_older_booking(half)
        bookings = page.open_bookings()
        expect(bookings.locator(".booking")).to_have_count(2)
        bookings.get_by_role("button", name="Cancel booking").first.click()
        yield "my-bookings", page

    def _countdowns(
        self, page: Dashboard, show: int, wanted: list[str]
    ) -> Iterator[tuple[str, Dashboard]]:
        for name, seconds, shown in (("held", 590, "9:41"), ("last-minute", 50, "0:4")):
            self.backstage.hold(show, wanted, "ada.harbour", for_seconds=seconds)
            page.page.reload()
            page.expect_look("held", *wanted)
            self._show_panel(page)
            if self.to_the_second:
                expect(page.time_left).to_contain_text(shown)
            yield name, page
            self.backstage.release(show, wanted, "ada.harbour")

    def _an_older_booking(self, show: int) -> None:
        other = next(one for one in self.backstage.shows_in("Studio") if one != show)
        self.backstage.book(other, ["B3", "B4"], "ada.harbour")

    def _a_payer(self, show: int) -> Iterator[tuple[str, Dashboard]]:
        page = self._arrive("grace.quay", at=self.paid_by_proof).open(show)
        page.watch.excuse("net::ERR_FAILED")
        wanted = page.pick_free(2)
        self._show_panel(page)
        page.hold_button.click()
        page.expect_look("held", *wanted)
        step = page.panel.locator(".proof")
        expect(step).to_contain_text("add a picture of the receipt")
        yield "to-pay", page

        page.page.route(UPLOADS, lambda route: route.abort())
        picture = {"name": "receipt.png", "mimeType": "image/png", "buffer": png()}
        step.locator("input[type=file]").first.set_input_files(picture)
        expect(step.get_by_role("alert")).to_contain_text("The line dropped")
        yield "picture-cut-off", page
        page.page.unroute(UPLOADS)
        page.panel.get_by_role("button", name="Send it again").click()
        expect(step).to_contain_text("Your picture has arrived")
        yield "picture-sent", page

        page.confirm_button.click()
        reference = page.reference()
        yield "ticket-in-review", page
        page.ticket.get_by_role("button", name="Close").click()
        self._fold_panel(page)
        bookings = page.open_bookings()
        expect(bookings).to_contain_text("being looked at")
        yield "bookings-in-review", page
        bookings.get_by_role("button", name="Close").click()
        self.backstage.reject(reference, "The sum on the receipt is not that of the booking.")
        page.expect_look("available", *wanted)
        expect(page.note).to_contain_text("not accepted")
        self._show_panel(page)
        yield "rejected", page
        page.open_bookings()
        yield "bookings-rejected", page

    def _large(self, theatre: int) -> Iterator[tuple[str, Dashboard]]:
        page = self._arrive().open(theatre)
        yield "theatre", page

    def _show_panel(self, page: Dashboard) -> None:
        handle = page.panel.locator(".handle")
        if handle.is_visible() and handle.get_attribute("aria-expanded") == "false":
            handle.click()

    def _fold_panel(self, page: Dashboard) -> None:
        handle = page.panel.locator(".handle")
        if handle.is_visible() and handle.get_attribute("aria-expanded") == "true":
            handle.click()
