"""axe-core finds nothing on any state, light and dark, wide and phone."""

import pytest

from tests.browser import axe
from tests.browser.states import Stage


@pytest.mark.parametrize("device", ["wide", "phone"])
def test_axe_finds_nothing(arrive, backstage, cinema, device):
    found = {}
    looked_at = 0
    for state, customer in Stage(arrive, backstage, device, cinema.paid_by_proof()).states():
        customer.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        found[f"{state} light"] = axe.violations(customer.page)
        # Nothing but the colours differs in the dark.
        customer.page.emulate_media(color_scheme="dark")
        found[f"{state} dark"] = axe.violations(customer.page, rules=("color-contrast",))
        looked_at += 1
    assert looked_at >= 22
    assert {state: problems for state, problems in found.items() if problems} == {}


def test_axe_would_find_something(arrive, show):
    page = arrive().open(show)
    page.page.evaluate("document.querySelector('#theme').removeAttribute('aria-label')")
    page.page.evaluate("document.querySelector('#theme').removeAttribute('title')")
    page.page.evaluate("document.querySelector('.show-title').style.color = 'lightgrey'")
    found = axe.violations(page.page)
    assert [one.split(":")[0] for one in found] == ["button-name", "color-contrast"]


@pytest.mark.parametrize("width", [320, 680])
def test_narrow_or_at_twice_the_size_nothing_is_cut_off(arrive, show, width):
    """320 px wide is a window of 1280 at 400 %; 680 px one of 1360 at 200 %."""
    page = arrive("owner", viewport={"width": width, "height": 450}).open(show)
    page.seat("A1").scroll_into_view_if_needed()
    assert page.sideways() == 0
    page.hold("A1")
    page.panel.locator(".handle").click()
    page.confirm_button.click()
    assert page.reference()
