"""Everybody's page follows within a poll."""

from playwright.sync_api import expect


def test_a_second_browser_follows(arrive, show):
    owner = arrive("owner").open(show)
    stranger = arrive().open(show)
    stranger.expect_numbers(available=40, held=0, booked=0)

    owner.hold("B4", "B5")
    with stranger.hearing_once():
        stranger.expect_look("taken", "B4", "B5")
        stranger.expect_numbers(available=38, held=2, booked=0)

    owner.confirm_button.click()
    expect(owner.ticket).to_be_visible()
    with stranger.hearing_once():
        stranger.expect_look("booked", "B4", "B5")
        stranger.expect_numbers(available=38, held=0, booked=2)


def log_of(page):
    return [
        " ".join(line.split()[1:]) for line in page.page.locator(".log-list li").all_inner_texts()
    ]


def test_the_log_begins_with_what_was_before_and_tells_nothing_twice(arrive, backstage, show):
    backstage.hold(show, ["A1", "A2"])
    backstage.release(show, ["A2"])
    page = arrive("owner").open(show)
    backstage.book(show, ["A5"])
    page.expect_look("booked", "A5")
    page.hold("B4", "B5")
    page.page.get_by_text("What is happening").click()
    known = ["You hold B4 and B5", "A5 booked", "A5 held", "A2 free again", "A1 and A2 held"]
    expect(page.page.locator(".log-list li")).to_have_count(len(known))
    assert log_of(page) == known

    backstage.book(show, ["C1"])
    page.expect_look("booked", "C1")
    expect(page.page.locator(".log-list li")).to_have_count(len(known) + 1)
    # Once more unfolded: the ledger knows what the page has seen.
    page.page.get_by_text("What is happening").click()
    page.page.get_by_text("What is happening").click()
    expect(page.page.locator(".log-list li")).to_have_count(len(known) + 2)
    assert log_of(page) == ["C1 booked", "C1 held", *known]
