"""The list has the same powers as the plan."""

import re

from playwright.sync_api import expect


def test_pick_hold_and_book_from_the_list(arrive, backstage, show):
    backstage.book(show, ["B2"])
    page = arrive("owner").open(show)
    page.button("List").click()
    seats = page.page.locator("#hall-list")
    expect(seats).to_be_visible()
    expect(page.page.locator("#hall-view")).to_be_hidden()

    def seat(name):
        return seats.get_by_role("button", name=re.compile(rf"^{name},"))

    expect(seat("Row B, seat 2")).to_have_count(0)
    seats.get_by_label("Only free seats").uncheck()
    expect(seat("Row B, seat 2")).to_have_attribute("aria-disabled", "true")

    seat("Row B, seat 3").click()
    expect(seat("Row B, seat 3")).to_have_attribute("aria-pressed", "true")
    seat("Row B, seat 4").click()
    page.hold_button.click()
    expect(page.confirm_button).to_be_visible()
    expect(seat("Row B, seat 4")).to_have_accessible_name(re.compile("held for you"))

    # It follows, and does not lose the focus doing so.
    seat("Row C, seat 5").focus()
    backstage.book(show, ["C5", "C6"])
    expect(seat("Row C, seat 5")).to_have_accessible_name(re.compile("booked"))
    expect(seat("Row C, seat 5")).to_be_focused()

    page.confirm_button.click()
    page.reference()
    assert backstage.books(show)["booked"] == ["B2", "B3", "B4", "C5", "C6"]
