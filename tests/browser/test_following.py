"""Everybody's page follows within a poll."""

from playwright.sync_api import expect


def test_a_second_browser_follows(arrive, show):
    owner = arrive("owner").open(show)
    stranger = arrive().open(show)
    stranger.expect_numbers(available=40, held=0, booked=0)

    owner.hold("B4", "B5")
    stranger.expect_look("taken", "B4", "B5", timeout=2500)
    stranger.expect_numbers(available=38, held=2, booked=0)

    owner.confirm_button.click()
    expect(owner.ticket).to_be_visible()
    stranger.expect_look("booked", "B4", "B5", timeout=2500)
    stranger.expect_numbers(available=38, held=0, booked=2)
