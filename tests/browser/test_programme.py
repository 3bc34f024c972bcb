"""More shows than fit: there is a sign of it, and every one can be reached."""

import re

import pytest
from playwright.sync_api import expect

MANY = 9
TWO_FRAMES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.fixture
def shows(backstage):
    return [backstage.show(title=f"Film {n}", starts_in=(n + 1) * 3600) for n in range(MANY)]


def card(page, number):
    return page.page.get_by_role("link", name=f"Film {number}")


def test_the_buttons_lead_to_the_last_show_and_back(arrive, shows):
    page = arrive(reduced_motion="reduce").open(shows[0])
    earlier, later = page.button("Earlier shows"), page.button("Later shows")
    expect(earlier).to_be_hidden()
    expect(card(page, MANY - 1)).not_to_be_in_viewport()
    for _ in range(MANY):
        if later.is_visible():
            later.click()
            page.page.evaluate(TWO_FRAMES)
    expect(later).to_be_hidden()
    expect(card(page, MANY - 1)).to_be_in_viewport(ratio=0.95)
    expect(earlier).to_be_visible()


def test_keys_move_along_the_shows(arrive, shows):
    page = arrive().open(shows[0])
    card(page, 0).focus()
    page.page.keyboard.press("ArrowRight")
    expect(card(page, 1)).to_be_focused()
    page.page.keyboard.press("End")
    expect(card(page, MANY - 1)).to_be_focused()
    expect(card(page, MANY - 1)).to_be_in_viewport(ratio=0.95)
    page.page.keyboard.press("Enter")
    expect(page.page).to_have_url(re.compile(rf"show={shows[-1]}$"))
    expect(page.page.get_by_role("heading", level=1)).to_have_text(f"Film {MANY - 1}")
    expect(card(page, MANY - 1)).to_be_focused()
    page.page.keyboard.press("Home")
    expect(card(page, 0)).to_be_focused()


@pytest.mark.parametrize("device", ["wide", "phone"])
def test_the_show_of_an_address_is_seen_whole(arrive, shows, device):
    for show, number in ((shows[5], 5), (shows[-1], MANY - 1)):
        page = arrive(device=device).open(show)
        expect(card(page, number)).to_be_in_viewport(ratio=0.95)


def test_few_shows_need_no_buttons(arrive, show):
    page = arrive().open(show)
    expect(page.button("Later shows")).to_be_hidden()
    expect(page.button("Earlier shows")).to_be_hidden()
