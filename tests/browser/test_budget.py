"""Light: few bytes, few requests, nothing that jumps."""

import re
import urllib.request

import pytest
from playwright.sync_api import expect

KILOBYTE = 1000
MOST_BYTES = 60 * KILOBYTE
MOST_REQUESTS = 75
MOST_SHIFT = 0.05
HASHED = re.compile(r"/static/[\w./-]+\.[0-9a-f]{12}\.\w+$")

SHIFT_WATCH = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({ type: 'layout-shift', buffered: true });
"""


# Answers about films, halls and seats are as long as there is something to say.
PAGE = ("document", "stylesheet", "script")


def compressed(address):
    """What a body weighs on its way to a browser."""
    asked = urllib.request.Request(address, headers={"Accept-Encoding": "gzip, deflate, br"})
    with urllib.request.urlopen(asked) as answer:
        return len(answer.read())


def first_visit(page, show):
    asked = []
    # Not the method itself: the driver wants a function of Python.
    page.page.on("request", lambda request: asked.append(request))  # noqa: PLW0108
    page.open(show)
    page.expect_light("live")
    expect(page.page.locator("img.poster").first).to_be_visible()
    return asked


@pytest.fixture
def visit(arrive, backstage):
    shows = backstage.seed()
    page = arrive()
    return page, first_visit(page, shows[0])


def test_the_first_visit_is_light(visit):
    _, asked = visit
    addresses = {one.url for one in asked if one.resource_type in PAGE or "/languages/" in one.url}
    weights = {address: compressed(address) for address in addresses}
    total = sum(weights.values())
    print(f"first visit: {total / KILOBYTE:.1f} KB in {len(weights)} files, {len(asked)} requests")
    assert len(weights) > 10
    assert total <= MOST_BYTES, sorted(weights.items(), key=lambda pair: -pair[1])[:10]
    # However long it took: whoever stays asks again and again what has changed.
    again = [one for one in asked if "/api/seat-status/" in one.url][1:]
    assert len(asked) - len(again) <= MOST_REQUESTS
    # Nobody loads a language that is not theirs, nor their own twice.
    dictionaries = [one.url for one in asked if "/languages/" in one.url]
    assert len(dictionaries) == 1
    assert "/languages/en." in dictionaries[0]


def test_modules_styles_and_pictures_carry_their_hash(visit):
    page, asked = visit
    page.button("Log in").click()
    expect(page.dialog("Log in")).to_be_visible()
    page.page.keyboard.press("Escape")
    page.button("List").click()
    expect(page.page.locator("#hall-list")).to_be_visible()
    own = [one.url for one in asked if "/static/" in one.url]
    scripts = [address for address in own if address.endswith(".js")]
    assert len(scripts) > 10
    assert [address for address in own if not HASHED.search(address)] == []
    for address in (scripts[0], next(one for one in own if one.endswith(".css"))):
        with urllib.request.urlopen(address) as answer:
            assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("device", ["wide", "phone"])
def test_nothing_jumps_while_the_page_appears(arrive, backstage, device):
    shows = backstage.seed()
    page = arrive(device=device)
    page.context.add_init_script(SHIFT_WATCH)
    first_visit(page, shows[0])
    backstage.book(shows[0], ["A1", "A2"])
    page.expect_look("booked", "A1", "A2")
    assert page.page.evaluate("window.shifted") <= MOST_SHIFT


TRANSFERRED = """() => performance.getEntriesByType('resource')
  .filter((entry) => entry.name.includes('/static/') && entry.transferSize > 0)
  .map((entry) => entry.name)"""


def test_a_second_visit_asks_for_no_file_again(visit):
    page, _ = visit
    assert len(page.page.evaluate(TRANSFERRED)) > 10
    page.page.goto(page.page.url)
    page.expect_light("live")
    assert page.page.evaluate(TRANSFERRED) == []
