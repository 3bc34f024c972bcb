"""Where the server offers a stream of changes, the page listens to it; elsewhere, and whenever
that fails, it polls."""

import re

import pytest
from playwright.sync_api import expect

pytest.importorskip("daphne", reason="daphne is not installed: requirements-dev.txt has it")

UNREACHABLE = (
    r"net::ERR_(CONNECTION_(REFUSED|RESET|CLOSED)|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED"
    r"|INCOMPLETE_CHUNKED_ENCODING|INTERNET_DISCONNECTED|NETWORK_CHANGED)"
)
STREAM = "/api/seat-status/stream"


@pytest.fixture(scope="module")
def pushing(cinema):
    # Polls so seldom that what is seen at once has come by the stream.
    server = cinema.server("push", push=True, POLL_INTERVAL_MS="60000")
    yield server
    server.stop()


def expect_push(page, *, by="true"):
    expect(page.light).to_have_attribute("data-push", by)
    page.expect_light("live")


def test_a_change_comes_by_the_stream_and_nobody_polls(arrive, backstage, show, pushing):
    page = arrive("owner", at=pushing)
    asked = []
    page.page.on("request", lambda request: asked.append(request.url))
    page.open(show)
    expect_push(page)
    expect(page.light).to_have_attribute("title", "Live: every change comes at once")
    assert sum(STREAM in url for url in asked) == 1
    asked.clear()

    backstage.book(show, ["A1", "A2"])
    page.expect_look("booked", "A1", "A2")
    backstage.hold(show, ["A3"])
    page.expect_look("taken", "A3")
    backstage.release(show, ["A3"])
    page.expect_look("available", "A3")
    page.expect_numbers(available=38, held=0, booked=2)
    assert [url for url in asked if "/api/seat-status/" in url] == []

    # What one does oneself comes back by the stream too, and is there once.
    page.hold("B4")
    page.page.get_by_text("What is happening").click()
    expect(page.page.locator(".log-list")).to_contain_text("You hold B4")
    expect(page.page.locator(".log-list li", has_text="B4")).to_have_count(1)


def test_the_server_is_gone_and_back(arrive, backstage, show, pushing):
    page = arrive(at=pushing).open(show)
    page.watch.excuse(UNREACHABLE)
    expect_push(page)
    pushing.stop()
    try:
        expect(page.light).to_contain_text(re.compile(r"offline since \d\d:\d\d"))
        backstage.book(show, ["A1"])
        backstage.hold(show, ["A2"])
        page.expect_look("available", "A1", "A2")
    finally:
        pushing.start()
    page.expect_look("booked", "A1")
    page.expect_look("taken", "A2")
    expect_push(page)
    backstage.release(show, ["A2"])
    page.expect_look("available", "A2")
    page.expect_numbers(available=39, held=0, booked=1)


def test_a_stream_that_cannot_be_had_is_replaced_by_polls(arrive, backstage, show, cinema):
    server = cinema.server("push-polls", push=True)
    page = arrive(at=server)
    page.watch.excuse("net::ERR_FAILED", r"503 \(Service Unavailable\)")
    page.page.route(f"**{STREAM}**", lambda route: route.abort())
    page.open(show)
    page.expect_light("live")
    backstage.book(show, ["A1"])
    page.expect_look("booked", "A1")
    expect(page.light).not_to_have_attribute("data-push", "true")
    expect(page.light).to_have_attribute("title", "Live: asking every few seconds")

    # And it is tried again by itself.
    page.page.unroute_all(behavior="wait")
    expect(page.light).to_have_attribute("data-push", "true")
    backstage.book(show, ["A2"])
    page.expect_look("booked", "A2")


def test_another_show_has_a_stream_of_its_own(arrive, backstage, show, pushing):
    other = backstage.show(title="Paper Moons over Lisbon", starts_in=50 * 3600)
    page = arrive(at=pushing).open(show)
    expect_push(page)
    page.page.get_by_role("link", name="Paper Moons over Lisbon").click()
    expect(page.page.get_by_role("heading", level=1)).to_have_text("Paper Moons over Lisbon")
    expect_push(page)
    backstage.book(show, ["A1"])
    backstage.book(other, ["A2"])
    page.expect_look("booked", "A2")
    page.expect_look("available", "A1")
