"""From start to ticket without a mouse."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard import PASSWORD

FOCUSED = """() => {
  const node = document.activeElement;
  return node === document.body ? '' : node.getAttribute('aria-label') ?? node.innerText;
}"""


class Hands:
    """On the keyboard, and nowhere else."""

    def __init__(self, page):
        self.page = page

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def focused(self):
        return self.page.evaluate(FOCUSED)

    def expect_focused(self, start=""):
        """Something is focused before long, and its name begins like this."""
        for _ in range(300):
            if (name := self.focused()) and name.startswith(start):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{start!r} is not focused, but {self.focused()!r}")

    def tab_to(self, pattern, key="Tab"):
        seen = []
        for _ in range(60):
            if re.search(pattern, self.focused()):
                return seen
            seen.append(self.focused())
            self.press(key)
        raise AssertionError(f"{key} never came to {pattern!r}, but to {seen}")


@pytest.fixture
def hands(arrive, backstage, show):
    customer = arrive().open(show)
    customer.hands = Hands(customer.page)
    return customer


def test_from_start_to_ticket(hands, backstage, show):
    backstage.user("owner", PASSWORD)
    keys = hands.hands
    keys.press("Tab")
    keys.expect_focused("Skip to the seats")
    keys.press("Enter")
    keys.tab_to(r"^Row \w+, seat \d+, .*free")
    keys.press("Control+Home")
    keys.expect_focused("Row A, seat 1,")
    keys.press("ArrowDown", "ArrowRight")
    keys.expect_focused("Row B, seat 2,")
    keys.press("Space", "ArrowRight", "Enter")
    hands.expect_look("picked", "B2", "B3")

    keys.tab_to("^Hold 2 seats")
    keys.press("Enter")
    form = hands.dialog("Log in")
    expect(form.get_by_label("Name")).to_be_focused()
    hands.page.keyboard.type("owner")
    keys.press("Tab")
    hands.page.keyboard.type(PASSWORD)
    keys.press("Enter")
    hands.expect_look("held", "B2", "B3")
    expect(form).to_be_hidden()
    keys.expect_focused()

    keys.tab_to("^Confirm booking")
    keys.press("Enter")
    reference = hands.reference()
    expect(hands.ticket.get_by_role("heading", level=2)).to_be_focused()
    keys.press("Escape")
    expect(hands.ticket).to_be_hidden()
    keys.expect_focused()

    keys.tab_to("^My bookings$", "Shift+Tab")
    keys.press("Enter")
    expect(hands.bookings).to_contain_text(reference)
    keys.tab_to("^Cancel booking$")
    keys.press("Enter")
    keys.tab_to("^Yes, give them back$")
    keys.press("Enter")
    expect(hands.bookings).to_contain_text("Cancelled")
    keys.press("Escape")
    hands.expect_look("available", "B2", "B3")
    keys.expect_focused()
    assert backstage.books(show)["bookings"] == 0


def test_the_map_is_one_tab_stop(hands):
    keys = hands.hands
    passed = keys.tab_to(r"^What is happening")
    assert len([name for name in passed if name.startswith("Row ")]) == 1


def test_every_seat_says_what_it_is(arrive, backstage, show):
    backstage.hold(show, ["A2"])
    backstage.book(show, ["A3"])
    backstage.user("owner", PASSWORD)
    backstage.book(show, ["A4"], "owner")
    page = arrive().log_in("owner").open(show).hold("A5")
    page.pick("A6")
    for label, words in {
        "A1": "Row A, seat 1, €?12.00( euros?)?, free",
        "A2": "held by someone else",
        "A3": "booked$",
        "A4": "booked by you",
        "A5": "held for you",
        "A6": "picked by you",
    }.items():
        expect(page.seat(label)).to_have_attribute("aria-label", re.compile(words))
    for label in ("A2", "A3", "A4"):
        expect(page.seat(label)).to_have_attribute("aria-disabled", "true")
    for label, selected in {"A1": "false", "A5": "true", "A6": "true"}.items():
        expect(page.seat(label)).to_have_attribute("aria-selected", selected)


def test_a_poll_does_not_take_the_focus(hands, backstage, show):
    keys = hands.hands
    keys.tab_to(r"^Row ")
    keys.press("Control+Home", "ArrowRight")
    expect(hands.seat("A2")).to_be_focused()
    backstage.book(show, ["A2", "A3", "C1"])
    hands.expect_look("booked", "A2", "A3", "C1")
    expect(hands.seat("A2")).to_be_focused()
    keys.press("ArrowRight")
    expect(hands.seat("A3")).to_be_focused()


def test_what_happens_is_announced_without_chatter(hands, backstage, show):
    voice = hands.page.get_by_role("status").filter(visible=True).or_(hands.page.locator("#voice"))
    keys = hands.hands
    keys.tab_to(r"^Row ")
    keys.press("Control+Home", "Space")
    expect(voice.first).to_contain_text(re.compile("A1 picked. 1 seat, "))
    # What other people do far from here is not announced.
    backstage.book(show, ["D9", "D10"])
    hands.expect_look("booked", "D9", "D10")
    expect(voice.first).not_to_contain_text("D9")
