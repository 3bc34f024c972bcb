"""Time runs out while the page is looked at."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def hurried(cinema):
    """A house where a hold lasts a few seconds."""
    return cinema.server("hurried", workers=1, HOLD_TTL_SECONDS="5", HOLD_MAX_SECONDS="8")


def test_the_end_of_a_hold_is_seen_by_all_and_can_be_undone(arrive, backstage, show, hurried):
    owner = arrive("owner", at=hurried).open(show)
    stranger = arrive(at=hurried).open(show)
    owner.hold("B4", "B5")
    stranger.expect_look("taken", "B4", "B5")

    expect(owner.note).to_contain_text("Your time ran out, so your seats went back on sale.")
    owner.expect_look("available", "B4", "B5")
    expect(owner.confirm_button).to_be_hidden()
    stranger.expect_look("available", "B4", "B5")
    stranger.expect_numbers(available=40, held=0, booked=0)

    owner.note.get_by_role("button", name="Pick them again").click()
    owner.expect_look("picked", "B4", "B5")
    owner.hold_button.click()
    owner.expect_look("held", "B4", "B5")
    owner.confirm_button.click()
    owner.reference()
    assert backstage.books(show)["booked"] == ["B4", "B5"]


def test_the_last_minute_is_said_and_seats_can_be_kept_up_to_a_limit(arrive, show, hurried):
    page = arrive("owner", at=hurried).open(show)
    page.watch.excuse(r"409 \(Conflict\)")
    page.hold("B4")
    expect(page.panel).to_have_attribute("data-soon", "very")
    for _ in range(60):
        keep = page.panel.get_by_role("button", name="Keep your seats")
        keep.click()
        if page.note.is_visible():
            break
        page.page.wait_for_timeout(250)
    expect(page.note).to_contain_text("Your seats cannot be kept longer than this.")
    page.expect_look("held", "B4")


def test_a_page_that_slept_through_the_deadline_hears_the_truth(arrive, backstage, show):
    page = arrive("owner").open(show)
    backstage.hold(show, ["B4"], "owner", for_seconds=2)
    page.page.reload()
    page.expect_look("held", "B4")
    # Asleep: nothing of the page runs, and nothing is answered.
    page.watch.excuse(r"net::ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    page.expect_look("held", "B4")
    expect(page.time_left).to_contain_text("Checking your seats")
    page.context.set_offline(False)
    expect(page.note).to_contain_text("Your time ran out")
    page.expect_look("available", "B4")


def test_a_server_that_still_sees_the_hold_is_asked_until_it_agrees(arrive, backstage, show):
    page = arrive("owner").open(show)
    backstage.hold(show, ["B4"], "owner", for_seconds=3)
    page.page.reload()
    page.expect_look("held", "B4")
    before = page.context.request.get(f"{page.origin}/api/seats/my-holds/?show_id={show}")
    asked = []

    def a_little_behind(route):
        asked.append(route)
        if len(asked) == 1:
            route.fulfill(response=before)
        else:
            route.continue_()

    page.page.route("**/api/seats/my-holds/**", a_little_behind)
    expect(page.note).to_contain_text("Your time ran out")
    page.expect_look("available", "B4")
    assert len(asked) >= 2
