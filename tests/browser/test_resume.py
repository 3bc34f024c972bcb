"""Whoever comes back finds their seats where they were."""

import json
import re

from playwright.sync_api import expect

HOLD = "**/api/seats/hold-batch/"
BOOK = "**/api/seats/book-batch/"


def test_a_hold_is_there_after_a_reload(arrive, show):
    page = arrive("owner").open(show).hold("B4", "B5")
    left = page.seconds_left()
    page.page.reload()
    page.expect_look("held", "B4", "B5")
    expect(page.confirm_button).to_be_visible()
    expect(page.panel.locator(".chosen").first).to_have_text(re.compile("B4 ?Standard ?€12.00"))
    page.expect_the_clock_to_be_right()
    assert page.seconds_left() <= left


def test_a_pick_is_there_after_a_reload_if_it_is_still_free(arrive, backstage, show):
    page = arrive().open(show).pick("B4", "B5")
    backstage.hold(show, ["B5"])
    page.page.reload()
    page.expect_look("picked", "B4")
    page.expect_look("taken", "B5")


def test_back_leads_to_the_show_before_and_its_hold(arrive, backstage, show):
    other = backstage.show(title="Paper Moons over Lisbon", starts_in=50 * 3600)
    page = arrive("owner").open(show).hold("B4")
    page.page.get_by_role("link", name="Paper Moons over Lisbon").click()
    expect(page.page).to_have_url(f"{page.origin}/?show={other}")
    expect(page.page.get_by_role("heading", level=1)).to_have_text("Paper Moons over Lisbon")
    page.expect_look("available", "B4")
    expect(page.confirm_button).to_be_hidden()

    page.page.go_back()
    expect(page.page.get_by_role("heading", level=1)).to_have_text("The Orchard Machine")
    page.expect_look("held", "B4")
    expect(page.confirm_button).to_be_visible()


def test_back_from_another_site_of_the_house(arrive, show):
    page = arrive("owner").open(show).hold("B4")
    page.page.goto(f"{page.origin}/healthz")
    page.page.go_back()
    page.expect_look("held", "B4")
    expect(page.confirm_button).to_be_visible()


def test_a_second_tab_has_the_hold_and_both_stay_true(arrive, show):
    one = arrive("owner").open(show).hold("B4")
    other = one.second_tab(show)
    other.expect_look("held", "B4")

    other.hold("B5")
    one.expect_look("held", "B4", "B5")

    one.button("Let them go").click()
    other.expect_look("available", "B4", "B5")
    expect(other.confirm_button).to_be_hidden()


def test_logging_out_in_one_tab_is_known_in_the_other(arrive, show):
    one = arrive("owner").open(show).hold("B4")
    one.watch.excuse(r"401 \(Unauthorized\)")
    other = one.second_tab(show)
    other.expect_look("held", "B4")
    one.button("Log out").click()
    expect(other.button("Log in")).to_be_visible()
    other.expect_look("taken", "B4")


def test_a_booking_without_its_answer_is_finished_after_a_reload(arrive, backstage, show):
    page = arrive("owner").open(show).hold("B4", "B5")
    page.watch.excuse(r"net::ERR_FAILED")
    sent = []

    def drop_the_answer(route):
        sent.append(route.request.headers["idempotency-key"])
        route.fetch()
        route.abort()

    page.page.route(BOOK, drop_the_answer)
    page.confirm_button.click()
    page.expect_to_be_waiting()
    assert backstage.books(show)["booked"] == ["B4", "B5"]

    page.page.unroute_all(behavior="wait")
    with page.page.expect_request(BOOK) as again:
        page.page.reload()
    assert again.value.headers["idempotency-key"] == sent[0]
    page.expect_look("mine", "B4", "B5")
    assert backstage.books(show)["bookings"] == 1


def test_a_ticket_nobody_has_closed_is_there_after_a_reload(arrive, backstage, show):
    page = arrive("owner").open(show).hold("B4")
    page.confirm_button.click()
    reference = page.reference()
    page.page.reload()
    assert page.reference() == reference
    page.ticket.get_by_role("button", name="Close").click()
    page.page.reload()
    page.expect_look("mine", "B4")
    expect(page.ticket).to_be_hidden()
    assert backstage.books(show)["bookings"] == 1


def test_what_is_kept_in_the_browser_is_no_secret(arrive, show):
    page = arrive("owner").open(show).hold("B4")
    kept = page.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "oken" not in kept
    cookies = page.context.cookies()
    assert [cookie["httpOnly"] for cookie in cookies if cookie["name"] == "sessionid"] == [True]
    assert json.loads(kept)[1]["holdfast.picked"]
