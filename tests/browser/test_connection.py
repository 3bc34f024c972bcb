"""The line is cut, the server goes away: the page says so and finds back by itself."""

import re

import pytest
from playwright.sync_api import expect

UNREACHABLE = (
    r"net::ERR_(INTERNET_DISCONNECTED|NETWORK_CHANGED|CONNECTION_(REFUSED|RESET|CLOSED)"
    r"|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)"
)


def test_offline_and_back(arrive, backstage, show):
    page = arrive("owner").open(show)
    page.watch.excuse(UNREACHABLE)
    page.expect_light("live")
    expect(page.light).to_have_attribute("data-link", "live")

    page.context.set_offline(True)
    expect(page.light).to_contain_text(re.compile(r"offline since \d\d:\d\d"))
    expect(page.light).to_contain_text(re.compile(r"retrying (in \d+ s|now)"))
    expect(page.page.locator("#hall-stale")).to_have_text(
        re.compile(r"Seats as they were at \d\d:\d\d")
    )
    expect(page.light.get_by_role("button", name="Try now")).to_be_visible()

    # What happened meanwhile is seen as soon as the line is back.
    backstage.book(show, ["A1", "A2"])
    page.expect_look("available", "A1")
    page.context.set_offline(False)
    page.expect_light("live")
    page.expect_look("booked", "A1", "A2")
    page.expect_numbers(available=38, held=0, booked=2)
    expect(page.page.locator("#hall-stale")).to_be_hidden()


def test_confirming_while_offline_books_once_the_line_is_back(arrive, backstage, show):
    page = arrive("owner").open(show).hold("B4")
    page.watch.excuse(UNREACHABLE)
    page.context.set_offline(True)
    page.confirm_button.click()
    page.expect_to_be_waiting()
    assert backstage.books(show)["booked"] == []
    page.context.set_offline(False)
    page.reference()
    assert backstage.books(show)["booked"] == ["B4"]


@pytest.fixture
def own_server(cinema):
    server = cinema.server("restarted", workers=1)
    yield server
    server.stop()


def test_the_server_is_restarted_in_the_middle(arrive, backstage, show, own_server):
    page = arrive("owner", at=own_server).open(show).hold("B4", "B5")
    page.watch.excuse(UNREACHABLE, "ERR_INCOMPLETE_CHUNKED_ENCODING")
    page.expect_light("live")

    own_server.stop()
    expect(page.light).to_contain_text(re.compile(r"offline since \d\d:\d\d"))
    page.expect_look("held", "B4", "B5")
    page.confirm_button.click()
    page.expect_to_be_waiting()

    own_server.start()
    page.reference()
    page.expect_light("live")
    books = backstage.books(show)
    assert (books["bookings"], books["booked"]) == (1, ["B4", "B5"])


def test_a_slow_answer_is_called_slow(arrive, show):
    page = arrive().open(show)
    page.expect_light("live")
    with page.hearing_nothing():
        page.expect_light("slow")
    page.expect_light("live")


def test_a_page_opened_before_the_programme_can_be_had(arrive, backstage, show):
    page = arrive()
    page.watch.excuse("net::ERR_FAILED")
    page.page.route("**/api/seats/shows/**", lambda route: route.abort())
    page.page.goto(page.origin)
    expect(page.page.locator("#shows")).to_contain_text("The programme could not be loaded")
    page.page.unroute_all(behavior="wait")
    page.page.locator("#shows").get_by_role("button", name="Try again").click()
    page.expect_look("available", "A1")


def test_an_empty_house_says_so(arrive, backstage):
    page = arrive()
    page.page.goto(page.origin)
    expect(page.page.locator("#shows")).to_contain_text("Nothing on sale yet")


def test_a_ticket_that_could_not_be_fetched_is_shown_when_the_line_is_back(arrive, backstage, show):
    page = arrive("owner").open(show)
    page.watch.excuse(UNREACHABLE, "net::ERR_FAILED")
    ticket = re.compile(r"/ticket-dialog[.\w]*\.js$")
    page.page.route(ticket, lambda route: route.abort())
    page.hold("B4")
    # Fetching ahead of time is nobody's business, as long as nobody needs it.
    expect(page.note).to_be_hidden()
    page.confirm_button.click()
    page.expect_look("mine", "B4")
    expect(page.ticket).to_be_hidden()
    page.context.set_offline(True)
    expect(page.light).to_contain_text("offline since")
    page.page.unroute(ticket)
    page.context.set_offline(False)
    assert page.reference()
    assert backstage.books(show)["booked"] == ["B4"]
